//! Outcomes: the canonical statuses, and errors with a sentence.

use std::fmt;

use crate::json::Json;
use crate::sys::{self, orch_status};

/// How an operation failed. The numbers are gRPC's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The caller went away or asked to stop.
    Cancelled = sys::ORCH_CANCELLED as isize,
    /// Wrong whatever the state is.
    InvalidArgument = sys::ORCH_INVALID_ARGUMENT as isize,
    /// The time ran out.
    DeadlineExceeded = sys::ORCH_DEADLINE_EXCEEDED as isize,
    /// There is no such thing.
    NotFound = sys::ORCH_NOT_FOUND as isize,
    /// There is one already.
    AlreadyExists = sys::ORCH_ALREADY_EXISTS as isize,
    /// The caller may not.
    PermissionDenied = sys::ORCH_PERMISSION_DENIED as isize,
    /// A limit or a full queue: try later or smaller.
    ResourceExhausted = sys::ORCH_RESOURCE_EXHAUSTED as isize,
    /// The state must change first.
    FailedPrecondition = sys::ORCH_FAILED_PRECONDITION as isize,
    /// A conflict: read again and retry.
    Aborted = sys::ORCH_ABORTED as isize,
    /// Beyond what can be represented or reached.
    OutOfRange = sys::ORCH_OUT_OF_RANGE as isize,
    /// This is not built.
    Unimplemented = sys::ORCH_UNIMPLEMENTED as isize,
    /// A fault of the callee.
    Internal = sys::ORCH_INTERNAL as isize,
    /// Not now: the provider is down or draining.
    Unavailable = sys::ORCH_UNAVAILABLE as isize,
    /// Data is lost or damaged.
    DataLoss = sys::ORCH_DATA_LOSS as isize,
    /// Who calls is unknown.
    Unauthenticated = sys::ORCH_UNAUTHENTICATED as isize,
}

impl Status {
    /// The number that crosses the ABI.
    pub fn raw(self) -> orch_status {
        self as orch_status
    }

    /// The status of a number other than `ORCH_OK`. Anything unknown is [`Status::Internal`].
    pub fn from_raw(raw: orch_status) -> Status {
        match raw {
            sys::ORCH_CANCELLED => Status::Cancelled,
            sys::ORCH_INVALID_ARGUMENT => Status::InvalidArgument,
            sys::ORCH_DEADLINE_EXCEEDED => Status::DeadlineExceeded,
            sys::ORCH_NOT_FOUND => Status::NotFound,
            sys::ORCH_ALREADY_EXISTS => Status::AlreadyExists,
            sys::ORCH_PERMISSION_DENIED => Status::PermissionDenied,
            sys::ORCH_RESOURCE_EXHAUSTED => Status::ResourceExhausted,
            sys::ORCH_FAILED_PRECONDITION => Status::FailedPrecondition,
            sys::ORCH_ABORTED => Status::Aborted,
            sys::ORCH_OUT_OF_RANGE => Status::OutOfRange,
            sys::ORCH_UNIMPLEMENTED => Status::Unimplemented,
            sys::ORCH_UNAVAILABLE => Status::Unavailable,
            sys::ORCH_DATA_LOSS => Status::DataLoss,
            sys::ORCH_UNAUTHENTICATED => Status::Unauthenticated,
            _ => Status::Internal,
        }
    }
}

/// Why something failed: a status and a sentence that the user can act on.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The kind of failure.
    pub status: Status,
    /// A sentence for the user that names the thing and the fix.
    pub message: String,
    /// More for programs: a JSON object.
    pub details: Option<Json>,
}

impl Error {
    /// Makes an error of any status.
    pub fn new(status: Status, message: impl Into<String>) -> Error {
        Error { status, message: message.into(), details: None }
    }

    /// Makes an error of [`Status::InvalidArgument`].
    pub fn invalid_argument(message: impl Into<String>) -> Error {
        Error::new(Status::InvalidArgument, message)
    }

    /// Makes an error of [`Status::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(Status::NotFound, message)
    }

    /// Makes an error of [`Status::FailedPrecondition`].
    pub fn failed_precondition(message: impl Into<String>) -> Error {
        Error::new(Status::FailedPrecondition, message)
    }

    /// Makes an error of [`Status::Internal`].
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(Status::Internal, message)
    }

    /// Adds details for programs, a JSON object.
    pub fn with_details(mut self, details: Json) -> Error {
        self.details = Some(details);
        self
    }

    /// `Ok` for `ORCH_OK`, else an error with this sentence.
    pub(crate) fn check(raw: orch_status, message: &str) -> Result<(), Error> {
        match raw {
            sys::ORCH_OK => Ok(()),
            _ => Err(Error::new(Status::from_raw(raw), message)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
