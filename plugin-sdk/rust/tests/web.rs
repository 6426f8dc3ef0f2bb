//! Raw routes, in the fake host.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use orchestron::*;
use orchestron_testing::FakeHost;

struct Site {
    host: Host,
    seen: Rc<RefCell<Vec<String>>>,
}

/// Writes parts until the client takes no more, and goes on when it does.
fn count(exchange: Exchange, from: u32) {
    for n in from..5 {
        if !exchange.write(format!("{} ", n).as_bytes()) {
            let again = exchange.clone();
            return exchange.when_writable(move || count(again, n));
        }
    }
    exchange.end().unwrap();
}

impl Site {
    fn serve(&self) -> Result<(), Error> {
        let plain = RouteOptions::default();
        let streamed = RouteOptions { streamed: true, ..plain };
        self.host.route("GET /show/{name}/{rest...}", plain, |exchange| {
            let context = exchange.context();
            let words = [
                exchange.method(),
                exchange.target(),
                exchange.address(),
                exchange.parameter("name").unwrap_or("-"),
                exchange.parameter("rest").unwrap_or("-"),
                exchange.parameter("q").unwrap_or("-"),
                exchange.parameter("none").unwrap_or("-"),
                &exchange.header("x-one").unwrap_or_default(),
                context.actor(),
            ];
            exchange.respond(200, &["X-A: b"], words.join("|"))
        })?;
        let seen = self.seen.clone();
        self.host.route("PUT /sum", streamed, move |exchange| {
            let (sum, seen) = (Rc::new(RefCell::new(0)), seen.clone());
            let total = sum.clone();
            exchange.read(
                move |part| *sum.borrow_mut() += part.len(),
                move |exchange, result| match result {
                    Ok(()) => exchange.respond(200, &[], total.borrow().to_string()).unwrap(),
                    Err(error) => seen.borrow_mut().push(format!("{:?} after {}", error.status, total.borrow())),
                },
            );
            Ok(())
        })?;
        let seen = self.seen.clone();
        self.host.route("PUT /count", streamed, move |exchange| {
            let seen = seen.clone();
            exchange.when_cancelled(move || seen.borrow_mut().push("cancelled".into()));
            exchange.begin(200, &[])?;
            exchange.read(|_| {}, |exchange, _| count(exchange, 0));
            Ok(())
        })?;
        self.host.route("GET /half", plain, |exchange| {
            exchange.begin(200, &[])?;
            exchange.write(b"half");
            exchange.abort();
            Ok(())
        })?;
        self.host.route("GET /busy", plain, |exchange| {
            exchange.fail(&Error::new(Status::ResourceExhausted, "full"), Some(Duration::from_millis(1500)));
            Ok(())
        })?;
        self.host.route("GET /wrong", plain, |_| Err(Error::new(Status::NotFound, "nothing here")))?;
        self.host.route("GET /panics", plain, |_| panic!("oh"))?;
        let seen = self.seen.clone();
        self.host.route("GET /echo", plain, move |exchange| {
            let seen = seen.clone();
            let socket = exchange.upgrade("", move |socket, event| {
                seen.borrow_mut().push(format!("{:?} {}", event, socket.is_open()));
                match event {
                    SocketEvent::Text("end") => socket.close(4000, "as you wish"),
                    SocketEvent::Text(text) => assert!(socket.send(text)),
                    _ => {}
                }
            })?;
            assert!(socket.send_bytes(b"welcome"));
            Ok(())
        })?;
        let (host, seen) = (self.host, self.seen.clone());
        let once = self.host.route("GET /once", plain, move |exchange| {
            let seen = seen.clone();
            exchange.upgrade("", move |_, event| seen.borrow_mut().push(format!("{:?}", event)))?;
            Ok(())
        })?;
        self.host.route("DELETE /once", plain, move |exchange| {
            host.remove_route(once)?;
            exchange.respond(204, &[], "")
        })?;
        assert_eq!(self.host.files("board", "web", plain).unwrap_err().status, Status::InvalidArgument);
        Ok(())
    }
}

impl Plugin for Site {
    fn declare() -> Declaration<Self> {
        Declaration::new().service(
            Service::new("site", "1.0.0").doc("Tells what it has seen.").method(
                Method::handler("seen", |site: &Site, _: &Call| {
                    Ok(Json::text(&std::mem::take(&mut *site.seen.borrow_mut()).join("; ")))
                })
                .doc("Tells what was seen since it was asked last.")
                .read(),
            ),
        )
    }

    fn create(host: Host, _: &str, _: &[u8]) -> Result<Self, Error> {
        Ok(Site { host, seen: Rc::default() })
    }

    fn start(&self, done: Done) {
        done.finish(self.serve());
    }
}

export_plugin!(site: Site);

fn load() -> FakeHost {
    let mut fake = FakeHost::new("site", ".");
    fake.load(orchestron_entry, "{}").unwrap();
    fake
}

fn seen(fake: &mut FakeHost) -> String {
    fake.call("site.seen", "{}").unwrap().into_string()
}

#[test]
fn shows_the_request() {
    let fake = load();
    let request = fake.request("GET /show/a%20b/c/d?q=1+2", "X-One: first\n", Some(""));
    assert_eq!(request.body(), "GET|/show/a%20b/c/d?q=1+2|127.0.0.1|a b|c/d|1 2|-|first|user:test");
    assert_eq!((request.code(), request.headers().as_str(), request.is_ended()), (200, "X-A: b\n", true));
}

#[test]
fn answers_with_failures() {
    let fake = load();
    let busy = fake.request("GET /busy", "", Some(""));
    assert_eq!((busy.code(), busy.headers().as_str(), busy.body().as_str()), (429, "Retry-After: 2\n", "full"));
    assert_eq!(fake.request("GET /wrong", "", Some("")).body(), "nothing here");
    assert_eq!(fake.request("GET /panics", "", Some("")).code(), 500);
    assert!(fake.logged("a route panicked: oh"));
}

#[test]
fn reads_a_body_while_it_comes() {
    let mut fake = load();
    assert_eq!(fake.request("PUT /sum", "", Some("1234")).body(), "4");
    let upload = fake.request("PUT /sum", "", None);
    upload.send("123");
    upload.send("45");
    assert_eq!(upload.code(), 0);
    upload.finish();
    assert_eq!(upload.body(), "5");
    let broken = fake.request("PUT /sum", "", None);
    broken.send("123");
    broken.cancel();
    assert_eq!(seen(&mut fake), r#""Cancelled after 3""#);
}

#[test]
fn a_slow_client_slows_the_answer_down() {
    let mut fake = load();
    let count = fake.request("PUT /count", "", None);
    count.pause(true);
    count.finish();
    assert_eq!((count.code(), count.body().as_str(), count.is_ended()), (200, "", false));
    count.pause(false);
    assert_eq!((count.body().as_str(), count.is_ended()), ("0 1 2 3 4 ", true));
    let half = fake.request("GET /half", "", Some(""));
    assert_eq!((half.body().as_str(), half.is_ended()), ("half", false));
    assert_eq!(seen(&mut fake), r#""""#, "nobody went");
}

#[test]
fn a_channel_is_told_what_happens() {
    let mut fake = load();
    let client = fake.connect("/echo");
    client.pause(true);
    client.pause(false);
    client.message("hello");
    client.message("end");
    client.message("too late");
    assert_eq!(client.sent(), ["welcome", "hello"]);
    assert_eq!(client.closed(), 4000);
    assert_eq!(seen(&mut fake), r#""Text(\"hello\") true; Text(\"end\") true; Closed(4000) false""#);
}

#[test]
fn what_came_by_a_route_ends_with_it() {
    let mut fake = load();
    let client = fake.connect("/once");
    assert_eq!(fake.request("DELETE /once", "", Some("")).code(), 204);
    assert_eq!(client.closed(), 1001);
    client.message("hello");
    client.close(1000);
    assert_eq!(fake.connect("/once").code(), 404);
    assert_eq!(fake.request("DELETE /once", "", Some("")).code(), 409);
    assert_eq!(seen(&mut fake), r#""""#);
}
