//! What a plugin declares for MCP clients, in the fake host.

use std::cell::RefCell;
use std::rc::Rc;

use orchestron::*;
use orchestron_testing::FakeHost;

struct Garden {
    host: Host,
    kept: Rc<RefCell<Vec<McpCall>>>,
}

fn tool(name: &str) -> Json {
    Json::from_text(format!(r#"{{"name":"{}","inputSchema":{{"type":"object"}}}}"#, name))
}

impl Garden {
    fn declare(&self) -> Result<(), Error> {
        let host = &self.host;
        host.mcp(McpKind::Tool, &tool("all"), "", |call| {
            call.progress(1.0, 2.0, "half");
            call.log(McpLevel::Info, &Json::integer(7), "garden");
            assert!(!call.progress(1.0, 2.0, "again"), "progress grows");
            call.add(McpContent::Text("a"))?.add(McpContent::Image(b"\x89P", "image/png"))?;
            call.add(McpContent::Audio(b"", "audio/wav"))?.add(McpContent::Link("x://a", "a", ""))?;
            call.add(McpContent::Resource("x://b", "b", "text/plain"))?.add(McpContent::Blob("x://c", b"c", ""))?;
            call.add(McpContent::Json(&Json::from_text(r#"{"type":"new"}"#)))?;
            call.done_with(Json::from_text(r#"{"n":1}"#))
        })?;
        host.mcp(McpKind::Tool, &tool("asks"), "", |call| match call.reply("who") {
            Some(reply) => {
                let text = format!("{} {} {}", call.state(), reply, call.argument("x").unwrap_or("-"));
                call.add(McpContent::Text(&text))?.done()
            }
            None => call.ask(Json::from_text(r#"{"who":{"method":"roots/list"}}"#), "one"),
        })?;
        host.mcp(McpKind::Tool, &tool("panics"), "", |_| panic!("no"))?;
        host.mcp(McpKind::Tool, &tool("wrong"), "", |call| call.add(McpContent::Image(b"", ""))?.done())?;
        host.mcp(McpKind::Tool, &tool("badly"), "", |call| call.add(McpContent::Text("it is so"))?.done_badly())?;
        host.mcp(McpKind::Tool, &tool("drops"), "", |_| Ok(()))?;
        let kept = self.kept.clone();
        host.mcp(McpKind::Tool, &tool("keeps"), "", move |call| {
            let gone = kept.clone();
            call.when_cancelled(move || gone.borrow_mut().clear());
            kept.borrow_mut().push(call);
            Ok(())
        })?;
        let beds = self.host;
        host.mcp_with_completion(
            McpKind::Template,
            &Json::from_text(r#"{"uriTemplate":"garden://beds/{bed}/{+path}","name":"bed"}"#),
            "",
            move |call| {
                beds.mcp_updated("garden://beds/1/a")?;
                let text = format!("{}|{}", call.argument("bed").unwrap(), call.argument("path").unwrap());
                call.add(McpContent::Text(&text))?.done()
            },
            |call| Ok(vec![format!("{}{}", call.argument("bed").unwrap_or(""), call.name())]),
        )?;
        let prompt = Json::from_text(r#"{"name":"talk"}"#);
        let talk = host.mcp(McpKind::Prompt, &prompt, "read", |call| {
            call.add(McpContent::Text("q"))?.add_from_assistant(McpContent::Text("a"))?.done_with(Json::text("talk"))
        })?;
        assert_eq!(
            host.mcp(McpKind::Prompt, &prompt, "", |call| call.done()).unwrap_err().status,
            Status::AlreadyExists
        );
        let ends = self.host;
        host.mcp(McpKind::Tool, &tool("ends"), "", move |call| {
            ends.remove_mcp(talk)?;
            call.done()
        })?;
        Ok(())
    }
}

impl Plugin for Garden {
    fn declare() -> Declaration<Self> {
        Declaration::new()
    }

    fn create(host: Host, _: &str, _: &[u8]) -> Result<Self, Error> {
        Ok(Garden { host, kept: Rc::default() })
    }

    fn start(&self, done: Done) {
        done.finish(self.declare());
    }
}

export_plugin!(garden: Garden);

fn load() -> FakeHost {
    let mut fake = FakeHost::new("garden", ".");
    fake.load(orchestron_entry, "{}").unwrap();
    fake
}

#[test]
fn answers_with_each_kind_of_content() {
    let fake = load();
    let call = fake.mcp(McpKind::Tool, "all", "{}", "", "").unwrap();
    let content = [
        r#"{"type":"text","text":"a"}"#,
        r#"{"type":"image","data":"iVA=","mimeType":"image/png"}"#,
        r#"{"type":"audio","data":"","mimeType":"audio/wav"}"#,
        r#"{"type":"resource_link","uri":"x://a","name":"a"}"#,
        r#"{"type":"resource","resource":{"uri":"x://b","mimeType":"text/plain","text":"b"}}"#,
        r#"{"type":"resource","resource":{"uri":"x://c","blob":"Yw=="}}"#,
        r#"{"type":"new"}"#,
    ];
    assert_eq!(call.result(), format!(r#"{{"content":[{}],"structuredContent":{{"n":1}}}}"#, content.join(",")));
    assert_eq!(call.lines(), "1/2 half\n6 garden 7\n");
}

#[test]
fn asks_and_goes_on_with_the_answer() {
    let fake = load();
    let first = fake.mcp(McpKind::Tool, "asks", r#"{"x":7}"#, "", "").unwrap();
    assert_eq!((first.questions().as_str(), first.state().as_str()), (r#"{"who":{"method":"roots/list"}}"#, "one"));
    let second = fake.mcp(McpKind::Tool, "asks", r#"{"x":7}"#, "one", r#"{"who":{"roots":[]}}"#).unwrap();
    assert_eq!(second.result(), r#"{"content":[{"type":"text","text":"one {\"roots\":[]} 7"}]}"#);
}

#[test]
fn tells_what_went_wrong() {
    let fake = load();
    let panicked = fake.mcp(McpKind::Tool, "panics", "{}", "", "").unwrap();
    assert_eq!(panicked.status(), Some(Err(Status::Internal)));
    assert!(fake.logged("a handler for MCP panicked: no"));
    let wrong = fake.mcp(McpKind::Tool, "wrong", "{}", "", "").unwrap();
    assert_eq!(wrong.status(), Some(Err(Status::InvalidArgument)));
    assert_eq!(wrong.message(), "The piece of content was refused.");
    let badly = fake.mcp(McpKind::Tool, "badly", "{}", "", "").unwrap();
    assert_eq!(badly.result(), r#"{"content":[{"type":"text","text":"it is so"}],"isError":true}"#);
}

#[test]
fn reads_and_completes_what_a_template_makes() {
    let fake = load();
    let bed = fake.mcp(McpKind::Resource, "garden://beds/a%20b/c/d", "{}", "", "").unwrap();
    assert_eq!(bed.result(), r#"{"contents":[{"uri":"garden://beds/a%20b/c/d","text":"a b|c/d"}]}"#);
    assert_eq!(fake.mcp_updated(0).as_deref(), Some("garden://beds/1/a"));
    assert!(fake.mcp(McpKind::Resource, "garden://beds/a", "{}", "", "").is_none());
    let template = "garden://beds/{bed}/{+path}";
    let proposed = fake.mcp_complete(McpKind::Template, template, "bed", r#"{"bed":"x"}"#).unwrap();
    assert_eq!(proposed.result(), r#"{"values":["xbed"]}"#);
    assert!(fake.mcp_complete(McpKind::Prompt, "talk", "x", "{}").is_none());
}

#[test]
fn what_is_declared_comes_and_goes() {
    let fake = load();
    let messages = [
        r#"{"role":"user","content":{"type":"text","text":"q"}}"#,
        r#"{"role":"assistant","content":{"type":"text","text":"a"}}"#,
    ];
    let talk = fake.mcp(McpKind::Prompt, "talk", "{}", "", "").unwrap();
    assert_eq!(talk.result(), format!(r#"{{"messages":[{}],"description":"talk"}}"#, messages.join(",")));
    assert_eq!(fake.mcp(McpKind::Tool, "ends", "{}", "", "").unwrap().status(), Some(Ok(())));
    assert!(fake.mcp(McpKind::Prompt, "talk", "{}", "", "").is_none());
}

#[test]
fn a_call_may_be_kept_and_cancelled() {
    let fake = load();
    let kept = fake.mcp(McpKind::Tool, "keeps", "{}", "", "").unwrap();
    assert_eq!(kept.status(), None);
    kept.cancel();
    // Let go of when nobody waited any more, which is no fault.
    assert_eq!(kept.status(), Some(Err(Status::Cancelled)));
    assert_eq!(fake.faults(), 0);
    let dropped = fake.mcp(McpKind::Tool, "drops", "{}", "", "").unwrap();
    assert_eq!(dropped.status(), Some(Err(Status::Internal)));
    assert_eq!(fake.finish(), 1);
}
