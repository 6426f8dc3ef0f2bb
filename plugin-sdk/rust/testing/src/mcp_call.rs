use std::marker::PhantomData;
use std::os::raw::c_char;

use orchestron::Status;

use crate::text;

#[repr(C)]
pub(crate) struct RawMcpCall {
    _private: [u8; 0],
}

extern "C" {
    fn fake_mcp_status(call: *const RawMcpCall) -> i32;
    fn fake_mcp_result(call: *const RawMcpCall) -> *const c_char;
    fn fake_mcp_questions(call: *const RawMcpCall) -> *const c_char;
    fn fake_mcp_state(call: *const RawMcpCall) -> *const c_char;
    fn fake_mcp_message(call: *const RawMcpCall) -> *const c_char;
    fn fake_mcp_lines(call: *const RawMcpCall) -> *const c_char;
    fn fake_mcp_cancel(call: *mut RawMcpCall);
}

/// A request of an MCP client. It belongs to its [`FakeHost`], which must live as long.
#[derive(Clone, Copy)]
pub struct FakeMcpCall<'h> {
    pub(crate) raw: *mut RawMcpCall,
    pub(crate) host: PhantomData<&'h ()>,
}

impl FakeMcpCall<'_> {
    /// How it was answered: `None` before, and `Some(Ok)` for a result and for questions.
    pub fn status(&self) -> Option<Result<(), Status>> {
        match unsafe { fake_mcp_status(self.raw) } {
            -1 => None,
            0 => Some(Ok(())),
            status => Some(Err(Status::from_raw(status))),
        }
    }

    /// The result as MCP writes it, or nothing.
    pub fn result(&self) -> String {
        unsafe { text(fake_mcp_result(self.raw)) }
    }

    /// What the client is asked, or nothing.
    pub fn questions(&self) -> String {
        unsafe { text(fake_mcp_questions(self.raw)) }
    }

    /// The state that goes along with questions.
    pub fn state(&self) -> String {
        unsafe { text(fake_mcp_state(self.raw)) }
    }

    /// The message of a failure.
    pub fn message(&self) -> String {
        unsafe { text(fake_mcp_message(self.raw)) }
    }

    /// What was said on the way: `LEVEL LOGGER DATA` and `PROGRESS/TOTAL MESSAGE`, each with its end.
    pub fn lines(&self) -> String {
        unsafe { text(fake_mcp_lines(self.raw)) }
    }

    /// The client goes.
    pub fn cancel(&self) {
        unsafe { fake_mcp_cancel(self.raw) };
    }
}
