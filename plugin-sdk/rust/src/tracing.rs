//! Spans of a plugin in the trace of what it works on.

use std::mem::size_of;

use crate::context::Context;
use crate::host::{Host, SharedHost};
use crate::status::Error;
use crate::sys;
use crate::text;

/// What a span stands for; the numbers are OpenTelemetry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Work of the plugin itself.
    Internal = sys::ORCH_SPAN_INTERNAL as isize,
    /// The answer to somebody outside.
    Server = sys::ORCH_SPAN_SERVER as isize,
    /// A request to something outside, such as a database.
    Client = sys::ORCH_SPAN_CLIENT as isize,
    /// Something that others take later.
    Producer = sys::ORCH_SPAN_PRODUCER as isize,
    /// The work on what others have left.
    Consumer = sys::ORCH_SPAN_CONSUMER as isize,
}

/// A part of the work on a traced call. It ends when it is dropped at the latest. Every thread may use it.
pub struct Span {
    host: SharedHost,
    table: &'static sys::orch_tracing,
    id: u64,
}

impl Host {
    /// Begins a span below the call that `context` belongs to. `name` is one of few, never with ids or values in it.
    /// `None` when nobody records the trace, which is found out at once.
    ///
    /// ```
    /// # use orchestron::*;
    /// fn render(host: Host, call: &Call) -> Json {
    ///     let span = host.span("render", SpanKind::Internal, &call.context());
    ///     if let Some(span) = &span {
    ///         span.number("pages", 3);
    ///     }
    ///     Json::null()
    /// }
    /// ```
    pub fn span(&self, name: &str, kind: SpanKind, context: &Context<'_>) -> Option<Span> {
        if context.as_raw().is_null() {
            return None;
        }
        self.begin_span(name, kind, context.as_raw(), "")
    }

    /// Begins a span below another one, or below what somebody outside has said: `parent` is a W3C traceparent, from
    /// outside with tracestate behind a space. Empty, it begins a trace. `None` when nobody records it.
    pub fn span_below(&self, parent: &str, name: &str, kind: SpanKind) -> Option<Span> {
        self.begin_span(name, kind, std::ptr::null_mut(), parent)
    }

    fn begin_span(&self, name: &str, kind: SpanKind, ctx: *mut sys::orch_ctx, parent: &str) -> Option<Span> {
        let table: &sys::orch_tracing = self.table(sys::ORCH_EXT_TRACING).ok()?;
        let start = sys::orch_span_start {
            size: size_of::<sys::orch_span_start>() as u32,
            kind: kind as u32,
            ctx,
            parent: text::lend(parent.as_bytes()),
            name: text::lend(name.as_bytes()),
        };
        let id = unsafe { table.begin.expect("the table of functions is complete")(self.as_raw(), &start) };
        Some(Span { host: self.shared(), table, id }).filter(|_| id != 0)
    }
}

impl Span {
    /// Adds an attribute, or replaces it; nothing secret.
    pub fn text(&self, key: &str, value: &str) {
        let (key, value) = (text::lend(key.as_bytes()), text::lend(value.as_bytes()));
        let set = self.table.text.expect("the table of functions is complete");
        unsafe { set(self.host.as_raw(), self.id, key, value) };
    }

    /// Adds an attribute, or replaces it.
    pub fn number(&self, key: &str, value: i64) {
        let set = self.table.number.expect("the table of functions is complete");
        unsafe { set(self.host.as_raw(), self.id, text::lend(key.as_bytes()), value) };
    }

    /// Its W3C traceparent, for those who go on with the trace.
    pub fn traceparent(&self) -> &str {
        let ask = self.table.traceparent.expect("the table of functions is complete");
        // SAFETY: the text is valid until the span ends.
        unsafe { text::text(ask(self.host.as_raw(), self.id)) }
    }

    /// Ends it with what came of the work.
    pub fn end<T>(mut self, result: &Result<T, Error>) {
        match result {
            Ok(_) => self.finish(sys::ORCH_OK, text::EMPTY),
            Err(error) => self.finish(error.status.raw(), text::lend(error.message.as_bytes())),
        }
    }

    fn finish(&mut self, status: sys::orch_status, message: sys::orch_str) {
        let end = self.table.end.expect("the table of functions is complete");
        let id = std::mem::replace(&mut self.id, 0);
        if id != 0 {
            unsafe { end(self.host.as_raw(), id, status, message) };
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(sys::ORCH_OK, text::EMPTY);
    }
}
