//! A plugin that uses all of the crate, in the fake host, which is written in C.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use orchestron::*;
use orchestron_testing::FakeHost;

#[derive(Default)]
struct State {
    seen: RefCell<Vec<String>>,
    subscription: Cell<Option<Subscription>>,
    timer: Cell<Option<Timer>>,
}

struct Everything {
    host: Host,
    state: Rc<State>,
}

impl Everything {
    fn describe(&self, call: &Call) -> Result<Json, Error> {
        let context = call.context();
        Ok(Json::object()
            .text("text", call.text("text")?)
            .integer("whole", call.integer("whole")?)
            .number("number", call.number("number")?)
            .boolean("flag", call.boolean("flag")?)
            .text("bytes", std::str::from_utf8(call.bytes("bytes")?).unwrap())
            .member("any", Json::from_text(call.json("any")?))
            .boolean("absent", call.text("absent").is_err())
            .text("actor", context.actor())
            .text("caller", context.caller())
            .boolean("inTime", context.remaining() > Duration::from_secs(1) && !context.is_cancelled())
            .boolean("whole text", call.arguments().starts_with('{'))
            .end())
    }

    fn later(&self, call: Deferred) {
        let delay = Duration::from_millis(call.integer("ms").unwrap() as u64);
        let call = Cell::new(Some(call));
        let started = self.host.timer(delay, None, move || {
            if let Some(call) = call.take() {
                call.answer(Json::text("later"));
            }
        });
        started.unwrap();
    }

    fn count(&self, call: Deferred) {
        for number in 0..call.integer("to").unwrap() {
            assert!(matches!(call.emit(Json::integer(number)), Emit::Sent));
        }
        call.finish(Ok(Json::null()));
    }

    fn ask(&self, call: Deferred) {
        let arguments = Json::object().text("id", "ORC-1").end();
        let method = call.text("method").unwrap().to_owned();
        let options = CallOptions { timeout: Some(Duration::from_secs(1)), ..CallOptions::default() };
        let context = call.context().as_raw();
        assert!(!context.is_null());
        self.host.call(None, &method, &arguments, options, move |result| call.finish(result));
    }

    fn compute(&self, call: Deferred) {
        let fails = call.boolean("fails").unwrap();
        let host = self.host.shared();
        let run = move || {
            assert!(host.on_loop().is_none());
            assert!(!fails, "asked to fail");
            42
        };
        self.host.work(run, move |result| call.finish(result.map(Json::integer))).unwrap();
    }

    fn shout(&self, _: &Context, text: &str, times: i64, loud: bool) -> Result<String, Error> {
        if times < 0 {
            return Err(Error::invalid_argument(format!("times must not be negative, but is {}.", times)));
        }
        assert!(text != "panic", "asked to panic");
        let text = text.repeat(times as usize);
        Ok(if loud { text.to_uppercase() } else { text })
    }

    fn touch(&self, _: &Context) -> Result<(), Error> {
        self.state.seen.borrow_mut().push("touched".into());
        Ok(())
    }
}

impl Plugin for Everything {
    fn declare() -> Declaration<Self> {
        Declaration::new()
            .service(
                Service::new("everything", "1.0.0")
                    .doc("Uses all of the crate.")
                    .method(
                        Method::handler("describe", Self::describe)
                            .doc("Tells its arguments.")
                            .read()
                            .param(Param::text("text"))
                            .param(Param::integer("whole").default("9007199254740993"))
                            .param(Param::number("number"))
                            .param(Param::boolean("flag"))
                            .param(Param::bytes("bytes"))
                            .param(Param::json("any"))
                            .param(Param::text("absent").default("null")),
                    )
                    .method(
                        Method::handler("fail", |_: &Everything, _| {
                            let details = Json::object().text("allowed", "todo").end();
                            Err(Error::not_found("There is no such thing.").with_details(details))
                        })
                        .examples(r#"[{"args":{},"error":"not_found"}]"#),
                    )
                    .method(
                        Method::handler("patch", |_: &Everything, call| {
                            let present = [call.json("name").is_ok(), call.text("name").is_ok()].map(Json::boolean);
                            Ok(Json::array([Json::from_text(call.arguments())].into_iter().chain(present)))
                        })
                        .param(Param::text("name").default("null"))
                        .param(Param::integer("count").default("1")),
                    )
                    .method(Method::handler("panic", |_: &Everything, _| panic!("asked to")))
                    .method(Method::handler("panicOddly", |_: &Everything, _| std::panic::panic_any(7)))
                    .method(Method::deferred("later", Self::later).param(Param::integer("ms")))
                    .method(Method::deferred("never", |_: &Everything, call| drop(call)))
                    .method(Method::deferred("deferredPanic", |_: &Everything, _call| panic!("asked to")))
                    .method(Method::stream("count", Self::count).param(Param::integer("to")))
                    .method(Method::deferred("ask", Self::ask).param(Param::text("method")))
                    .method(Method::deferred("compute", Self::compute).param(Param::boolean("fails")))
                    .method(
                        Method::native(
                            "shout",
                            native!(Everything, shout(text: &str, times: i64, loud: bool) -> String),
                        )
                        .param(Param::text("text"))
                        .param(Param::integer("times"))
                        .param(Param::boolean("loud").default("false")),
                    )
                    .method(Method::native("touch", native!(Everything, touch()))),
            )
            .topic(Topic::new("everything:happened").doc("It happened.").example("{}"))
    }

    fn create(host: Host, config: &str, state: &[u8]) -> Result<Self, Error> {
        assert!(state.is_empty());
        let config = host.parse(config)?;
        match config.root().get("mode").and_then(|mode| mode.text()) {
            Some("fail") => return Err(Error::failed_precondition("The mode is fail.")),
            Some("panic") => panic!("The mode is panic."),
            _ => {}
        }
        let state = Rc::new(State::default());
        let (seen, subscribed) = (state.clone(), state.clone());
        let subscription = host.subscribe(&["task:*", "x:*:z"], None, move |event| match event {
            Event::Happened { topic, data, source, seq, .. } => {
                assert_eq!(seq, None);
                assert!(topic != "task:panic", "asked to panic");
                seen.seen.borrow_mut().push(format!("{} {} {}", topic, data, source));
            }
            other => panic!("{:?}", other),
        })?;
        subscribed.subscription.set(Some(subscription));
        Ok(Everything { host, state })
    }

    fn start(&self, done: Done) {
        let shared = self.host.shared();
        std::thread::spawn(move || {
            assert!(shared.on_loop().is_none());
            shared.post(move |_| done.finish(Ok(())));
        })
        .join()
        .unwrap();
    }

    fn save(&self) -> Result<Vec<u8>, Error> {
        Ok(b"state".to_vec())
    }
}

export_plugin!(everything: Everything);

fn load() -> FakeHost {
    let mut fake = FakeHost::new("everything", ".");
    fake.load(orchestron_entry, "{}").unwrap();
    fake
}

/// The instance, as native functions see it.
fn with_plugin<T>(fake: &mut FakeHost, body: impl FnOnce(&Everything) -> T) -> T {
    let (_, this, ctx) = fake.native("everything.touch").unwrap();
    let mut found: *const Everything = std::ptr::null();
    let find = |plugin: &Everything, _: &Context<'_>| {
        found = plugin;
        Ok(())
    };
    let status = unsafe { orchestron::native::run::<Everything, ()>(this, ctx, "find", &mut (), find) };
    assert_eq!(status, sys::ORCH_OK);
    body(unsafe { &*found })
}

#[test]
fn a_handler_reads_every_type_of_argument() {
    let mut fake = load();
    let arguments = r#"{"text":"a \"b\" ü\u0001","number":1.5,"flag":true,"bytes":"aGk=","any":[1,{"x":null}]}"#;
    assert_eq!(
        fake.call("everything.describe", arguments).unwrap().as_str(),
        concat!(
            r#"{"text":"a \"b\" ü\u0001","whole":9007199254740993,"number":1.5,"flag":true,"bytes":"hi","#,
            r#""any":[1,{"x":null}],"absent":true,"actor":"user:test","caller":"host","inTime":true,"whole text":true}"#
        )
    );
}

#[test]
fn a_merge_patch_tells_null_from_nothing() {
    let mut fake = load();
    assert_eq!(fake.call("everything.patch", "{}").unwrap().as_str(), r#"[{"count":1},false,false]"#);
    let cleared = fake.call("everything.patch", r#"{"name":null,"count":null}"#).unwrap();
    assert_eq!(cleared.as_str(), r#"[{"name":null,"count":1},true,false]"#);
    let set = fake.call("everything.patch", r#"{"name":"x","count":2}"#).unwrap();
    assert_eq!(set.as_str(), r#"[{"name":"x","count":2},true,true]"#);
    assert_eq!(fake.call("everything.patch", r#"{"name":1}"#).unwrap_err().status, Status::InvalidArgument);
}

#[test]
fn a_failure_keeps_status_message_and_details() {
    let mut fake = load();
    let error = fake.call("everything.fail", "{}").unwrap_err();
    assert_eq!(error.status, Status::NotFound);
    assert_eq!(error.message, "There is no such thing.");
    assert_eq!(error.details.unwrap().as_str(), r#"{"allowed":"todo"}"#);
    assert_eq!(fake.check_examples(), 1);
}

#[test]
fn a_panic_becomes_internal_and_the_plugin_goes_on() {
    let mut fake = load();
    for method in ["everything.panic", "everything.panicOddly", "everything.deferredPanic"] {
        assert_eq!(fake.call(method, "{}").unwrap_err().status, Status::Internal);
    }
    assert!(fake.logged("the method panic panicked: asked to"));
    assert!(fake.logged("the method panicOddly panicked: a value that is no text"));
    fake.event("task:panic", "{}");
    fake.event("task:created", "{}");
    fake.run();
    assert!(fake.logged("a subscription panicked: asked to panic"));
    with_plugin(&mut fake, |plugin| assert_eq!(*plugin.state.seen.borrow(), ["task:created {} test"]));
}

#[test]
fn create_that_fails_or_panics_leaves_nothing_behind() {
    let mut fake = FakeHost::new("everything", ".");
    let error = fake.load(orchestron_entry, r#"{"mode":"fail"}"#).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::FailedPrecondition, "The mode is fail."));
    let error = fake.load(orchestron_entry, r#"{"mode":"panic"}"#).unwrap_err();
    assert_eq!(error.status, Status::Internal);
    assert!(fake.logged("create panicked: The mode is panic."));
    fake.load(orchestron_entry, "{}").unwrap();
}

#[test]
fn a_deferred_call_is_answered_later() {
    let mut fake = load();
    assert_eq!(fake.call("everything.later", r#"{"ms":5000}"#).unwrap().as_str(), "\"later\"");
}

#[test]
fn a_deferred_call_that_is_dropped_answers_internal() {
    let mut fake = load();
    let error = fake.call("everything.never", "{}").unwrap_err();
    assert_eq!(error.status, Status::Internal);
    assert!(error.message.contains("without an answer"));
}

#[test]
fn a_stream_emits_chunks_before_it_answers() {
    let mut fake = load();
    assert_eq!(fake.call("everything.count", r#"{"to":3}"#).unwrap().as_str(), "null");
    assert_eq!(fake.chunks().iter().map(Json::as_str).collect::<Vec<_>>(), ["0", "1", "2"]);
}

#[test]
fn an_outgoing_call_gets_its_answer_or_failure() {
    let mut fake = load();
    fake.answer_calls("tasks.get", Ok(Json::from_text(r#"{"id":1}"#)));
    fake.answer_calls("tasks.bad", Err(Error::new(Status::Aborted, "Somebody was faster.")));
    assert_eq!(fake.call("everything.ask", r#"{"method":"tasks.get"}"#).unwrap().as_str(), r#"{"id":1}"#);
    let error = fake.call("everything.ask", r#"{"method":"tasks.bad"}"#).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (Status::Aborted, "Somebody was faster."));
    assert_eq!(fake.call("everything.ask", r#"{"method":"no.such"}"#).unwrap_err().status, Status::NotFound);
}

#[test]
fn work_runs_on_a_worker_and_ends_on_the_loop() {
    let mut fake = load();
    assert_eq!(fake.call("everything.compute", r#"{"fails":false}"#).unwrap().as_str(), "42");
    let error = fake.call("everything.compute", r#"{"fails":true}"#).unwrap_err();
    assert_eq!(error.status, Status::Internal);
    assert!(fake.logged("a job panicked: asked to fail"));
}

type Shout = unsafe extern "C" fn(
    *mut c_void,
    *mut sys::orch_ctx,
    sys::orch_str,
    i64,
    u8,
    *mut sys::orch_buf,
) -> sys::orch_status;

fn shout(fake: &mut FakeHost, text: &[u8], times: i64, loud: u8) -> Result<String, sys::orch_status> {
    let (function, this, ctx) = fake.native("everything.shout").unwrap();
    unsafe {
        let function: Shout = std::mem::transmute(function);
        let text = sys::orch_str { p: text.as_ptr() as *const _, n: text.len() };
        let mut out = sys::orch_buf { p: std::ptr::null_mut(), n: 99, release: None, owner: std::ptr::null_mut() };
        match function(this, ctx, text, times, loud, &mut out) {
            sys::ORCH_OK => {
                let bytes = std::slice::from_raw_parts(out.p as *const u8, out.n).to_vec();
                out.release.unwrap()(out.owner);
                Ok(String::from_utf8(bytes).unwrap())
            }
            status => {
                assert_eq!(out.n, 99, "the result is untouched");
                Err(status)
            }
        }
    }
}

#[test]
fn a_native_function_is_a_c_function() {
    let mut fake = load();
    assert_eq!(shout(&mut fake, "grüß ".as_bytes(), 2, 1).unwrap(), "GRÜSS GRÜSS ");
    assert_eq!(shout(&mut fake, b"", 0, 0).unwrap(), "");
    assert_eq!(shout(&mut fake, b"x", -1, 0), Err(sys::ORCH_INVALID_ARGUMENT));
    assert_eq!(fake.message(), "times must not be negative, but is -1.");
    assert_eq!(shout(&mut fake, b"\xff", 1, 0), Err(sys::ORCH_INVALID_ARGUMENT));
    assert_eq!(shout(&mut fake, b"panic", 1, 0), Err(sys::ORCH_INTERNAL));
    assert_eq!(fake.method("everything.shout").unwrap().result as u8, b's');
    assert_eq!(fake.method("everything.touch").unwrap().result as u8, b'v');
}

#[test]
fn a_slot_calls_a_typed_method() {
    let mut fake = load();
    let (function, this, _) = fake.native("everything.shout").unwrap();
    unsafe { fake.provide("other.shout", "s(sib)", function, this) };
    with_plugin(&mut fake, |plugin| {
        let slot: Slot<(String, i64, bool), String> = plugin.host.import(None, "other.shout").unwrap();
        assert_eq!(slot.call(None, ("ab".into(), 2, true)).unwrap(), "ABAB");
        let error = slot.call(None, ("ab".into(), -2, true)).unwrap_err();
        assert_eq!(error.message, "times must not be negative, but is -2.");
        assert!(plugin.host.import::<(f64,), String>(None, "other.shout").is_err());
    });
    let (function, this, _) = fake.native("everything.touch").unwrap();
    unsafe { fake.provide("other.touch", "v()", function, this) };
    with_plugin(&mut fake, |plugin| {
        let slot: Slot<(), ()> = plugin.host.import(None, "other.touch").unwrap();
        slot.call(None, ()).unwrap();
        assert_eq!(*plugin.state.seen.borrow(), ["touched"]);
    });
}

#[test]
fn events_reach_the_subscription_until_it_ends() {
    let mut fake = load();
    for topic in ["task:created", "tasks:created", "x:y:z", "x:z", "task:a:b"] {
        fake.event(topic, "1");
    }
    fake.run();
    let (host, seen, subscription) =
        with_plugin(&mut fake, |plugin| (plugin.host, plugin.state.clone(), plugin.state.subscription.get().unwrap()));
    assert_eq!(*seen.seen.borrow(), ["task:created 1 test", "x:y:z 1 test", "task:a:b 1 test"]);
    host.unsubscribe(subscription).unwrap();
    assert_eq!(host.unsubscribe(subscription).unwrap_err().status, Status::FailedPrecondition);
    fake.event("task:created", "2");
    fake.run();
    assert_eq!(seen.seen.borrow().len(), 3);
    // The state is held by the plugin and by this test, no longer by the subscription.
    assert_eq!(Rc::strong_count(&seen), 2);
}

#[test]
fn every_thread_publishes_and_posts() {
    let mut fake = load();
    let shared = with_plugin(&mut fake, |plugin| plugin.host.shared());
    let ran = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let ran = ran.clone();
            std::thread::spawn(move || {
                for _ in 0..100 {
                    shared.publish(None, "everything:happened", &Json::object().end()).unwrap();
                    let ran = ran.clone();
                    shared.post(move |host| {
                        assert!(host.on_loop().is_some());
                        ran.fetch_add(1, Ordering::Relaxed);
                    });
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    fake.run();
    assert_eq!(ran.load(Ordering::Relaxed), 400);
    assert!(fake.published(399).is_some() && fake.published(400).is_none());
    assert_eq!(Arc::strong_count(&ran), 1, "every task was dropped");
}

#[test]
fn progress_is_heard() {
    let mut fake = load();
    let host = with_plugin(&mut fake, |plugin| plugin.host);
    host.progress("reads the library", 1, 2).unwrap();
    host.progress("reads the library", 2, 2).unwrap();
}

#[test]
fn a_timer_repeats_until_it_is_stopped() {
    let mut fake = load();
    let fired = Rc::new(Cell::new(0));
    let (host, state) = with_plugin(&mut fake, |plugin| (plugin.host, plugin.state.clone()));
    let (counted, own) = (fired.clone(), state.clone());
    let timer = host.timer(Duration::from_millis(10), Some(Duration::from_millis(5)), move || {
        counted.set(counted.get() + 1);
        if counted.get() == 3 {
            host.stop_timer(own.timer.get().unwrap()).unwrap();
        }
    });
    state.timer.set(Some(timer.unwrap()));
    fake.advance(Duration::from_millis(9));
    assert_eq!(fired.get(), 0);
    fake.advance(Duration::from_millis(1000));
    assert_eq!(fired.get(), 3);
    assert_eq!(Rc::strong_count(&fired), 1, "the callback was dropped");
    assert!(host.stop_timer(state.timer.get().unwrap()).is_err());
}

#[test]
fn the_host_parses_json() {
    let mut fake = load();
    let host = with_plugin(&mut fake, |plugin| plugin.host);
    let document = host.parse(r#" {"a": [1, 2.5, "x", true, null], "b/c": {"d": -9223372036854775808}} "#).unwrap();
    let root = document.root();
    assert_eq!((root.kind(), root.count()), (Kind::Object, 2));
    let kinds: Vec<_> = root.get("a").unwrap().members().map(|(_, value)| value.kind()).collect();
    assert_eq!(kinds, [Kind::Integer, Kind::Number, Kind::Text, Kind::Boolean, Kind::Null]);
    assert_eq!(root.members().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b/c"]);
    assert_eq!(root.pointer("/b~1c/d").unwrap().integer(), Some(i64::MIN));
    assert_eq!(root.pointer("/a/1").unwrap().number(), Some(2.5));
    assert_eq!(root.pointer("/a/2").unwrap().text(), Some("x"));
    assert_eq!(root.pointer("/a/3").unwrap().boolean(), Some(true));
    assert!(root.pointer("/a/5").is_none() && root.get("z").is_none());
    assert_eq!(root.get("a").unwrap().to_json().as_str(), r#"[1,2.5,"x",true,null]"#);
    for wrong in ["", "{", "[1,]", "{\"a\":tru}", "01", "1 2", "\"\\ud800\"", "\"\u{1}\""] {
        assert_eq!(host.parse(wrong).map(|_| ()).unwrap_err().status, Status::InvalidArgument, "{}", wrong);
    }
    let deep = "[".repeat(100_000);
    assert!(host.parse(&deep).is_err());
}

#[test]
fn facts_about_the_host_are_at_hand() {
    let mut fake = load();
    let info = with_plugin(&mut fake, |plugin| plugin.host.info());
    assert_eq!((info.plugin_id, info.storage_dir, info.debug), ("everything", ".", true));
}

#[test]
fn the_descriptor_is_made_once() {
    let first = orchestron_entry(std::ptr::null_mut());
    assert_eq!(first, orchestron_entry(std::ptr::null_mut()));
    let descriptor = unsafe { &*first };
    assert_eq!(descriptor.size as usize, std::mem::size_of::<sys::orch_plugin>());
    assert_eq!((descriptor.n_services, descriptor.n_topics), (1, 1));
}
