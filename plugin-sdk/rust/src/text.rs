//! Text and bytes across the border: lent as `orch_str`, given away as `orch_buf`.

use std::ffi::c_void;
use std::os::raw::c_char;

use crate::sys::{orch_buf, orch_str};

pub(crate) const EMPTY: orch_str = orch_str { p: std::ptr::null(), n: 0 };

/// Lends bytes for the length of a call.
pub(crate) fn lend(bytes: &[u8]) -> orch_str {
    orch_str { p: bytes.as_ptr() as *const c_char, n: bytes.len() }
}

/// The bytes of a borrowed string.
///
/// # Safety
/// `text` must be valid for `'a`.
pub(crate) unsafe fn bytes<'a>(text: orch_str) -> &'a [u8] {
    if text.n == 0 {
        return &[];
    }
    unsafe { std::slice::from_raw_parts(text.p as *const u8, text.n) }
}

/// The text of a borrowed string that the host has validated.
///
/// # Safety
/// `text` must be valid for `'a`.
pub(crate) unsafe fn text<'a>(text: orch_str) -> &'a str {
    std::str::from_utf8(unsafe { bytes(text) }).expect("the host passes on UTF-8 alone")
}

/// Gives bytes away: the last holder releases them.
pub(crate) fn give(bytes: Vec<u8>) -> orch_buf {
    unsafe extern "C" fn release(owner: *mut c_void) {
        drop(unsafe { Box::from_raw(owner as *mut Vec<u8>) });
    }
    let owner = Box::into_raw(Box::new(bytes));
    // SAFETY: the pointer is fresh, and the bytes stay where they are until `release`.
    let (p, n) = unsafe { ((*owner).as_mut_ptr() as *mut c_char, (*owner).len()) };
    orch_buf { p, n, release: Some(release), owner: owner as *mut c_void }
}

/// Takes what was given away: copies and releases it.
///
/// # Safety
/// `buf` must be valid; it is released and must not be used again.
pub(crate) unsafe fn take(buf: orch_buf) -> Vec<u8> {
    let copy = unsafe { bytes(orch_str { p: buf.p, n: buf.n }) }.to_vec();
    if let Some(release) = buf.release {
        unsafe { release(buf.owner) };
    }
    copy
}
