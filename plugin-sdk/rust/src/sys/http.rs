//! The extensions for HTTP. Written by `abi/check --write` from the headers; do not edit.

use super::*;

pub const ORCH_EXT_HTTP_CLIENT: *const c_char = "orchestron.http-client/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_request_1 {
    pub size: u32,
    pub flags: u32,
    pub method: orch_str,
    pub url: orch_str,
    pub headers: *const orch_str,
    pub n_headers: usize,
    pub body: orch_str,
    pub timeout_ms: i64,
    pub body_bytes_max: u64,
}
pub type orch_http_request = orch_http_request_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_reply_1 {
    pub size: u32,
    pub status: orch_status,
    pub code: i32,
    pub reserved: u32,
    pub headers: orch_str,
    pub body: orch_str,
    pub message: orch_str,
}
pub type orch_http_reply = orch_http_reply_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_cb {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, reply: *const orch_http_reply)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_parts_cb {
    pub head: Option<unsafe extern "C" fn(ud: *mut c_void, code: i32, headers: orch_str)>,
    pub part: Option<unsafe extern "C" fn(ud: *mut c_void, bytes: orch_str)>,
    pub end: Option<unsafe extern "C" fn(ud: *mut c_void, status: orch_status, message: orch_str)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_client_1 {
    pub size: u32,
    pub send: Option<unsafe extern "C" fn(host: *mut orch_host, request: *const orch_http_request, cb: orch_http_cb, id: *mut u64)>,
    pub cancel: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
    pub open: Option<unsafe extern "C" fn(host: *mut orch_host, request: *const orch_http_request, cb: orch_http_parts_cb, id: *mut u64)>,
    pub pause: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, paused: u8) -> orch_status>,
}
pub type orch_http_client = orch_http_client_1;
pub const ORCH_EXT_HTTP_ROUTES: *const c_char = "orchestron.http-routes/1\0".as_ptr() as *const c_char;
pub const ORCH_HTTP_OPEN: u32 = 1 << 0;
pub const ORCH_HTTP_STREAM: u32 = 1 << 1;
pub const ORCH_HTTP_PAGE: u32 = 1 << 16;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_socket_cb {
    pub message: Option<unsafe extern "C" fn(ud: *mut c_void, is_text: u8, data: orch_str)>,
    pub writable: Option<unsafe extern "C" fn(ud: *mut c_void)>,
    pub closed: Option<unsafe extern "C" fn(ud: *mut c_void, code: u16)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_socket_verbs_1 {
    pub size: u32,
    pub reserved: u32,
    pub send: Option<unsafe extern "C" fn(socket: *mut orch_http_socket, is_text: u8, data: orch_buf) -> orch_status>,
    pub close: Option<unsafe extern "C" fn(socket: *mut orch_http_socket, code: u16, reason: orch_str)>,
}
pub type orch_http_socket_verbs = orch_http_socket_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_socket {
    pub v: *const orch_http_socket_verbs,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_exchange_verbs_1 {
    pub size: u32,
    pub reserved: u32,
    pub ctx: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> *mut orch_ctx>,
    pub method: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> orch_str>,
    pub target: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> orch_str>,
    pub address: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> orch_str>,
    pub is_secure: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> u8>,
    pub parameter: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, name: orch_str, out: *mut orch_str) -> u8>,
    pub header: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, name: orch_str, out: *mut orch_str) -> u8>,
    pub body: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> orch_str>,
    pub retain: Option<unsafe extern "C" fn(x: *mut orch_http_exchange)>,
    pub release: Option<unsafe extern "C" fn(x: *mut orch_http_exchange)>,
    pub respond: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, code: u16, headers: *const orch_str, n_headers: usize, body: orch_buf) -> orch_status>,
    pub fail: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, status: orch_status, message: orch_str, details: orch_str, retry_ms: i64) -> orch_status>,
    pub begin: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, code: u16, headers: *const orch_str, n_headers: usize) -> orch_status>,
    pub write: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, part: orch_buf) -> orch_status>,
    pub end: Option<unsafe extern "C" fn(x: *mut orch_http_exchange) -> orch_status>,
    pub on_writable: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, task: orch_task)>,
    pub on_cancel: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, task: orch_task)>,
    pub read: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, out: *mut orch_buf) -> orch_status>,
    pub on_readable: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, task: orch_task)>,
    pub upgrade: Option<unsafe extern "C" fn(x: *mut orch_http_exchange, protocol: orch_str, cb: orch_http_socket_cb, out: *mut *mut orch_http_socket) -> orch_status>,
    pub abort: Option<unsafe extern "C" fn(x: *mut orch_http_exchange)>,
}
pub type orch_http_exchange_verbs = orch_http_exchange_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_exchange {
    pub v: *const orch_http_exchange_verbs,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_handler {
    pub r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, x: *mut orch_http_exchange)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_files_1 {
    pub size: u32,
    pub flags: u32,
    pub prefix: orch_str,
    pub folder: orch_str,
    pub permission: orch_str,
    pub headers: *const orch_str,
    pub n_headers: usize,
}
pub type orch_http_files = orch_http_files_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_routes_1 {
    pub size: u32,
    pub reserved: u32,
    pub add: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, route: orch_str, flags: u32, permission: orch_str, handler: orch_http_handler, id: *mut u64) -> orch_status>,
    pub add_files: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, files: *const orch_http_files, id: *mut u64) -> orch_status>,
    pub remove: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
}
pub type orch_http_routes = orch_http_routes_1;
pub const ORCH_EXT_HTTP_SERVER: *const c_char = "orchestron.http-server/1\0".as_ptr() as *const c_char;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_route_info_1 {
    pub size: u32,
    pub flags: u32,
    pub id: u64,
    pub plugin: orch_str,
    pub route: orch_str,
    pub permission: orch_str,
    pub folder: orch_str,
    pub headers: *const orch_str,
    pub n_headers: usize,
}
pub type orch_http_route_info = orch_http_route_info_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_http_server_1 {
    pub size: u32,
    pub reserved: u32,
    pub each: Option<unsafe extern "C" fn(host: *mut orch_host, r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, route: *const orch_http_route_info)>, ud: *mut c_void)>,
    pub run: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, x: *mut orch_http_exchange) -> orch_status>,
}
pub type orch_http_server = orch_http_server_1;
