//! The headers of the SDK as they are: `#[repr(C)]` mirrors without a safe face. The headers in `include/orchestron/`
//! say what each item does, who owns what, and on which thread it may be used.
//!
//! Written by `abi/check --write` from the headers; do not edit.
#![allow(non_camel_case_types)]

mod ext;
mod http;
mod mcp;
pub use ext::*;
pub use http::*;
pub use mcp::*;

use std::ffi::c_void;
use std::os::raw::c_char;

pub const ORCH_ABI_MAJOR: u16 = 1;
pub const ORCH_ABI_MINOR: u16 = 0;
pub const ORCH_MAGIC: u32 = 0x4843524f;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_str {
    pub p: *const c_char,
    pub n: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_buf {
    pub p: *mut c_char,
    pub n: usize,
    pub release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
    pub owner: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_task {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

pub type orch_status = i32;
pub const ORCH_OK: orch_status = 0;
pub const ORCH_CANCELLED: orch_status = 1;
pub const ORCH_INVALID_ARGUMENT: orch_status = 3;
pub const ORCH_DEADLINE_EXCEEDED: orch_status = 4;
pub const ORCH_NOT_FOUND: orch_status = 5;
pub const ORCH_ALREADY_EXISTS: orch_status = 6;
pub const ORCH_PERMISSION_DENIED: orch_status = 7;
pub const ORCH_RESOURCE_EXHAUSTED: orch_status = 8;
pub const ORCH_FAILED_PRECONDITION: orch_status = 9;
pub const ORCH_ABORTED: orch_status = 10;
pub const ORCH_OUT_OF_RANGE: orch_status = 11;
pub const ORCH_UNIMPLEMENTED: orch_status = 12;
pub const ORCH_INTERNAL: orch_status = 13;
pub const ORCH_UNAVAILABLE: orch_status = 14;
pub const ORCH_DATA_LOSS: orch_status = 15;
pub const ORCH_UNAUTHENTICATED: orch_status = 16;
pub const ORCH_THREAD_LOOP: u32 = 1;
pub const ORCH_THREAD_WORKER: u32 = 2;

pub type orch_handler = Option<unsafe extern "C" fn(self_: *mut c_void, call: *mut orch_call)>;
pub const ORCH_ANSWER_VALIDATED: u32 = 1 << 16;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_call_verbs_1 {
    pub size: u32,
    pub ctx: Option<unsafe extern "C" fn(call: *mut orch_call) -> *mut orch_ctx>,
    pub user: Option<unsafe extern "C" fn(call: *mut orch_call) -> *mut c_void>,
    pub arg_bool: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut u8) -> u8>,
    pub arg_i64: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut i64) -> u8>,
    pub arg_f64: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut f64) -> u8>,
    pub arg_str: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut orch_str) -> u8>,
    pub arg_bytes: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut orch_str) -> u8>,
    pub arg_json: Option<unsafe extern "C" fn(call: *mut orch_call, name: orch_str, out: *mut orch_str) -> u8>,
    pub args: Option<unsafe extern "C" fn(call: *mut orch_call) -> orch_str>,
    pub retain: Option<unsafe extern "C" fn(call: *mut orch_call)>,
    pub release: Option<unsafe extern "C" fn(call: *mut orch_call)>,
    pub answer: Option<unsafe extern "C" fn(call: *mut orch_call, json: orch_buf, flags: u32) -> orch_status>,
    pub fail: Option<unsafe extern "C" fn(call: *mut orch_call, status: orch_status, message: orch_str, details: orch_str) -> orch_status>,
    pub emit: Option<unsafe extern "C" fn(call: *mut orch_call, json: orch_buf) -> orch_status>,
    pub on_cancel: Option<unsafe extern "C" fn(call: *mut orch_call, task: orch_task)>,
    pub on_writable: Option<unsafe extern "C" fn(call: *mut orch_call, task: orch_task)>,
}
pub type orch_call_verbs = orch_call_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_call {
    pub v: *const orch_call_verbs,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_ctx_info_1 {
    pub size: u32,
    pub cancelled: u8,
    pub reserved: [u8; 3],
    pub actor: orch_str,
    pub caller: orch_str,
    pub trace: orch_str,
    pub remaining_ms: i64,
    pub chain: u64,
    pub rights: orch_str,
    pub behalf: orch_str,
}
pub type orch_ctx_info = orch_ctx_info_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_failure_1 {
    pub size: u32,
    pub status: orch_status,
    pub message: orch_str,
    pub details: orch_str,
}
pub type orch_failure = orch_failure_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_ctx_verbs_1 {
    pub size: u32,
    pub info: Option<unsafe extern "C" fn(ctx: *mut orch_ctx, out: *mut orch_ctx_info)>,
    pub fail: Option<unsafe extern "C" fn(ctx: *mut orch_ctx, status: orch_status, message: orch_str, details: orch_str) -> orch_status>,
    pub failure: Option<unsafe extern "C" fn(ctx: *mut orch_ctx, out: *mut orch_failure)>,
}
pub type orch_ctx_verbs = orch_ctx_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_ctx {
    pub v: *const orch_ctx_verbs,
}
pub const ORCH_MESSAGE_MAX: u32 = 512;
pub const ORCH_LOG_TRACE: u32 = 10;
pub const ORCH_LOG_DEBUG: u32 = 20;
pub const ORCH_LOG_INFO: u32 = 30;
pub const ORCH_LOG_WARN: u32 = 40;
pub const ORCH_LOG_ERROR: u32 = 50;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_host_info_1 {
    pub size: u32,
    pub debug: u8,
    pub reserved: [u8; 3],
    pub version: orch_str,
    pub plugin_id: orch_str,
    pub plugin_dir: orch_str,
    pub storage_dir: orch_str,
}
pub type orch_host_info = orch_host_info_1;
pub const ORCH_CALL_INLINE_OK: u32 = 1 << 0;
pub const ORCH_CALL_CREDIT: u32 = 1 << 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_call_options_1 {
    pub size: u32,
    pub flags: u32,
    pub timeout_ms: i64,
}
pub type orch_call_options = orch_call_options_1;
pub const ORCH_REPLY_CHUNK: u32 = 1;
pub const ORCH_REPLY_END: u32 = 2;
pub const ORCH_REPLY_ERROR: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_reply_1 {
    pub size: u32,
    pub kind: u32,
    pub status: orch_status,
    pub reserved: u32,
    pub body: *mut orch_buf,
    pub message: orch_str,
    pub details: orch_str,
    pub plugin: orch_str,
}
pub type orch_reply = orch_reply_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_reply_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, reply: *const orch_reply)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}
pub const ORCH_EVENT: u32 = 1;
pub const ORCH_EVENT_RESYNC: u32 = 2;
pub const ORCH_EVENT_LOST: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_event_1 {
    pub size: u32,
    pub kind: u32,
    pub seq: u64,
    pub from: u64,
    pub time_ms: i64,
    pub topic: orch_str,
    pub source: orch_str,
    pub actor: orch_str,
    pub data: orch_str,
    pub log: orch_str,
}
pub type orch_event = orch_event_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_event_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, event: *const orch_event)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}
pub const ORCH_SUBSCRIBE_SINCE: u32 = 1 << 0;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_subscribe_1 {
    pub size: u32,
    pub flags: u32,
    pub topics: *const orch_str,
    pub n_topics: usize,
    pub since: u64,
    pub log: orch_str,
}
pub type orch_subscribe = orch_subscribe_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_subscription_1 {
    pub size: u32,
    pub reserved: u32,
    pub id: u64,
    pub seq: u64,
    pub low: u64,
    pub log: orch_str,
}
pub type orch_subscription = orch_subscription_1;
pub const ORCH_FROM_LOOP: u32 = 1;
pub const ORCH_FROM_WORKER: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_host_verbs_1 {
    pub size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub info: Option<unsafe extern "C" fn(host: *mut orch_host, out: *mut orch_host_info)>,
    pub extension: Option<unsafe extern "C" fn(host: *mut orch_host, id: *const c_char) -> *const c_void>,
    pub on_thread: Option<unsafe extern "C" fn(host: *mut orch_host, thread: u32) -> u8>,
    pub post: Option<unsafe extern "C" fn(host: *mut orch_host, task: orch_task)>,
    pub log: Option<unsafe extern "C" fn(host: *mut orch_host, level: u32, message: orch_str, fields: orch_str)>,
    pub done: Option<unsafe extern "C" fn(host: *mut orch_host, token: u64, status: orch_status, message: orch_str) -> orch_status>,
    pub call: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, method: orch_str, args: orch_str, options: *const orch_call_options, cb: orch_reply_cb, call_id: *mut u64)>,
    pub cancel: Option<unsafe extern "C" fn(host: *mut orch_host, call_id: u64) -> orch_status>,
    pub import_slot: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, from: u32, name: *const c_char, signature: *const c_char, out: *mut *mut orch_slot) -> orch_status>,
    pub slot_enter: Option<unsafe extern "C" fn(slot: *mut orch_slot) -> orch_entry>,
    pub slot_leave: Option<unsafe extern "C" fn(entry: orch_entry)>,
    pub publish: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, topic: orch_str, data: orch_str) -> orch_status>,
    pub subscribe: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, wish: *const orch_subscribe, cb: orch_event_cb, out: *mut orch_subscription) -> orch_status>,
    pub unsubscribe: Option<unsafe extern "C" fn(host: *mut orch_host, subscription: u64) -> orch_status>,
    pub add_service: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, service: *const orch_service) -> orch_status>,
    pub remove_service: Option<unsafe extern "C" fn(host: *mut orch_host, name: *const c_char) -> orch_status>,
    pub credit: Option<unsafe extern "C" fn(host: *mut orch_host, call_id: u64, bytes: u64) -> orch_status>,
}
pub type orch_host_verbs = orch_host_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_host {
    pub v: *const orch_host_verbs,
}
pub const ORCH_METHOD_HANDLER: u32 = 1 << 0;
pub const ORCH_METHOD_STREAM: u32 = 1 << 1;
pub const ORCH_METHOD_ANSWERS_NOW: u32 = 1 << 2;
pub const ORCH_METHOD_ANY_THREAD: u32 = 1 << 3;
pub const ORCH_METHOD_WORKER: u32 = 1 << 4;
pub const ORCH_METHOD_INTERNAL: u32 = 1 << 5;
pub const ORCH_METHOD_READ: u32 = 1 << 6;
pub const ORCH_METHOD_WRITE: u32 = 1 << 7;
pub const ORCH_METHOD_DESTRUCTIVE: u32 = 1 << 8;
pub const ORCH_METHOD_IDEMPOTENT: u32 = 1 << 16;
pub const ORCH_METHOD_CREATES: u32 = 1 << 17;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_param_1 {
    pub size: u32,
    pub r#type: c_char,
    pub reserved: [c_char; 3],
    pub name: *const c_char,
    pub doc: *const c_char,
    pub default_json: *const c_char,
    pub schema: *const c_char,
}
pub type orch_param = orch_param_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_method_1 {
    pub size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub doc: *const c_char,
    pub route: *const c_char,
    pub permission: *const c_char,
    pub examples: *const c_char,
    pub params: *const *const orch_param,
    pub n_params: usize,
    pub result: c_char,
    pub reserved: [c_char; 7],
    pub result_schema: *const c_char,
    pub r#fn: Option<unsafe extern "C" fn()>,
    pub user: *mut c_void,
}
pub type orch_method = orch_method_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_service_1 {
    pub size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub doc: *const c_char,
    pub methods: *const *const orch_method,
    pub n_methods: usize,
}
pub type orch_service = orch_service_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_topic_1 {
    pub size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub doc: *const c_char,
    pub schema: *const c_char,
    pub example: *const c_char,
}
pub type orch_topic = orch_topic_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_plugin_1 {
    pub size: u32,
    pub magic: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub flags: u32,
    pub id: *const c_char,
    pub version: *const c_char,
    pub services: *const *const orch_service,
    pub n_services: usize,
    pub topics: *const *const orch_topic,
    pub n_topics: usize,
    pub create: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, config: orch_str, state: orch_str, self_: *mut *mut c_void) -> orch_status>,
    pub start: Option<unsafe extern "C" fn(self_: *mut c_void, token: u64)>,
    pub health: Option<unsafe extern "C" fn(self_: *mut c_void, ctx: *mut orch_ctx) -> orch_status>,
    pub drain: Option<unsafe extern "C" fn(self_: *mut c_void, token: u64, deadline_ms: i64)>,
    pub stop: Option<unsafe extern "C" fn(self_: *mut c_void, token: u64)>,
    pub save: Option<unsafe extern "C" fn(self_: *mut c_void, ctx: *mut orch_ctx, out: *mut orch_buf) -> orch_status>,
    pub destroy: Option<unsafe extern "C" fn(self_: *mut c_void)>,
    pub extension: Option<unsafe extern "C" fn(self_: *mut c_void, id: *const c_char) -> *const c_void>,
}
pub type orch_plugin = orch_plugin_1;

pub type orch_plugin_entry = Option<unsafe extern "C" fn(host: *mut orch_host) -> *const orch_plugin>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_target_1 {
    pub size: u32,
    pub reserved: u32,
    pub r#fn: Option<unsafe extern "C" fn()>,
    pub self_: *mut c_void,
    pub counter: u64,
    pub clock: Option<unsafe extern "C" fn() -> u64>,
    pub sample: Option<unsafe extern "C" fn(target: *mut orch_target_1, ns: u64)>,
}
pub type orch_target = orch_target_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_slot_1 {
    pub size: u32,
    pub reserved: u32,
    pub target: *mut orch_target,
    pub ctx: *mut orch_ctx,
}
pub type orch_slot = orch_slot_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_entry {
    pub target: *mut orch_target,
    pub started: u64,
}
pub const ORCH_COUNTER_CALL: u32 = 1 << 20;
pub const ORCH_COUNTER_IN_FLIGHT_MASK: u32 = (1 << 20) - 1;
pub const ORCH_SAMPLE_MASK: u32 = 63;
