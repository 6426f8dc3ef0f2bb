//! The extensions for MCP. Written by `abi/check --write` from the headers; do not edit.

use super::*;

pub const ORCH_EXT_MCP_SERVER: *const c_char = "orchestron.mcp-server/1\0".as_ptr() as *const c_char;
pub const ORCH_MCP_COMPLETES: u32 = 1 << 0;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_info_1 {
    pub size: u32,
    pub kind: u32,
    pub flags: u32,
    pub reserved: u32,
    pub id: u64,
    pub plugin: orch_str,
    pub name: orch_str,
    pub permission: orch_str,
    pub declaration: orch_str,
}
pub type orch_mcp_info = orch_mcp_info_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_request_verbs_1 {
    pub size: u32,
    pub reserved: u32,
    pub ctx: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> *mut orch_ctx>,
    pub name: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> orch_str>,
    pub args: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> orch_str>,
    pub capabilities: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> orch_str>,
    pub state: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> orch_str>,
    pub replies: Option<unsafe extern "C" fn(request: *mut orch_mcp_request) -> orch_str>,
    pub retain: Option<unsafe extern "C" fn(request: *mut orch_mcp_request)>,
    pub release: Option<unsafe extern "C" fn(request: *mut orch_mcp_request)>,
    pub answer: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, result: orch_buf) -> orch_status>,
    pub ask: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, questions: orch_buf, state: orch_str) -> orch_status>,
    pub fail: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, status: orch_status, message: orch_str, details: orch_str) -> orch_status>,
    pub log: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, level: u32, logger: orch_str, data: orch_str) -> orch_status>,
    pub progress: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, progress: f64, total: f64, message: orch_str) -> orch_status>,
    pub on_cancel: Option<unsafe extern "C" fn(request: *mut orch_mcp_request, task: orch_task)>,
}
pub type orch_mcp_request_verbs = orch_mcp_request_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_request {
    pub v: *const orch_mcp_request_verbs,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_server_1 {
    pub size: u32,
    pub reserved: u32,
    pub each: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, r#fn: Option<unsafe extern "C" fn(ud: *mut c_void, info: *const orch_mcp_info)>, ud: *mut c_void)>,
    pub find: Option<unsafe extern "C" fn(host: *mut orch_host, kind: u32, name: orch_str) -> u64>,
    pub r#match: Option<unsafe extern "C" fn(host: *mut orch_host, uri: orch_str) -> u64>,
    pub run: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, request: *mut orch_mcp_request) -> orch_status>,
    pub complete: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64, request: *mut orch_mcp_request) -> orch_status>,
    pub watch: Option<unsafe extern "C" fn(host: *mut orch_host, uri: orch_str, id: *mut u64) -> orch_status>,
    pub unwatch: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
}
pub type orch_mcp_server = orch_mcp_server_1;
pub const ORCH_EXT_MCP: *const c_char = "orchestron.mcp/1\0".as_ptr() as *const c_char;
pub const ORCH_MCP_TOOL: u32 = 1;
pub const ORCH_MCP_RESOURCE: u32 = 2;
pub const ORCH_MCP_TEMPLATE: u32 = 3;
pub const ORCH_MCP_PROMPT: u32 = 4;
pub const ORCH_MCP_TEXT: u32 = 1;
pub const ORCH_MCP_IMAGE: u32 = 2;
pub const ORCH_MCP_AUDIO: u32 = 3;
pub const ORCH_MCP_LINK: u32 = 4;
pub const ORCH_MCP_EMBEDDED: u32 = 5;
pub const ORCH_MCP_JSON: u32 = 6;
pub const ORCH_MCP_USER: u32 = 0;
pub const ORCH_MCP_ASSISTANT: u32 = 1;
pub const ORCH_MCP_EMERGENCY: u32 = 0;
pub const ORCH_MCP_ALERT: u32 = 1;
pub const ORCH_MCP_CRITICAL: u32 = 2;
pub const ORCH_MCP_ERROR: u32 = 3;
pub const ORCH_MCP_WARNING: u32 = 4;
pub const ORCH_MCP_NOTICE: u32 = 5;
pub const ORCH_MCP_INFO: u32 = 6;
pub const ORCH_MCP_DEBUG: u32 = 7;
pub const ORCH_MCP_IS_ERROR: u32 = 1 << 0;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_content_1 {
    pub size: u32,
    pub kind: u32,
    pub role: u32,
    pub reserved: u32,
    pub text: orch_str,
    pub data: orch_str,
    pub mime_type: orch_str,
    pub uri: orch_str,
    pub name: orch_str,
    pub more: orch_str,
}
pub type orch_mcp_content = orch_mcp_content_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_call_verbs_1 {
    pub size: u32,
    pub reserved: u32,
    pub ctx: Option<unsafe extern "C" fn(call: *mut orch_mcp_call) -> *mut orch_ctx>,
    pub name: Option<unsafe extern "C" fn(call: *mut orch_mcp_call) -> orch_str>,
    pub args: Option<unsafe extern "C" fn(call: *mut orch_mcp_call) -> orch_str>,
    pub argument: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, name: orch_str, out: *mut orch_str) -> u8>,
    pub capabilities: Option<unsafe extern "C" fn(call: *mut orch_mcp_call) -> orch_str>,
    pub retain: Option<unsafe extern "C" fn(call: *mut orch_mcp_call)>,
    pub release: Option<unsafe extern "C" fn(call: *mut orch_mcp_call)>,
    pub add: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, content: *const orch_mcp_content) -> orch_status>,
    pub answer: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, json: orch_buf, flags: u32) -> orch_status>,
    pub fail: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, status: orch_status, message: orch_str, details: orch_str) -> orch_status>,
    pub ask: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, questions: orch_buf, state: orch_str) -> orch_status>,
    pub state: Option<unsafe extern "C" fn(call: *mut orch_mcp_call) -> orch_str>,
    pub reply: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, key: orch_str, out: *mut orch_str) -> u8>,
    pub log: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, level: u32, logger: orch_str, data: orch_str) -> orch_status>,
    pub progress: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, progress: f64, total: f64, message: orch_str) -> orch_status>,
    pub on_cancel: Option<unsafe extern "C" fn(call: *mut orch_mcp_call, task: orch_task)>,
}
pub type orch_mcp_call_verbs = orch_mcp_call_verbs_1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_call {
    pub v: *const orch_mcp_call_verbs,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_handler {
    pub run: Option<unsafe extern "C" fn(ud: *mut c_void, call: *mut orch_mcp_call)>,
    pub complete: Option<unsafe extern "C" fn(ud: *mut c_void, call: *mut orch_mcp_call)>,
    pub ud: *mut c_void,
    pub release: Option<unsafe extern "C" fn(ud: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct orch_mcp_1 {
    pub size: u32,
    pub reserved: u32,
    pub add: Option<unsafe extern "C" fn(host: *mut orch_host, ctx: *mut orch_ctx, kind: u32, declaration: orch_str, permission: orch_str, handler: orch_mcp_handler, id: *mut u64) -> orch_status>,
    pub remove: Option<unsafe extern "C" fn(host: *mut orch_host, id: u64) -> orch_status>,
    pub updated: Option<unsafe extern "C" fn(host: *mut orch_host, uri: orch_str)>,
    pub is_watched: Option<unsafe extern "C" fn(host: *mut orch_host, uri: orch_str) -> u8>,
}
pub type orch_mcp = orch_mcp_1;
