//! One call of a handler, seen from the method that answers it.

use std::ops::Deref;

use crate::context::Context;
use crate::host::{task, SharedHost};
use crate::json::Json;
use crate::status::Error;
use crate::sys::{self, orch_call, orch_str};
use crate::text;

/// The call that a handler answers. Arguments are validated against the declaration and have their defaults.
pub struct Call {
    raw: *mut orch_call,
}

impl Call {
    /// # Safety
    /// `raw` must outlive the value.
    pub(crate) unsafe fn from_raw(raw: *mut orch_call) -> Call {
        Call { raw }
    }

    /// The call itself, for use with [`crate::sys`].
    pub fn as_raw(&self) -> *mut orch_call {
        self.raw
    }

    /// On whose behalf, and until when.
    pub fn context(&self) -> Context<'_> {
        unsafe { Context::from_raw(verb!(self.raw, ctx())) }
    }

    /// A string. Like all of these, `InvalidArgument` when it is absent, null, or declared with another type: for an
    /// optional argument use `.ok()`.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        let mut out = text::EMPTY;
        let found = unsafe { verb!(self.raw, arg_str(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name)?;
        Ok(unsafe { text::text(out) })
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<i64, Error> {
        let mut out = 0;
        let found = unsafe { verb!(self.raw, arg_i64(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name).map(|()| out)
    }

    /// A number.
    pub fn number(&self, name: &str) -> Result<f64, Error> {
        let mut out = 0.0;
        let found = unsafe { verb!(self.raw, arg_f64(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name).map(|()| out)
    }

    /// A boolean.
    pub fn boolean(&self, name: &str) -> Result<bool, Error> {
        let mut out = 0;
        let found = unsafe { verb!(self.raw, arg_bool(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name).map(|()| out != 0)
    }

    /// Bytes, which JSON has as base64.
    pub fn bytes(&self, name: &str) -> Result<&[u8], Error> {
        let mut out: orch_str = text::EMPTY;
        let found = unsafe { verb!(self.raw, arg_bytes(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name)?;
        Ok(unsafe { text::bytes(out) })
    }

    /// The JSON text of an argument of any type; `null` when that was passed.
    pub fn json(&self, name: &str) -> Result<&str, Error> {
        let mut out = text::EMPTY;
        let found = unsafe { verb!(self.raw, arg_json(text::lend(name.as_bytes()), &mut out)) };
        self.found(found, name)?;
        Ok(unsafe { text::text(out) })
    }

    /// All arguments, as one JSON object.
    pub fn arguments(&self) -> &str {
        unsafe { text::text(verb!(self.raw, args())) }
    }

    fn found(&self, found: u8, name: &str) -> Result<(), Error> {
        match found {
            0 => Err(Error::invalid_argument(format!("The argument {} is missing.", name))),
            _ => Ok(()),
        }
    }

    /// The `user` pointer of the declaration.
    pub(crate) fn user(&self) -> *mut std::ffi::c_void {
        unsafe { verb!(self.raw, user()) }
    }

    /// Answers. A late answer (the caller has gone) is no fault; a second one cannot be written with this crate.
    pub(crate) fn respond(&self, result: Result<Json, Error>) {
        match result {
            Ok(json) => unsafe {
                verb!(self.raw, answer(text::give(json.into_string().into_bytes()), 0));
            },
            Err(error) => {
                let details = error.details.as_ref().map_or(text::EMPTY, |json| text::lend(json.as_bytes()));
                let message = text::lend(error.message.as_bytes());
                unsafe { verb!(self.raw, fail(error.status.raw(), message, details)) };
            }
        }
    }
}

/// A call that is answered later, from the loop. Dropping it unanswered answers `Internal`.
pub struct Deferred {
    call: Call,
    host: SharedHost,
    answered: bool,
}

/// What became of a chunk.
#[must_use]
pub enum Emit {
    /// It is on its way.
    Sent,
    /// 256 KiB wait for the reader. The chunk comes back; send it again after [`Deferred::on_writable`].
    Full(Json),
    /// Nobody reads any more.
    Cancelled,
}

impl Deferred {
    pub(crate) fn new(call: &Call, host: SharedHost) -> Deferred {
        unsafe { verb!(call.raw, retain()) };
        Deferred { call: Call { raw: call.raw }, host, answered: false }
    }

    /// Answers.
    pub fn answer(mut self, json: Json) {
        self.answered = true;
        self.call.respond(Ok(json));
    }

    /// Answers with a failure.
    pub fn fail(mut self, error: Error) {
        self.answered = true;
        self.call.respond(Err(error));
    }

    /// Answers with a result.
    pub fn finish(self, result: Result<Json, Error>) {
        match result {
            Ok(json) => self.answer(json),
            Err(error) => self.fail(error),
        }
    }

    /// Sends one chunk of a method declared with [`crate::Method::stream`].
    pub fn emit(&self, chunk: Json) -> Emit {
        let buf = text::give(chunk.into_string().into_bytes());
        match unsafe { verb!(self.call.raw, emit(buf)) } {
            sys::ORCH_OK => Emit::Sent,
            sys::ORCH_CANCELLED => Emit::Cancelled,
            _ => {
                // The buffer is still ours.
                let bytes = unsafe { text::take(buf) };
                Emit::Full(Json::from_text(String::from_utf8(bytes).expect("it was a String")))
            }
        }
    }

    /// Calls `run` once when `emit` has room again.
    pub fn on_writable(&self, run: impl FnOnce() + 'static) {
        unsafe { verb!(self.call.raw, on_writable(task(self.host, move |_| run()))) };
    }

    /// Calls `run` once when the call is cancelled, at once when it already is.
    pub fn on_cancel(&self, run: impl FnOnce() + 'static) {
        unsafe { verb!(self.call.raw, on_cancel(task(self.host, move |_| run()))) };
    }
}

impl Deref for Deferred {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        if !self.answered {
            self.call.respond(Err(Error::internal("The method gave up the call without an answer.")));
        }
        unsafe { verb!(self.call.raw, release()) };
    }
}
