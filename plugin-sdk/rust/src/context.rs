//! On whose behalf something happens, and until when.

use std::marker::PhantomData;
use std::mem::size_of;
use std::time::Duration;

use crate::status::{Error, Status};
use crate::sys::{self, orch_ctx};
use crate::text;

/// What a call carries: the actor, the deadline, whether it was cancelled. Pass it on to every call that this one
/// causes; `None` there stands for the plugin itself, with a time limit of 30 seconds.
pub struct Context<'a> {
    raw: *mut orch_ctx,
    borrowed: PhantomData<&'a ()>,
}

impl<'a> Context<'a> {
    /// # Safety
    /// `raw` must be valid for `'a`, or null.
    pub(crate) unsafe fn from_raw(raw: *mut orch_ctx) -> Context<'a> {
        Context { raw, borrowed: PhantomData }
    }

    /// The context itself, for use with [`crate::sys`]. Null when a caller passed none.
    pub fn as_raw(&self) -> *mut orch_ctx {
        self.raw
    }

    /// Who acts, as `kind:id`; `system` when nobody is known.
    pub fn actor(&self) -> &str {
        self.info().map_or("system", |info| unsafe { text::text(info.actor) })
    }

    /// The plugin that made the call; `host` for the host's own faces.
    pub fn caller(&self) -> &str {
        self.info().map_or("", |info| unsafe { text::text(info.caller) })
    }

    /// The W3C traceparent, or empty.
    pub fn trace(&self) -> &str {
        self.info().map_or("", |info| unsafe { text::text(info.trace) })
    }

    /// The time left; zero when the deadline has passed.
    pub fn remaining(&self) -> Duration {
        let ms = self.info().map_or(30_000, |info| info.remaining_ms);
        Duration::from_millis(ms.max(0) as u64)
    }

    /// Whether nobody waits for the answer any more.
    pub fn is_cancelled(&self) -> bool {
        self.info().map_or(false, |info| info.cancelled != 0)
    }

    fn info(&self) -> Option<sys::orch_ctx_info> {
        if self.raw.is_null() {
            return None;
        }
        let mut info: sys::orch_ctx_info = unsafe { std::mem::zeroed() };
        info.size = size_of::<sys::orch_ctx_info>() as u32;
        unsafe { verb!(self.raw, info(&mut info)) };
        Some(info)
    }

    /// Records why a call fails and gives the status to return.
    pub(crate) fn fail(&self, error: &Error) -> sys::orch_status {
        let details = error.details.as_ref().map_or(text::EMPTY, |json| text::lend(json.as_bytes()));
        if !self.raw.is_null() {
            let message = text::lend(error.message.as_bytes());
            unsafe { verb!(self.raw, fail(error.status.raw(), message, details)) };
        }
        error.status.raw()
    }

    /// The error of a verb that answered `status` and put the reason into this context.
    pub(crate) fn failure(&self, status: sys::orch_status, otherwise: &str) -> Error {
        let mut error = Error::new(Status::from_raw(status), otherwise);
        if !self.raw.is_null() {
            let mut failure: sys::orch_failure = unsafe { std::mem::zeroed() };
            failure.size = size_of::<sys::orch_failure>() as u32;
            unsafe { verb!(self.raw, failure(&mut failure)) };
            if failure.status == status && failure.message.n > 0 {
                error.message = unsafe { text::text(failure.message) }.to_owned();
            }
        }
        error
    }
}

/// The pointer of a context that may be absent.
pub(crate) fn raw<'c>(context: impl Into<Option<&'c Context<'c>>>) -> *mut orch_ctx {
    context.into().map_or(std::ptr::null_mut(), |context| context.raw)
}
