//! Child processes, files and servers, in the fake host.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use orchestron::*;
use orchestron_testing::FakeHost;

struct Explorer {
    host: Host,
    seen: Rc<RefCell<Vec<String>>>,
}

impl Explorer {
    fn run(&self, call: Deferred) {
        let command = ChildCommand {
            arguments: vec!["git".into(), "status".into()],
            environment: vec![("A".into(), "b=c".into())],
            folder: call.text("folder").unwrap().into(),
            ..ChildCommand::default()
        };
        let said = RefCell::new(String::new());
        let call = Rc::new(Cell::new(Some(call)));
        let ended = call.clone();
        let child = self.host.spawn(&command, move |event| match event {
            ChildEvent::Output(bytes) => said.borrow_mut().push_str(std::str::from_utf8(bytes).unwrap()),
            ChildEvent::Errors(bytes) => said.borrow_mut().push_str(&String::from_utf8_lossy(bytes)),
            ChildEvent::Exited { status, signal } => {
                let json = Json::object().text("said", &said.borrow()).integer("status", status);
                ended.take().unwrap().answer(json.integer("signal", signal as i64).end());
            }
        });
        match child {
            Ok(child) => {
                self.host.write_to_child(child, b"yes").unwrap();
                self.host.pause_child(child, false).unwrap();
                self.host.close_child_input(child).unwrap();
            }
            Err(error) => call.take().unwrap().finish(Err(error)),
        }
    }

    fn fetch(&self, call: Deferred) {
        let request = WebRequest {
            method: "POST".into(),
            url: call.text("url").unwrap().into(),
            headers: vec![("Accept".into(), "text/plain".into())],
            body: b"ping".to_vec(),
            ..WebRequest::default()
        };
        let sent = self.host.send(&request, move |reply| {
            call.finish(reply.map(|reply| Json::text(&format!("{} {}", reply.code, reply.body.len()))));
        });
        sent.unwrap();
    }

    fn follow(&self, call: Deferred) {
        let request = WebRequest { url: call.text("url").unwrap().into(), ..WebRequest::default() };
        let stops = call.boolean("stop").unwrap();
        let (host, sent) = (self.host.clone(), Rc::new(Cell::new(None)));
        let (own, mut call, mut said) = (sent.clone(), Some(call), String::new());
        let opened = self.host.open(&request, move |event| match event {
            WebEvent::Head(reply) => said.push_str(&format!("{}", reply.code)),
            WebEvent::Part(bytes) => {
                said.push_str(&format!(" {}", String::from_utf8_lossy(bytes)));
                host.pause_request(own.get().unwrap(), true).unwrap();
                host.pause_request(own.get().unwrap(), false).unwrap();
                if stops {
                    host.cancel_request(own.get().unwrap()).unwrap();
                }
            }
            WebEvent::End(result) => {
                call.take().unwrap().finish(result.map(|()| Json::text(&said)));
            }
        });
        sent.set(Some(opened.unwrap()));
    }

    fn watch(&self, _: &Call) -> Result<Json, Error> {
        let seen = self.seen.clone();
        let watch = self.host.watch("/somewhere", move |name, change| {
            seen.borrow_mut().push(format!("{} {} {}", name, change.renamed, change.changed));
        })?;
        assert!(self.host.watch("nowhere", |_, _| ()).is_err());
        self.seen.borrow_mut().push(format!("{:?}", watch != self.host.watch("/elsewhere", |_, _| ())?));
        Ok(Json::null())
    }

    fn seen(&self, _: &Call) -> Result<Json, Error> {
        Ok(Json::text(&self.seen.borrow().join(", ")))
    }
}

impl Plugin for Explorer {
    fn declare() -> Declaration<Self> {
        Declaration::new().service(
            Service::new("explorer", "1.0.0")
                .doc("Reaches outside.")
                .method(Method::deferred("run", Self::run).doc("Runs a program.").param(Param::text("folder")))
                .method(Method::deferred("fetch", Self::fetch).doc("Asks a server.").param(Param::text("url")))
                .method(
                    Method::deferred("follow", Self::follow)
                        .doc("Asks a server, part by part.")
                        .param(Param::text("url"))
                        .param(Param::boolean("stop")),
                )
                .method(Method::handler("watch", Self::watch).doc("Watches two folders."))
                .method(Method::handler("seen", Self::seen).doc("What was seen.")),
        )
    }

    fn create(host: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
        Ok(Explorer { host, seen: Rc::default() })
    }
}

export_plugin!(explorer: Explorer);

fn fake() -> FakeHost {
    let mut fake = FakeHost::new("explorer", std::env::temp_dir());
    fake.load(orchestron_entry, "{}").unwrap();
    fake
}

#[test]
fn runs_a_program_to_its_end() {
    let mut fake = fake();
    fake.answer_commands("clean\n", "warning\n", 3);
    let reply = fake.call("explorer.run", r#"{"folder":"/tmp"}"#).unwrap();
    assert_eq!(reply.as_str(), r#"{"said":"clean\nwarning\n","status":3,"signal":0}"#);
    assert_eq!(fake.command(0).unwrap(), "git status\nyes");
}

#[test]
fn tells_that_a_program_was_not_started() {
    let mut fake = fake();
    for folder in ["elsewhere", "/a\\u0000b"] {
        let error = fake.call("explorer.run", &format!(r#"{{"folder":"{}"}}"#, folder)).unwrap_err();
        assert_eq!(error.status, Status::InvalidArgument);
    }
    assert_eq!(fake.command(0), None);
}

#[test]
fn asks_a_server() {
    let mut fake = fake();
    fake.answer_http(404, "nothing");
    assert_eq!(fake.call("explorer.fetch", r#"{"url":"http://a.example"}"#).unwrap().as_str(), r#""404 7""#);
    assert_eq!(fake.http_request(0).unwrap(), "POST http://a.example\nping");
}

#[test]
fn reads_a_reply_in_parts() {
    let mut fake = fake();
    fake.answer_http(200, "data: 12345678");
    let reply = fake.call("explorer.follow", r#"{"url":"http://a.example","stop":false}"#).unwrap();
    assert_eq!(reply.as_str(), r#""200 data: 1 2345678""#);
    let error = fake.call("explorer.follow", r#"{"url":"http://a.example","stop":true}"#).unwrap_err();
    assert_eq!(error.status, Status::Cancelled);
}

#[test]
fn tells_of_changes() {
    let mut fake = fake();
    fake.call("explorer.watch", "{}").unwrap();
    assert_eq!(fake.change("/somewhere", "a.txt", sys::ORCH_FS_RENAMED), 1);
    assert_eq!(fake.change("/else", "b.txt", sys::ORCH_FS_RENAMED), 0);
    assert_eq!(fake.call("explorer.seen", "{}").unwrap().as_str(), r#""true, a.txt true false""#);
}
