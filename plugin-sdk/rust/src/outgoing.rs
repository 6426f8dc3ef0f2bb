//! Calling methods of other plugins.

use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::size_of;
use std::time::Duration;

use crate::barrier::guard;
use crate::context::{self, Context};
use crate::host::{Host, SharedHost};
use crate::json::Json;
use crate::status::{Error, Status};
use crate::sys;
use crate::text;

/// How to call.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallOptions {
    /// The time limit; `None` is what the context has left.
    pub timeout: Option<Duration>,
    /// Whether the reply may come before the call returns, which is faster.
    pub inline: bool,
    /// Whether chunks of a stream wait for [`Host::credit`].
    pub credit: bool,
}

/// An outgoing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(u64);

/// What a stream says. After `End` or `Error` comes nothing more.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// One chunk; more follows.
    Chunk(Json),
    /// The answer.
    End(Json),
    /// A failure.
    Error(Error),
}

impl Host {
    /// Calls `service.method` with a JSON object of arguments; `done` gets the answer, exactly once, on the loop.
    /// Chunks of a stream are passed over.
    pub fn call<'c>(
        &self,
        context: impl Into<Option<&'c Context<'c>>>,
        method: &str,
        arguments: &Json,
        options: CallOptions,
        done: impl FnOnce(Result<Json, Error>) + 'static,
    ) -> CallId {
        let mut done = Some(done);
        self.stream(context, method, arguments, options, move |reply| {
            let result = match reply {
                Reply::Chunk(_) => return,
                Reply::End(json) => Ok(json),
                Reply::Error(error) => Err(error),
            };
            if let Some(done) = done.take() {
                done(result);
            }
        })
    }

    /// Calls a method whose answer comes in chunks; `each` gets them and at last the answer or a failure.
    pub fn stream<'c>(
        &self,
        context: impl Into<Option<&'c Context<'c>>>,
        method: &str,
        arguments: &Json,
        options: CallOptions,
        each: impl FnMut(Reply) + 'static,
    ) -> CallId {
        let raw_options = sys::orch_call_options {
            size: size_of::<sys::orch_call_options>() as u32,
            flags: if options.inline { sys::ORCH_CALL_INLINE_OK } else { 0 }
                | if options.credit { sys::ORCH_CALL_CREDIT } else { 0 },
            // 0 stands for no limit of its own.
            timeout_ms: options.timeout.map_or(0, |limit| limit.as_millis().clamp(1, i64::MAX as u128) as i64),
        };
        let mut id = 0;
        unsafe {
            verb!(
                self.as_raw(),
                call(
                    context::raw(context),
                    text::lend(method.as_bytes()),
                    text::lend(arguments.as_bytes()),
                    &raw_options,
                    callback(self.shared(), each),
                    &mut id
                )
            );
        }
        CallId(id)
    }

    /// Gives up a call: it is answered with `Cancelled`.
    pub fn cancel(&self, call: CallId) -> Result<(), Error> {
        let status = unsafe { verb!(self.as_raw(), cancel(call.0)) };
        Error::check(status, "The call has been answered already.")
    }

    /// Says that `bytes` of the chunks of a call made with [`CallOptions::credit`] are dealt with.
    pub fn credit(&self, call: CallId, bytes: u64) -> Result<(), Error> {
        let status = unsafe { verb!(self.as_raw(), credit(call.0, bytes)) };
        Error::check(status, "The call has been answered already.")
    }
}

fn callback<F: FnMut(Reply) + 'static>(host: SharedHost, each: F) -> sys::orch_reply_cb {
    struct Callback<F> {
        host: SharedHost,
        each: RefCell<F>,
    }
    unsafe extern "C" fn reply<F: FnMut(Reply)>(ud: *mut c_void, reply: *const sys::orch_reply) {
        let callback = unsafe { &*(ud as *const Callback<F>) };
        guard(callback.host, "the callback of a call", || {
            let reply = unsafe { Reply::from_raw(&*reply) };
            (callback.each.borrow_mut())(reply);
        });
    }
    unsafe extern "C" fn release<F>(ud: *mut c_void) {
        let callback = unsafe { Box::from_raw(ud as *mut Callback<F>) };
        guard(callback.host, "the end of a call", || drop(callback.each));
    }
    let ud = Box::into_raw(Box::new(Callback { host, each: RefCell::new(each) })) as *mut c_void;
    sys::orch_reply_cb { r#fn: Some(reply::<F>), ud, release: Some(release::<F>) }
}

impl Reply {
    unsafe fn from_raw(reply: &sys::orch_reply) -> Reply {
        if reply.kind == sys::ORCH_REPLY_ERROR {
            let (message, details) = unsafe { (text::text(reply.message), text::text(reply.details)) };
            let mut error = Error::new(Status::from_raw(reply.status), message);
            if !details.is_empty() {
                error.details = Some(Json::from_text(details));
            }
            return Reply::Error(error);
        }
        let body = match unsafe { reply.body.as_ref() } {
            Some(body) => Json::from_text(unsafe { text::text(sys::orch_str { p: body.p, n: body.n }) }),
            None => Json::null(),
        };
        if reply.kind == sys::ORCH_REPLY_CHUNK {
            Reply::Chunk(body)
        } else {
            Reply::End(body)
        }
    }
}
