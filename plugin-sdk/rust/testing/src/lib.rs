//! A fake host for unit tests of plugins.
//!
//! ```no_run
//! # use orchestron::sys::*;
//! # extern "C" fn entry(_: *mut orch_host) -> *const orch_plugin { std::ptr::null() }
//! use orchestron_testing::FakeHost;
//!
//! let mut fake = FakeHost::new("greeter", std::env::temp_dir());
//! fake.load(entry, "{}").unwrap(); // crate::orchestron_entry, which export_plugin! makes
//! assert_eq!(fake.call("greeter.greet", r#"{"name":"Ada"}"#).unwrap().as_str(), r#"{"hello":"Ada"}"#);
//! assert_eq!(fake.check_examples(), 2);
//! ```
//!
//! Nothing happens by itself: [`FakeHost::run`] runs what is queued, [`FakeHost::advance`] moves the clock of the
//! timers. Arguments are checked for name, type and presence, not against JSON Schemas. What a real host would count as
//! a fault of the plugin (no answer, a second answer, a verb on the wrong thread, …) makes the test fail when the fake
//! is dropped.
//!
//! Native functions take C arguments: test the method itself, or get it by [`FakeHost::native`].
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]

mod mcp_call;
mod request;

use std::ffi::{c_void, CStr, CString};
use std::marker::PhantomData;
use std::os::raw::{c_char, c_int};
use std::path::Path;
use std::time::Duration;

use orchestron::sys::{orch_ctx, orch_host, orch_method, orch_plugin, orch_status, ORCH_OK};
use orchestron::{Error, Json, McpKind, Status};

pub use mcp_call::FakeMcpCall;
use mcp_call::RawMcpCall;
pub use request::FakeRequest;
use request::RawRequest;

/// What [`orchestron::export_plugin!`] makes.
pub type EntryFunction = extern "C" fn(*mut orch_host) -> *const orch_plugin;

#[repr(C)]
struct RawReply {
    status: orch_status,
    json: *const c_char,
    message: *const c_char,
    details: *const c_char,
    chunks: *const c_char,
}

#[repr(C)]
struct Raw {
    _private: [u8; 0],
}

extern "C" {
    fn fake_host_new(id: *const c_char, storage_dir: *const c_char) -> *mut Raw;
    fn fake_host_free(fake: *mut Raw) -> c_int;
    fn fake_host_faults(fake: *const Raw) -> c_int;
    fn fake_host_handle(fake: *mut Raw) -> *mut orch_host;
    fn fake_host_ctx(fake: *mut Raw) -> *mut orch_ctx;
    fn fake_host_message(fake: *const Raw) -> *const c_char;
    fn fake_host_load(fake: *mut Raw, entry: EntryFunction, config: *const c_char) -> orch_status;
    fn fake_host_reconfigure(fake: *mut Raw, config: *const c_char) -> orch_status;
    fn fake_host_unload(fake: *mut Raw) -> orch_status;
    fn fake_host_self(fake: *const Raw) -> *mut c_void;
    fn fake_host_method(fake: *const Raw, name: *const c_char) -> *const orch_method;
    fn fake_host_run(fake: *mut Raw) -> usize;
    fn fake_host_advance(fake: *mut Raw, ms: u64);
    fn fake_host_call(fake: *mut Raw, method: *const c_char, args: *const c_char) -> *const RawReply;
    fn fake_host_check_examples(fake: *mut Raw) -> usize;
    fn fake_host_event(fake: *mut Raw, topic: *const c_char, data: *const c_char);
    fn fake_host_published_topic(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_published_data(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_logged(fake: *const Raw, text: *const c_char) -> c_int;
    fn fake_host_answer_calls(fake: *mut Raw, method: *const c_char, status: orch_status, json: *const c_char);
    fn fake_host_provide(
        fake: *mut Raw,
        method: *const c_char,
        signature: *const c_char,
        function: unsafe extern "C" fn(),
        this: *mut c_void,
    );
    fn fake_host_answer_http(fake: *mut Raw, code: i32, body: *const c_char);
    fn fake_host_http_request(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_answer_commands(fake: *mut Raw, output: *const c_char, errors: *const c_char, exit_status: i64);
    fn fake_host_command(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_record(fake: *mut Raw);
    fn fake_host_span(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_request(
        fake: *mut Raw,
        target: *const c_char,
        headers: *const c_char,
        body: *const c_char,
    ) -> *mut RawRequest;
    fn fake_host_mcp(
        fake: *mut Raw,
        kind: u32,
        name: *const c_char,
        args: *const c_char,
        ask: *const RawAsk,
    ) -> *mut RawMcpCall;
    fn fake_host_mcp_complete(
        fake: *mut Raw,
        kind: u32,
        name: *const c_char,
        argument: *const c_char,
        args: *const c_char,
    ) -> *mut RawMcpCall;
    fn fake_host_mcp_updated(fake: *const Raw, at: usize) -> *const c_char;
    fn fake_host_change(fake: *mut Raw, path: *const c_char, name: *const c_char, changes: u32) -> usize;
}

#[repr(C)]
struct RawAsk {
    capabilities: *const c_char,
    state: *const c_char,
    replies: *const c_char,
}

/// A host with one plugin, on the thread that made it.
pub struct FakeHost {
    raw: *mut Raw,
    chunks: Vec<Json>,
}

fn c(text: &str) -> CString {
    CString::new(text).expect("texts for the fake host contain no NUL")
}

unsafe fn text(text: *const c_char) -> String {
    unsafe { CStr::from_ptr(text) }.to_str().expect("the fake host speaks UTF-8").to_owned()
}

unsafe fn optional(pointer: *const c_char) -> Option<String> {
    (!pointer.is_null()).then(|| unsafe { text(pointer) })
}

impl FakeHost {
    /// Makes a host for the plugin `id`.
    pub fn new(id: &str, storage_dir: impl AsRef<Path>) -> FakeHost {
        let storage_dir = storage_dir.as_ref().to_str().expect("the storage folder's name is UTF-8");
        FakeHost { raw: unsafe { fake_host_new(c(id).as_ptr(), c(storage_dir).as_ptr()) }, chunks: Vec::new() }
    }

    /// Checks the descriptor, creates the instance with `config` (a JSON object) and starts it.
    pub fn load(&mut self, entry: EntryFunction, config: &str) -> Result<(), Error> {
        let status = unsafe { fake_host_load(self.raw, entry, c(config).as_ptr()) };
        self.checked(status)
    }

    /// Hands the instance another configuration while it runs.
    pub fn reconfigure(&mut self, config: &str) -> Result<(), Error> {
        let status = unsafe { fake_host_reconfigure(self.raw, c(config).as_ptr()) };
        self.checked(status)
    }

    /// Drains, stops and destroys the instance.
    pub fn unload(&mut self) -> Result<(), Error> {
        let status = unsafe { fake_host_unload(self.raw) };
        self.checked(status)
    }

    fn checked(&self, status: orch_status) -> Result<(), Error> {
        match status {
            ORCH_OK => Ok(()),
            status => Err(Error::new(Status::from_raw(status), unsafe { text(fake_host_message(self.raw)) })),
        }
    }

    /// Faults of the plugin so far; they are written to standard error.
    pub fn faults(&self) -> usize {
        unsafe { fake_host_faults(self.raw) as usize }
    }

    /// Forgets the faults, for tests of faults, and ends the host. Returns how many there were.
    pub fn finish(self) -> usize {
        let faults = unsafe { fake_host_free(self.raw) };
        std::mem::forget(self);
        faults as usize
    }

    /// Runs what is queued until nothing is. Returns how many pieces ran.
    pub fn run(&mut self) -> usize {
        unsafe { fake_host_run(self.raw) }
    }

    /// Lets time pass for timers, and runs what is queued.
    pub fn advance(&mut self, time: Duration) {
        unsafe { fake_host_advance(self.raw, time.as_millis() as u64) };
    }

    /// Calls a handler with a JSON object of arguments and runs until it has answered.
    pub fn call(&mut self, method: &str, arguments: &str) -> Result<Json, Error> {
        unsafe {
            let reply = &*fake_host_call(self.raw, c(method).as_ptr(), c(arguments).as_ptr());
            self.chunks = text(reply.chunks).lines().map(Json::from_text).collect();
            if reply.status == ORCH_OK {
                return Ok(Json::from_text(text(reply.json)));
            }
            let mut error = Error::new(Status::from_raw(reply.status), text(reply.message));
            let details = text(reply.details);
            if !details.is_empty() {
                error.details = Some(Json::from_text(details));
            }
            Err(error)
        }
    }

    /// The chunks that the last call emitted.
    pub fn chunks(&self) -> &[Json] {
        &self.chunks
    }

    /// Runs the examples in the declarations of all handlers. Each difference is a fault; returns how many ran.
    pub fn check_examples(&mut self) -> usize {
        unsafe { fake_host_check_examples(self.raw) }
    }

    /// Queues an event for the plugin's subscriptions.
    pub fn event(&mut self, topic: &str, data: &str) {
        unsafe { fake_host_event(self.raw, c(topic).as_ptr(), c(data).as_ptr()) };
    }

    /// Topic and data of the event that the plugin published as number `at`.
    pub fn published(&self, at: usize) -> Option<(String, String)> {
        unsafe {
            let topic = optional(fake_host_published_topic(self.raw, at))?;
            Some((topic, text(fake_host_published_data(self.raw, at))))
        }
    }

    /// Whether a line was logged that contains `part`.
    pub fn logged(&self, part: &str) -> bool {
        unsafe { fake_host_logged(self.raw, c(part).as_ptr()) != 0 }
    }

    /// How calls of another plugin's method are answered. A method without an answer is `NotFound`.
    pub fn answer_calls(&mut self, method: &str, answer: Result<Json, Error>) {
        let (status, body) = match answer {
            Ok(json) => (ORCH_OK, json.into_string()),
            Err(error) => (error.status.raw(), error.message),
        };
        unsafe { fake_host_answer_calls(self.raw, c(method).as_ptr(), status, c(&body).as_ptr()) };
    }

    /// Provides a typed method of another plugin.
    ///
    /// # Safety
    /// `function` must be a native function with this signature, cast; `this` what it expects as its first argument.
    pub unsafe fn provide(
        &mut self,
        method: &str,
        signature: &str,
        function: unsafe extern "C" fn(),
        this: *mut c_void,
    ) {
        unsafe { fake_host_provide(self.raw, c(method).as_ptr(), c(signature).as_ptr(), function, this) };
    }

    /// How HTTP requests are answered from now on.
    pub fn answer_http(&mut self, code: i32, body: &str) {
        unsafe { fake_host_answer_http(self.raw, code, c(body).as_ptr()) };
    }

    /// HTTP request number `at` as "METHOD URL\nbody".
    pub fn http_request(&self, at: usize) -> Option<String> {
        unsafe { optional(fake_host_http_request(self.raw, at)) }
    }

    /// Records spans from now on; before, nobody does.
    pub fn record(&mut self) {
        unsafe { fake_host_record(self.raw) };
    }

    /// Span number `at` that has ended, as "KIND NAME\nKEY=VALUE\n…STATUS MESSAGE".
    pub fn span(&self, at: usize) -> Option<String> {
        unsafe { optional(fake_host_span(self.raw, at)) }
    }

    /// What child processes write and return from now on, once their input is closed.
    pub fn answer_commands(&mut self, output: &str, errors: &str, status: i64) {
        unsafe { fake_host_answer_commands(self.raw, c(output).as_ptr(), c(errors).as_ptr(), status) };
    }

    /// Child process number `at` that has ended as "argument argument…\ninput".
    pub fn command(&self, at: usize) -> Option<String> {
        unsafe { optional(fake_host_command(self.raw, at)) }
    }

    /// Makes a request such as `GET /hello/Ada?x=1` and runs what is queued. `headers` are lines `Name: value`, each with its
    /// end; without a body it follows by [`FakeRequest::send`]. Files are looked for below the current folder.
    pub fn request(&self, target: &str, headers: &str, body: Option<&str>) -> FakeRequest<'_> {
        let body = body.map(c);
        let body = body.as_ref().map_or(std::ptr::null(), |body| body.as_ptr());
        let raw = unsafe { fake_host_request(self.raw, c(target).as_ptr(), c(headers).as_ptr(), body) };
        FakeRequest { raw, host: PhantomData }
    }

    /// Opens a WebSocket.
    pub fn connect(&self, path: &str) -> FakeRequest<'_> {
        self.request(&format!("GET {}", path), "Upgrade: websocket\n", Some(""))
    }

    /// Calls a tool, gets a prompt, reads a URI (`McpKind::Resource`, templates as well). `args` is a JSON object; `state` and
    /// `replies` are those of the round after questions. `None` when nothing has that name.
    pub fn mcp(&self, kind: McpKind, name: &str, args: &str, state: &str, replies: &str) -> Option<FakeMcpCall<'_>> {
        let (state, replies) = (c(state), c(replies));
        let ask = RawAsk { capabilities: std::ptr::null(), state: state.as_ptr(), replies: replies.as_ptr() };
        let raw = unsafe { fake_host_mcp(self.raw, kind as u32, c(name).as_ptr(), c(args).as_ptr(), &ask) };
        (!raw.is_null()).then(|| FakeMcpCall { raw, host: PhantomData })
    }

    /// Completes an argument of a prompt or a template. `None` when that proposes none.
    pub fn mcp_complete(&self, kind: McpKind, name: &str, argument: &str, args: &str) -> Option<FakeMcpCall<'_>> {
        let (name, argument, args) = (c(name), c(argument), c(args));
        let raw =
            unsafe { fake_host_mcp_complete(self.raw, kind as u32, name.as_ptr(), argument.as_ptr(), args.as_ptr()) };
        (!raw.is_null()).then(|| FakeMcpCall { raw, host: PhantomData })
    }

    /// URI number `at` that was told to have changed.
    pub fn mcp_updated(&self, at: usize) -> Option<String> {
        unsafe { optional(fake_host_mcp_updated(self.raw, at)) }
    }

    /// Tells of a change (`ORCH_FS_…`) to those who watch exactly `path`. Returns how many there were.
    pub fn change(&mut self, path: &str, name: &str, changes: u32) -> usize {
        unsafe { fake_host_change(self.raw, c(path).as_ptr(), c(name).as_ptr(), changes) }
    }

    /// A declaration by "service.method".
    pub fn method(&self, name: &str) -> Option<&orch_method> {
        unsafe { fake_host_method(self.raw, c(name).as_ptr()).as_ref() }
    }

    /// The C function of a native method with the two pointers that it takes first: the instance and a context.
    pub fn native(&mut self, name: &str) -> Option<(unsafe extern "C" fn(), *mut c_void, *mut orch_ctx)> {
        let function = self.method(name)?.r#fn?;
        unsafe { Some((function, fake_host_self(self.raw), fake_host_ctx(self.raw))) }
    }

    /// The message of the last failure in the context of [`FakeHost::native`].
    pub fn message(&self) -> String {
        unsafe { text(fake_host_message(self.raw)) }
    }

    /// What the plugin receives as its host.
    pub fn handle(&mut self) -> *mut orch_host {
        unsafe { fake_host_handle(self.raw) }
    }
}

impl Drop for FakeHost {
    fn drop(&mut self) {
        let faults = unsafe { fake_host_free(self.raw) };
        if faults > 0 && !std::thread::panicking() {
            panic!("{} faults of the plugin; see above", faults);
        }
    }
}
