//! The extensions. Written by `abi/check --write` from the headers; do not edit.

use super::*;

pub const ORCH_EXT_ACTOR: *const c_char = "orchestron.actor/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_identity_1 {
    pub size: u32,
    pub flags: u32,
    pub actor: orch_str,
    pub trace: orch_str,
    pub timeout_ms: i64,
    pub rights: orch_str,
    pub behalf: orch_str,
}
pub type orch_identity = orch_identity_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_actor_1 {
    pub size: u32,
    pub make: Option<unsafe extern "C" fn(host: *mut orch_host, identity: *const orch_identity, out: *mut *mut orch_ctx) -> orch_status>,
    pub free: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx)>,
}
pub type orch_actor = orch_actor_1;
pub const ORCH_EXT_AUTH: *const c_char = "orchestron.auth/1\0".as_ptr() as *const c_char;
pub const ORCH_CREDENTIAL_NONE: u32 = 0;
pub const ORCH_CREDENTIAL_BEARER: u32 = 1;
pub const ORCH_CREDENTIAL_COOKIE: u32 = 2;
pub const ORCH_CREDENTIAL_ACTOR: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_credential_1 {
    pub size: u32,
    pub kind: u32,
    pub secret: orch_str,
    pub address: orch_str,
}
pub type orch_credential = orch_credential_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_principal_1 {
    pub size: u32,
    pub status: orch_status,
    pub message: orch_str,
    pub actor: orch_str,
    pub behalf: orch_str,
    pub rights: orch_str,
    pub retry_ms: i64,
    pub expires_ms: i64,
    pub is_local: u8,
    pub reserved: [u8; 7],
}
pub type orch_principal = orch_principal_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_principal_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, principal: *const orch_principal)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_auth_1 {
    pub size: u32,
    pub reserved: u32,
    pub self_: *mut c_void,
    pub authenticate: Option<unsafe extern "C" fn(self_: *mut c_void, credential: *const orch_credential, cb: orch_principal_cb)>,
    pub cookie: Option<unsafe extern "C" fn(self_: *mut c_void, port: u16) -> orch_str>,
}
pub type orch_auth = orch_auth_1;
pub const ORCH_EXT_EVENT_LOG: *const c_char = "orchestron.event-log/1\0".as_ptr() as *const c_char;
pub const ORCH_EXT_EVENT_STORE: *const c_char = "orchestron.event-store/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_append_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, status: orch_status, seq: u64)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_event_log_1 {
    pub size: u32,
    pub append: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, topic: orch_str, data: orch_str, cb: orch_append_cb)>,
    pub recorded: Option<unsafe extern "C" fn(host: *mut orch_host, events: *const *const orch_event, n_events: usize) -> orch_status>,
}
pub type orch_event_log = orch_event_log_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_log_info_1 {
    pub size: u32,
    pub reserved: u32,
    pub seq: u64,
    pub low: u64,
    pub log: orch_str,
}
pub type orch_log_info = orch_log_info_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_event_store_1 {
    pub size: u32,
    pub info: Option<unsafe extern "C" fn(self_: *mut c_void, out: *mut orch_log_info) -> orch_status>,
    pub read: Option<unsafe extern "C" fn(self_: *mut c_void, since: u64, limit: u32, each: Option<unsafe extern "C" fn(ud: *mut c_void, event: *const orch_event)>, ud: *mut c_void) -> orch_status>,
    pub append: Option<unsafe extern "C" fn(self_: *mut c_void, event: *const orch_event, cb: orch_append_cb)>,
}
pub type orch_event_store = orch_event_store_1;
pub const ORCH_EXT_FS_WATCH: *const c_char = "orchestron.fs-watch/1\0".as_ptr() as *const c_char;
pub const ORCH_FS_RENAMED: u32 = 1 << 0;
pub const ORCH_FS_CHANGED: u32 = 1 << 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_fs_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, name: orch_str, changes: u32)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_fs_watch_1 {
    pub size: u32,
    pub start: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, path: orch_str, cb: orch_fs_cb, id: *mut u64) -> orch_status>,
    pub stop: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
}
pub type orch_fs_watch = orch_fs_watch_1;
pub const ORCH_EXT_JSON: *const c_char = "orchestron.json/1\0".as_ptr() as *const c_char;

#[repr(C)]
pub struct orch_json_doc {
    _private: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_json_value {
    pub doc: *const c_void,
    pub at: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_json_cursor {
    pub next: orch_json_value,
    pub state: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_json_1 {
    pub size: u32,
    pub parse: Option<unsafe extern "C" fn(text: orch_str, out: *mut *mut orch_json_doc, message: *mut orch_str) -> orch_status>,
    pub free: Option<unsafe extern "C" fn(doc: *mut orch_json_doc)>,
    pub root: Option<unsafe extern "C" fn(doc: *mut orch_json_doc) -> orch_json_value>,
    pub r#type: Option<unsafe extern "C" fn(value: orch_json_value) -> c_char>,
    pub boolean: Option<unsafe extern "C" fn(value: orch_json_value, out: *mut u8) -> u8>,
    pub i64: Option<unsafe extern "C" fn(value: orch_json_value, out: *mut i64) -> u8>,
    pub f64: Option<unsafe extern "C" fn(value: orch_json_value, out: *mut f64) -> u8>,
    pub str: Option<unsafe extern "C" fn(value: orch_json_value, out: *mut orch_str) -> u8>,
    pub get: Option<unsafe extern "C" fn(value: orch_json_value, key: orch_str, out: *mut orch_json_value) -> u8>,
    pub pointer: Option<unsafe extern "C" fn(value: orch_json_value, pointer: orch_str, out: *mut orch_json_value) -> u8>,
    pub count: Option<unsafe extern "C" fn(value: orch_json_value) -> usize>,
    pub next: Option<unsafe extern "C" fn(value: orch_json_value, cursor: *mut orch_json_cursor, key: *mut orch_str, out: *mut orch_json_value) -> u8>,
    pub text: Option<unsafe extern "C" fn(value: orch_json_value) -> orch_buf>,
}
pub type orch_json = orch_json_1;
pub const ORCH_EXT_LOOP: *const c_char = "orchestron.loop/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_loop_1 {
    pub size: u32,
    pub uv_loop: Option<unsafe extern "C" fn(host: *mut orch_host) -> *mut c_void>,
    pub enter: Option<unsafe extern "C" fn(host: *mut orch_host)>,
    pub leave: Option<unsafe extern "C" fn(host: *mut orch_host)>,
}
pub type orch_loop = orch_loop_1;
pub const ORCH_EXT_PROGRESS: *const c_char = "orchestron.progress/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_progress_1 {
    pub size: u32,
    pub report: Option<unsafe extern "C" fn(host: *mut orch_host, done: u64, total: u64, what: orch_str)>,
}
pub type orch_progress = orch_progress_1;
pub const ORCH_EXT_RECONFIGURE: *const c_char = "orchestron.reconfigure/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_reconfigure_1 {
    pub size: u32,
    pub reserved: u32,
    pub reconfigure: Option<unsafe extern "C" fn(self_: *mut c_void, ctx: *mut orch_ctx, config: orch_str) -> orch_status>,
}
pub type orch_reconfigure = orch_reconfigure_1;
pub const ORCH_EXT_SPAWN: *const c_char = "orchestron.spawn/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_command_1 {
    pub size: u32,
    pub flags: u32,
    pub argv: *const *const c_char,
    pub env: *const *const c_char,
    pub cwd: *const c_char,
    pub timeout_ms: i64,
}
pub type orch_command = orch_command_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_child_cb {
    pub output: Option<unsafe extern "C" fn(ud: *mut c_void, stream: u32, data: orch_str)>,
    pub exited: Option<unsafe extern "C" fn(ud: *mut c_void, exit_status: i64, signal: i32)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_spawn_1 {
    pub size: u32,
    pub start: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, command: *const orch_command, cb: orch_child_cb, id: *mut u64) -> orch_status>,
    pub write: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, bytes: orch_str) -> orch_status>,
    pub close_input: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
    pub signal: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, signal: i32) -> orch_status>,
    pub pause: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, paused: u8) -> orch_status>,
}
pub type orch_spawn = orch_spawn_1;
pub const ORCH_EXT_STATE: *const c_char = "orchestron.state/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_state_1 {
    pub size: u32,
    pub load: Option<unsafe extern "C" fn(host: *mut orch_host, out: *mut orch_buf) -> orch_status>,
    pub store: Option<unsafe extern "C" fn(host: *mut orch_host, bytes: orch_str) -> orch_status>,
}
pub type orch_state = orch_state_1;
pub const ORCH_EXT_TIMER: *const c_char = "orchestron.timer/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_timer_1 {
    pub size: u32,
    pub start: Option<unsafe extern "C" fn(host: *mut orch_host, delay_ms: u64, repeat_ms: u64, task: orch_task, id: *mut u64) -> orch_status>,
    pub stop: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
}
pub type orch_timer = orch_timer_1;
pub const ORCH_EXT_TRACE_READER: *const c_char = "orchestron.trace-reader/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_span_attribute {
    pub key: orch_str,
    pub text: orch_str,
    pub number: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_span_1 {
    pub size: u32,
    pub kind: u32,
    pub trace_id: orch_str,
    pub span_id: orch_str,
    pub parent_id: orch_str,
    pub state: orch_str,
    pub plugin: orch_str,
    pub name: orch_str,
    pub message: orch_str,
    pub start_ns: u64,
    pub end_ns: u64,
    pub attributes: *const orch_span_attribute,
    pub n_attributes: usize,
    pub status: orch_status,
    pub reserved: u32,
}
pub type orch_span = orch_span_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_trace_reader_1 {
    pub size: u32,
    pub reserved: u32,
    pub start: Option<unsafe extern "C" fn(host: *mut orch_host, ratio: f64, limit: u64) -> orch_status>,
    pub take: Option<unsafe extern "C" fn(host: *mut orch_host, max: u64, each: Option<unsafe extern "C" fn(ud: *mut c_void, span: *const orch_span)>, ud: *mut c_void) -> u64>,
    pub dropped: Option<unsafe extern "C" fn(host: *mut orch_host) -> u64>,
}
pub type orch_trace_reader = orch_trace_reader_1;
pub const ORCH_EXT_TRACING: *const c_char = "orchestron.tracing/1\0".as_ptr() as *const c_char;
pub const ORCH_SPAN_INTERNAL: u32 = 1;
pub const ORCH_SPAN_SERVER: u32 = 2;
pub const ORCH_SPAN_CLIENT: u32 = 3;
pub const ORCH_SPAN_PRODUCER: u32 = 4;
pub const ORCH_SPAN_CONSUMER: u32 = 5;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_span_start_1 {
    pub size: u32,
    pub kind: u32,
    pub ctx: *mut orch_ctx,
    pub parent: orch_str,
    pub name: orch_str,
}
pub type orch_span_start = orch_span_start_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_tracing_1 {
    pub size: u32,
    pub reserved: u32,
    pub begin: Option<unsafe extern "C" fn(host: *mut orch_host, start: *const orch_span_start) -> u64>,
    pub traceparent: Option<unsafe extern "C" fn(host: *mut orch_host, span: u64) -> orch_str>,
    pub text: Option<unsafe extern "C" fn(host: *mut orch_host, span: u64, key: orch_str, value: orch_str)>,
    pub number: Option<unsafe extern "C" fn(host: *mut orch_host, span: u64, key: orch_str, value: i64)>,
    pub end: Option<unsafe extern "C" fn(host: *mut orch_host, span: u64, status: orch_status, message: orch_str)>,
}
pub type orch_tracing = orch_tracing_1;
pub const ORCH_EXT_WORK: *const c_char = "orchestron.work/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_job {
    pub run: Option<unsafe extern "C" fn(ud: *mut c_void)>,
    pub done: Option<unsafe extern "C" fn(ud: *mut c_void, status: orch_status)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_work_1 {
    pub size: u32,
    pub submit: Option<unsafe extern "C" fn(host: *mut orch_host, job: orch_job, id: *mut u64) -> orch_status>,
    pub cancel: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
}
pub type orch_work = orch_work_1;
pub const ORCH_EXT_METRICS_READER: *const c_char = "orchestron.metrics-reader/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_metric_value_1 {
    pub size: u32,
    pub kind: u32,
    pub name: orch_str,
    pub unit: orch_str,
    pub doc: orch_str,
    pub labels: orch_str,
    pub value: f64,
    pub bounds: *const f64,
    pub buckets: *const u64,
    pub n_bounds: usize,
}
pub type orch_metric_value = orch_metric_value_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_metrics_reader_1 {
    pub size: u32,
    pub reserved: u32,
    pub read: Option<unsafe extern "C" fn(host: *mut orch_host, each: Option<unsafe extern "C" fn(ud: *mut c_void, value: *const orch_metric_value)>, ud: *mut c_void)>,
}
pub type orch_metrics_reader = orch_metrics_reader_1;
pub const ORCH_EXT_METRICS: *const c_char = "orchestron.metrics/1\0".as_ptr() as *const c_char;
pub const ORCH_METRIC_COUNTER: u32 = 1;
pub const ORCH_METRIC_GAUGE: u32 = 2;
pub const ORCH_METRIC_HISTOGRAM: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_metric_1 {
    pub size: u32,
    pub kind: u32,
    pub name: *const c_char,
    pub unit: *const c_char,
    pub doc: *const c_char,
    pub labels: *const c_char,
    pub bounds: *const f64,
    pub n_bounds: usize,
}
pub type orch_metric = orch_metric_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_metrics_1 {
    pub size: u32,
    pub define: Option<unsafe extern "C" fn(host: *mut orch_host, metric: *const orch_metric, handle: *mut u64) -> orch_status>,
    pub add: Option<unsafe extern "C" fn(host: *mut orch_host, handle: u64, value: f64)>,
    pub set: Option<unsafe extern "C" fn(host: *mut orch_host, handle: u64, value: f64)>,
    pub observe: Option<unsafe extern "C" fn(host: *mut orch_host, handle: u64, value: f64)>,
}
pub type orch_metrics = orch_metrics_1;
