//! Tools, resources, templates and prompts for MCP clients. What can be declared as a method needs none of this.

use std::ffi::c_void;
use std::mem::size_of;

use crate::barrier::guard;
use crate::context::Context;
use crate::host::{self, Host, Repeated, SharedHost};
use crate::json::Json;
use crate::status::{Error, Status};
use crate::sys::{self, orch_mcp_call};
use crate::text;

/// What can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpKind {
    /// `{"name", "inputSchema", …}`
    Tool = sys::ORCH_MCP_TOOL as isize,
    /// `{"uri", "name", …}`
    Resource = sys::ORCH_MCP_RESOURCE as isize,
    /// `{"uriTemplate", "name", …}`; RFC 6570: `{x}` takes a segment of the path, `{+x}` the rest, `{?x,y}` pairs of
    /// the query.
    Template = sys::ORCH_MCP_TEMPLATE as isize,
    /// `{"name", "arguments"?, …}`
    Prompt = sys::ORCH_MCP_PROMPT as isize,
}

/// One piece of what a tool answers, of what a prompt says, or of what a resource holds.
#[derive(Clone, Copy, Debug)]
pub enum McpContent<'a> {
    /// Text; of a resource what is read.
    Text(&'a str),
    /// An image, and its type: `image/png`.
    Image(&'a [u8], &'a str),
    /// A sound, and its type: `audio/wav`.
    Audio(&'a [u8], &'a str),
    /// A resource that can be read: URI, name and type.
    Link(&'a str, &'a str, &'a str),
    /// A resource itself as text: URI, text and type. Without a URI what is read.
    Resource(&'a str, &'a str, &'a str),
    /// A resource itself as bytes: URI, bytes and type. Without a URI what is read.
    Blob(&'a str, &'a [u8], &'a str),
    /// A whole content object, for what is not said here.
    Json(&'a Json),
}

/// Severity of a log line for the client, as in RFC 5424.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpLevel {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Info,
    Debug,
}

/// A tool, resource, template or prompt that was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct McpItem(u64);

impl Host {
    /// Declares a tool, resource, template or prompt by a JSON object in the words of MCP. It lasts until
    /// [`Host::remove_mcp`] or the stop of the plugin. `permission` is a right; empty: what the declaration says. An error of
    /// `run` is the answer.
    pub fn mcp(
        &self,
        kind: McpKind,
        declaration: &Json,
        permission: &str,
        run: impl FnMut(McpCall) -> Result<(), Error> + 'static,
    ) -> Result<McpItem, Error> {
        let none: Option<fn(McpCall) -> Result<Vec<String>, Error>> = None;
        self.declare(kind, declaration, permission, run, none)
    }

    /// As [`Host::mcp`]; `complete` proposes values of an argument, best first: [`McpCall::name`] is the argument,
    /// [`McpCall::argument`] of that name what the user has typed, others what he has chosen already.
    pub fn mcp_with_completion(
        &self,
        kind: McpKind,
        declaration: &Json,
        permission: &str,
        run: impl FnMut(McpCall) -> Result<(), Error> + 'static,
        complete: impl FnMut(McpCall) -> Result<Vec<String>, Error> + 'static,
    ) -> Result<McpItem, Error> {
        self.declare(kind, declaration, permission, run, Some(complete))
    }

    fn declare<R, C>(
        &self,
        kind: McpKind,
        declaration: &Json,
        permission: &str,
        mut run: R,
        complete: Option<C>,
    ) -> Result<McpItem, Error>
    where
        R: FnMut(McpCall) -> Result<(), Error> + 'static,
        C: FnMut(McpCall) -> Result<Vec<String>, Error> + 'static,
    {
        let shared = self.shared();
        let completes = complete.is_some();
        let mut complete = complete;
        let handler = Repeated::mcp(shared, completes, move |raw: *mut orch_mcp_call, is_completion: bool| {
            // SAFETY: the host lends the call for the length of this one.
            let call = unsafe { McpCall::retain(shared, raw) };
            let answered = guard(shared, "a handler for MCP", || match &mut complete {
                Some(complete) if is_completion => {
                    let values = complete(call.clone())?;
                    call.finish(Some(Json::array(values.iter().map(|value| Json::text(value)))), 0)
                }
                _ => run(call.clone()),
            });
            let answered = answered.unwrap_or_else(|| {
                Err(Error::new(Status::Internal, "The handler failed in an unexpected way; the log says more."))
            });
            if let Err(error) = answered {
                call.fail(&error);
            }
        });
        let table: &sys::orch_mcp = self.table(sys::ORCH_EXT_MCP)?;
        let add = table.add.expect("the table of functions is complete");
        let (text, permission) = (text::lend(declaration.as_bytes()), text::lend(permission.as_bytes()));
        let mut id = 0;
        let status =
            unsafe { add(self.as_raw(), std::ptr::null_mut(), kind as u32, text, permission, handler, &mut id) };
        Error::check(status, "The declaration for MCP was refused; the log says why.").map(|()| McpItem(id))
    }

    /// Takes a declaration away; clients are told.
    pub fn remove_mcp(&self, item: McpItem) -> Result<(), Error> {
        let table: &sys::orch_mcp = self.table(sys::ORCH_EXT_MCP)?;
        let remove = table.remove.expect("the table of functions is complete");
        Error::check(unsafe { remove(self.as_raw(), item.0) }, "The declaration has ended already.")
    }

    /// Says that what can be read at a URI of this plugin has changed. Costs little when nobody has subscribed to it.
    pub fn mcp_updated(&self, uri: &str) -> Result<(), Error> {
        let table: &sys::orch_mcp = self.table(sys::ORCH_EXT_MCP)?;
        let updated = table.updated.expect("the table of functions is complete");
        unsafe { updated(self.as_raw(), text::lend(uri.as_bytes())) };
        Ok(())
    }
}

/// One request of an MCP client. Clones stand for the same one. Whoever answers after the handler has returned keeps it; a
/// request that the last one lets go of without an answer fails.
pub struct McpCall {
    host: SharedHost,
    raw: *mut orch_mcp_call,
}

impl Clone for McpCall {
    fn clone(&self) -> McpCall {
        // SAFETY: this object holds the call.
        unsafe { McpCall::retain(self.host, self.raw) }
    }
}

impl Drop for McpCall {
    fn drop(&mut self) {
        unsafe { verb!(self.raw, release()) };
    }
}

impl McpCall {
    /// # Safety
    /// `raw` must be valid.
    unsafe fn retain(host: SharedHost, raw: *mut orch_mcp_call) -> McpCall {
        unsafe { verb!(raw, retain()) };
        McpCall { host, raw }
    }

    /// On whose behalf: for calls that this one causes.
    pub fn context(&self) -> Context<'_> {
        unsafe { Context::from_raw(verb!(self.raw, ctx())) }
    }

    /// The name of the tool or prompt, the URI that is read; of a completion the name of the argument.
    pub fn name(&self) -> &str {
        unsafe { text::text(verb!(self.raw, name())) }
    }

    /// All arguments as a JSON object.
    pub fn arguments(&self) -> &str {
        unsafe { text::text(verb!(self.raw, args())) }
    }

    /// The value of an argument: of a string its text, else its JSON.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut value = text::EMPTY;
        let found = unsafe { verb!(self.raw, argument(text::lend(name.as_bytes()), &mut value)) };
        (found != 0).then(|| unsafe { text::text(value) })
    }

    /// What the client can do, a JSON object.
    pub fn capabilities(&self) -> &str {
        unsafe { text::text(verb!(self.raw, capabilities())) }
    }

    /// What [`McpCall::ask`] was given in the round before; empty in the first one.
    pub fn state(&self) -> &str {
        unsafe { text::text(verb!(self.raw, state())) }
    }

    /// What the client has answered to a question, as JSON. It comes from outside: check it.
    pub fn reply(&self, key: &str) -> Option<&str> {
        let mut value = text::EMPTY;
        let found = unsafe { verb!(self.raw, reply(text::lend(key.as_bytes()), &mut value)) };
        (found != 0).then(|| unsafe { text::text(value) })
    }

    /// Adds a piece of content.
    pub fn add(&self, content: McpContent<'_>) -> Result<&McpCall, Error> {
        self.add_piece(content, sys::ORCH_MCP_USER)
    }

    /// Adds a message of a prompt that the model has said.
    pub fn add_from_assistant(&self, content: McpContent<'_>) -> Result<&McpCall, Error> {
        self.add_piece(content, sys::ORCH_MCP_ASSISTANT)
    }

    fn add_piece(&self, content: McpContent<'_>, role: u32) -> Result<&McpCall, Error> {
        let piece = content.piece(role);
        let status = unsafe { verb!(self.raw, add(&piece)) };
        Error::check(status, "The piece of content was refused.").map(|()| self)
    }

    /// Answers with the content that was added.
    pub fn done(&self) -> Result<(), Error> {
        self.finish(None, 0)
    }

    /// Answers with a structured result of a tool, also written as text when there is no other content; of a prompt with its
    /// description as a JSON string.
    pub fn done_with(&self, json: Json) -> Result<(), Error> {
        self.finish(Some(json), 0)
    }

    /// Answers with the content as what went wrong, for the model to read. An error that is returned says it too.
    pub fn done_badly(&self) -> Result<(), Error> {
        self.finish(None, sys::ORCH_MCP_IS_ERROR)
    }

    fn finish(&self, json: Option<Json>, flags: u32) -> Result<(), Error> {
        let buffer = text::give(json.map_or_else(Vec::new, |json| json.as_bytes().to_vec()));
        match unsafe { verb!(self.raw, answer(buffer, flags)) } {
            // Nobody waiting is no failure.
            sys::ORCH_CANCELLED => Ok(()),
            status => Error::check(status, "The answer was refused."),
        }
    }

    /// Answers with a failure. False when it cannot be answered any more.
    pub fn fail(&self, error: &Error) -> bool {
        let message = text::lend(error.message.as_bytes());
        let details = error.details.as_ref().map_or(text::EMPTY, |json| text::lend(json.as_bytes()));
        unsafe { verb!(self.raw, fail(error.status.raw(), message, details)) == sys::ORCH_OK }
    }

    /// Asks the client: a JSON object of questions, `{"who": {"method": "elicitation/create", "params": {…}}}`. The handler
    /// runs anew with the same arguments, [`McpCall::state`] and [`McpCall::reply`].
    pub fn ask(&self, questions: Json, state: &str) -> Result<(), Error> {
        let questions = text::give(questions.as_bytes().to_vec());
        match unsafe { verb!(self.raw, ask(questions, text::lend(state.as_bytes()))) } {
            // The client has been told that it lacks something, or nobody waits.
            sys::ORCH_FAILED_PRECONDITION | sys::ORCH_CANCELLED => Ok(()),
            status => Error::check(status, "The questions were refused."),
        }
    }

    /// Says something to a client that has asked for such lines. False when it was dropped.
    pub fn log(&self, level: McpLevel, data: &Json, logger: &str) -> bool {
        let (logger, data) = (text::lend(logger.as_bytes()), text::lend(data.as_bytes()));
        unsafe { verb!(self.raw, log(level as u32, logger, data)) == sys::ORCH_OK }
    }

    /// Says how far the call has come, to a client that has asked; `total` is 0 when nobody knows. False when it was dropped.
    pub fn progress(&self, progress: f64, total: f64, message: &str) -> bool {
        let message = text::lend(message.as_bytes());
        unsafe { verb!(self.raw, progress(progress, total, message)) == sys::ORCH_OK }
    }

    /// Calls `run` when nobody waits for the answer any more.
    pub fn when_cancelled(&self, run: impl FnOnce() + 'static) {
        unsafe { verb!(self.raw, on_cancel(host::task(self.host, move |_| run()))) };
    }
}

impl McpContent<'_> {
    fn piece(&self, role: u32) -> sys::orch_mcp_content {
        let (kind, words, data, mime_type, uri, name) = match *self {
            McpContent::Text(words) => (sys::ORCH_MCP_TEXT, words, None, "", "", ""),
            McpContent::Image(data, kind) => (sys::ORCH_MCP_IMAGE, "", Some(data), kind, "", ""),
            McpContent::Audio(data, kind) => (sys::ORCH_MCP_AUDIO, "", Some(data), kind, "", ""),
            McpContent::Link(uri, name, kind) => (sys::ORCH_MCP_LINK, "", None, kind, uri, name),
            McpContent::Resource(uri, words, kind) => (sys::ORCH_MCP_EMBEDDED, words, None, kind, uri, ""),
            McpContent::Blob(uri, data, kind) => (sys::ORCH_MCP_EMBEDDED, "", Some(data), kind, uri, ""),
            McpContent::Json(json) => (sys::ORCH_MCP_JSON, json.as_str(), None, "", "", ""),
        };
        sys::orch_mcp_content {
            size: size_of::<sys::orch_mcp_content>() as u32,
            kind,
            role,
            reserved: 0,
            text: text::lend(words.as_bytes()),
            // An empty slice has an address: no bytes are not the same as bytes of length 0.
            data: data.map_or(text::EMPTY, text::lend),
            mime_type: text::lend(mime_type.as_bytes()),
            uri: text::lend(uri.as_bytes()),
            name: text::lend(name.as_bytes()),
            more: text::EMPTY,
        }
    }
}

impl<F: FnMut(*mut orch_mcp_call, bool) + 'static> Repeated<F> {
    fn mcp(host: SharedHost, completes: bool, run: F) -> sys::orch_mcp_handler {
        sys::orch_mcp_handler {
            run: Some(Self::answer),
            complete: if completes { Some(Self::propose) } else { None },
            ud: Self::leak(host, run),
            release: Some(Self::release),
        }
    }

    unsafe extern "C" fn answer(ud: *mut c_void, call: *mut orch_mcp_call) {
        let repeated = unsafe { &*(ud as *const Repeated<F>) };
        guard(repeated.host, "a handler for MCP", || (repeated.run.borrow_mut())(call, false));
    }

    unsafe extern "C" fn propose(ud: *mut c_void, call: *mut orch_mcp_call) {
        let repeated = unsafe { &*(ud as *const Repeated<F>) };
        guard(repeated.host, "a handler for MCP", || (repeated.run.borrow_mut())(call, true));
    }
}
