use std::marker::PhantomData;
use std::os::raw::{c_char, c_int};

use crate::{c, text};

#[repr(C)]
pub(crate) struct RawRequest {
    _private: [u8; 0],
}

extern "C" {
    fn fake_request_send(request: *mut RawRequest, part: *const c_char);
    fn fake_request_code(request: *const RawRequest) -> u16;
    fn fake_request_headers(request: *const RawRequest) -> *const c_char;
    fn fake_request_body(request: *const RawRequest) -> *const c_char;
    fn fake_request_ended(request: *const RawRequest) -> c_int;
    fn fake_request_cancel(request: *mut RawRequest);
    fn fake_request_pause(request: *mut RawRequest, paused: c_int);
    fn fake_request_message(request: *mut RawRequest, is_text: c_int, data: *const c_char, n: usize);
    fn fake_request_close(request: *mut RawRequest, code: u16);
    fn fake_request_sent(request: *const RawRequest, at: usize, n: *mut usize) -> *const c_char;
    fn fake_request_closed(request: *const RawRequest) -> u16;
}

/// A request of a raw route, and the WebSocket that it may become. It belongs to its [`FakeHost`], which must live as long.
#[derive(Clone, Copy)]
pub struct FakeRequest<'h> {
    pub(crate) raw: *mut RawRequest,
    pub(crate) host: PhantomData<&'h ()>,
}

impl FakeRequest<'_> {
    /// Adds a part to a body that was not given as a whole.
    pub fn send(&self, part: &str) {
        unsafe { fake_request_send(self.raw, c(part).as_ptr()) };
    }

    /// Ends such a body.
    pub fn finish(&self) {
        unsafe { fake_request_send(self.raw, std::ptr::null()) };
    }

    /// The code of the answer: 0 before there is one, 101 for a WebSocket.
    pub fn code(&self) -> u16 {
        unsafe { fake_request_code(self.raw) }
    }

    /// The plugin's header lines, each with its end.
    pub fn headers(&self) -> String {
        unsafe { text(fake_request_headers(self.raw)) }
    }

    /// The body of the answer so far, or the message of a failure.
    pub fn body(&self) -> String {
        unsafe { text(fake_request_body(self.raw)) }
    }

    /// Whether the answer has ended.
    pub fn is_ended(&self) -> bool {
        unsafe { fake_request_ended(self.raw) != 0 }
    }

    /// The client goes.
    pub fn cancel(&self) {
        unsafe { fake_request_cancel(self.raw) };
    }

    /// The client takes nothing any more, until it does again.
    pub fn pause(&self, paused: bool) {
        unsafe { fake_request_pause(self.raw, paused as c_int) };
    }

    /// The client sends a message of text on its WebSocket.
    pub fn message(&self, message: &str) {
        unsafe { fake_request_message(self.raw, 1, message.as_ptr() as *const c_char, message.len()) };
    }

    /// The client closes its WebSocket.
    pub fn close(&self, code: u16) {
        unsafe { fake_request_close(self.raw, code) };
    }

    /// The messages that the plugin sent.
    pub fn sent(&self) -> Vec<String> {
        let mut sent = Vec::new();
        let mut n = 0;
        loop {
            let message = unsafe { fake_request_sent(self.raw, sent.len(), &mut n) };
            if message.is_null() {
                return sent;
            }
            let bytes = unsafe { std::slice::from_raw_parts(message as *const u8, n) };
            sent.push(String::from_utf8_lossy(bytes).into_owned());
        }
    }

    /// The code with which the plugin closed its WebSocket, or 0.
    pub fn closed(&self) -> u16 {
        unsafe { fake_request_closed(self.raw) }
    }
}
