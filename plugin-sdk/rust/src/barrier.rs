//! The barrier around every entry from the host: a panic ends here.

use std::any::Any;
use std::fmt::Display;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::host::{Level, SharedHost};

/// Runs `body`. A panic is logged with `what` and gives `None`.
pub(crate) fn guard<T>(host: SharedHost, what: impl Display, body: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            host.log(Level::Error, &format!("{} panicked: {}", what, message(payload)));
            None
        }
    }
}

/// What the panic said.
pub(crate) fn message(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => text.to_string(),
            Err(payload) => {
                // Dropping a foreign payload could panic again.
                std::mem::forget(payload);
                "a value that is no text".into()
            }
        },
    }
}
