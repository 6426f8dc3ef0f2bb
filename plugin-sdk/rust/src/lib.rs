//! Write plugins for the Orchestron host in Rust.
//!
//! A plugin is a type that implements [`Plugin`]: it declares services, whose methods the host offers as typed C calls,
//! REST endpoints, WebSocket methods, MCP tools and commands. [`export_plugin!`] makes the library's one exported
//! function.
//!
//! ```
//! use orchestron::*;
//!
//! struct Greeter;
//!
//! impl Greeter {
//!     fn greet(&self, call: &Call) -> Result<Json, Error> {
//!         let name = call.text("name")?;
//!         if name.is_empty() {
//!             return Err(Error::invalid_argument("name must not be empty."));
//!         }
//!         Ok(Json::object().text("hello", name).end())
//!     }
//!
//!     fn add(&self, _: &Context, a: f64, b: f64) -> Result<f64, Error> {
//!         Ok(a + b)
//!     }
//! }
//!
//! impl Plugin for Greeter {
//!     fn declare() -> Declaration<Self> {
//!         Declaration::new().service(
//!             Service::new("greeter", "1.0.0")
//!                 .doc("Greets.")
//!                 .method(
//!                     Method::handler("greet", Self::greet)
//!                         .doc("Greets somebody.")
//!                         .read()
//!                         .param(Param::text("name").doc("Whom to greet."))
//!                         .examples(r#"[{"args":{"name":"Ada"},"result":{"hello":"Ada"}}]"#),
//!                 )
//!                 .method(
//!                     Method::native("add", native!(Greeter, add(a: f64, b: f64) -> f64))
//!                         .doc("Adds two numbers.")
//!                         .read()
//!                         .param(Param::number("a").doc("The first number."))
//!                         .param(Param::number("b").doc("The second number."))
//!                         .examples(r#"[{"args":{"a":1,"b":2},"result":3}]"#),
//!                 ),
//!         )
//!     }
//!
//!     fn create(_: Host, _config: &str, _state: &[u8]) -> Result<Self, Error> {
//!         Ok(Greeter)
//!     }
//! }
//!
//! export_plugin!(greeter: Greeter);
//! ```
//!
//! # Threads
//!
//! The host calls a plugin on one thread, the loop. Values of this crate that belong to it ([`Host`], [`Call`], …) are
//! not `Send`; [`SharedHost`] is what other threads use. A method that blocks is declared with [`Method::blocking`] and
//! runs on the host's worker pool, which asks for a plugin that is `Sync`.
//!
//! # Panics
//!
//! Every entry from the host has a barrier: a panic is logged and becomes [`Status::Internal`]. This needs
//! `panic = "unwind"`, Rust's default; [`export_plugin!`] does not compile with `panic = "abort"`.
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]

/// Calls a function of an object that begins with its table of functions: `verb!(host, log(level, text))`.
macro_rules! verb {
    ($object:expr, $verb:ident($($argument:expr),*)) => {
        (*(*$object).v).$verb.expect("the table of functions is complete")($object, $($argument),*)
    };
}

mod barrier;
mod call;
mod context;
mod declare;
mod document;
mod freeze;
mod host;
mod json;
mod mcp;
mod outgoing;
mod outside;
mod plugin;
mod slot;
mod status;
#[allow(missing_docs)]
#[rustfmt::skip]
pub mod sys;
mod text;
mod tracing;
mod web;

#[doc(hidden)]
pub mod native;

pub use call::{Call, Deferred, Emit};
pub use context::Context;
pub use declare::{Declaration, Method, Param, Service, Topic, Type};
pub use document::{Document, Kind, Members, Value};
pub use host::{Event, Host, HostInfo, Level, SharedHost, Since, Subscription, Timer};
pub use json::{Json, JsonObject};
pub use mcp::{McpCall, McpContent, McpItem, McpKind, McpLevel};
pub use native::Native;
pub use outgoing::{CallId, CallOptions, Reply};
pub use outside::{Child, ChildCommand, ChildEvent, FileChange, FileWatch, SentRequest, WebEvent, WebReply, WebRequest};
#[doc(hidden)]
pub use plugin::Entry;
pub use plugin::{Done, Plugin};
pub use slot::Slot;
pub use status::{Error, Status};
pub use tracing::{Span, SpanKind};
pub use web::{Exchange, Route, RouteOptions, SocketEvent, WebSocket};
