/* The layout of every struct of the SDK on 64-bit machines, held at compile time. Written by `abi/check --write` from
 * abi/baseline-1.0.txt; do not edit. */
#include <orchestron/all.h>

#define SIZE(tag, size) _Static_assert(sizeof(struct tag) == (size), "size of " #tag)
#define AT(tag, field, offset, size)                                                          \
    _Static_assert(offsetof(struct tag, field) == (offset), "offset of " #tag "." #field);    \
    _Static_assert(sizeof(((struct tag *)0)->field) == (size), "size of " #tag "." #field)

#if UINTPTR_MAX == UINT64_MAX

SIZE(orch_identity_1, 80);
AT(orch_identity_1, size, 0, 4);
AT(orch_identity_1, flags, 4, 4);
AT(orch_identity_1, actor, 8, 16);
AT(orch_identity_1, trace, 24, 16);
AT(orch_identity_1, timeout_ms, 40, 8);
AT(orch_identity_1, rights, 48, 16);
AT(orch_identity_1, behalf, 64, 16);

SIZE(orch_actor_1, 24);
AT(orch_actor_1, size, 0, 4);
AT(orch_actor_1, make, 8, 8);
AT(orch_actor_1, free, 16, 8);

SIZE(orch_credential_1, 40);
AT(orch_credential_1, size, 0, 4);
AT(orch_credential_1, kind, 4, 4);
AT(orch_credential_1, secret, 8, 16);
AT(orch_credential_1, address, 24, 16);

SIZE(orch_principal_1, 96);
AT(orch_principal_1, size, 0, 4);
AT(orch_principal_1, status, 4, 4);
AT(orch_principal_1, message, 8, 16);
AT(orch_principal_1, actor, 24, 16);
AT(orch_principal_1, behalf, 40, 16);
AT(orch_principal_1, rights, 56, 16);
AT(orch_principal_1, retry_ms, 72, 8);
AT(orch_principal_1, expires_ms, 80, 8);
AT(orch_principal_1, is_local, 88, 1);
AT(orch_principal_1, reserved, 89, 7);

SIZE(orch_principal_cb, 24);
AT(orch_principal_cb, fn, 0, 8);
AT(orch_principal_cb, ud, 8, 8);
AT(orch_principal_cb, release, 16, 8);

SIZE(orch_auth_1, 32);
AT(orch_auth_1, size, 0, 4);
AT(orch_auth_1, reserved, 4, 4);
AT(orch_auth_1, self, 8, 8);
AT(orch_auth_1, authenticate, 16, 8);
AT(orch_auth_1, cookie, 24, 8);

SIZE(orch_append_cb, 24);
AT(orch_append_cb, fn, 0, 8);
AT(orch_append_cb, ud, 8, 8);
AT(orch_append_cb, release, 16, 8);

SIZE(orch_event_log_1, 24);
AT(orch_event_log_1, size, 0, 4);
AT(orch_event_log_1, append, 8, 8);
AT(orch_event_log_1, recorded, 16, 8);

SIZE(orch_log_info_1, 40);
AT(orch_log_info_1, size, 0, 4);
AT(orch_log_info_1, reserved, 4, 4);
AT(orch_log_info_1, seq, 8, 8);
AT(orch_log_info_1, low, 16, 8);
AT(orch_log_info_1, log, 24, 16);

SIZE(orch_event_store_1, 32);
AT(orch_event_store_1, size, 0, 4);
AT(orch_event_store_1, info, 8, 8);
AT(orch_event_store_1, read, 16, 8);
AT(orch_event_store_1, append, 24, 8);

SIZE(orch_fs_cb, 24);
AT(orch_fs_cb, fn, 0, 8);
AT(orch_fs_cb, ud, 8, 8);
AT(orch_fs_cb, release, 16, 8);

SIZE(orch_fs_watch_1, 24);
AT(orch_fs_watch_1, size, 0, 4);
AT(orch_fs_watch_1, start, 8, 8);
AT(orch_fs_watch_1, stop, 16, 8);

SIZE(orch_http_request_1, 88);
AT(orch_http_request_1, size, 0, 4);
AT(orch_http_request_1, flags, 4, 4);
AT(orch_http_request_1, method, 8, 16);
AT(orch_http_request_1, url, 24, 16);
AT(orch_http_request_1, headers, 40, 8);
AT(orch_http_request_1, n_headers, 48, 8);
AT(orch_http_request_1, body, 56, 16);
AT(orch_http_request_1, timeout_ms, 72, 8);
AT(orch_http_request_1, body_bytes_max, 80, 8);

SIZE(orch_http_reply_1, 64);
AT(orch_http_reply_1, size, 0, 4);
AT(orch_http_reply_1, status, 4, 4);
AT(orch_http_reply_1, code, 8, 4);
AT(orch_http_reply_1, reserved, 12, 4);
AT(orch_http_reply_1, headers, 16, 16);
AT(orch_http_reply_1, body, 32, 16);
AT(orch_http_reply_1, message, 48, 16);

SIZE(orch_http_cb, 24);
AT(orch_http_cb, fn, 0, 8);
AT(orch_http_cb, ud, 8, 8);
AT(orch_http_cb, release, 16, 8);

SIZE(orch_http_parts_cb, 40);
AT(orch_http_parts_cb, head, 0, 8);
AT(orch_http_parts_cb, part, 8, 8);
AT(orch_http_parts_cb, end, 16, 8);
AT(orch_http_parts_cb, ud, 24, 8);
AT(orch_http_parts_cb, release, 32, 8);

SIZE(orch_http_client_1, 40);
AT(orch_http_client_1, size, 0, 4);
AT(orch_http_client_1, send, 8, 8);
AT(orch_http_client_1, cancel, 16, 8);
AT(orch_http_client_1, open, 24, 8);
AT(orch_http_client_1, pause, 32, 8);

SIZE(orch_http_socket_cb, 40);
AT(orch_http_socket_cb, message, 0, 8);
AT(orch_http_socket_cb, writable, 8, 8);
AT(orch_http_socket_cb, closed, 16, 8);
AT(orch_http_socket_cb, ud, 24, 8);
AT(orch_http_socket_cb, release, 32, 8);

SIZE(orch_http_socket_verbs_1, 24);
AT(orch_http_socket_verbs_1, size, 0, 4);
AT(orch_http_socket_verbs_1, reserved, 4, 4);
AT(orch_http_socket_verbs_1, send, 8, 8);
AT(orch_http_socket_verbs_1, close, 16, 8);

SIZE(orch_http_socket, 8);
AT(orch_http_socket, v, 0, 8);

SIZE(orch_http_exchange_verbs_1, 176);
AT(orch_http_exchange_verbs_1, size, 0, 4);
AT(orch_http_exchange_verbs_1, reserved, 4, 4);
AT(orch_http_exchange_verbs_1, ctx, 8, 8);
AT(orch_http_exchange_verbs_1, method, 16, 8);
AT(orch_http_exchange_verbs_1, target, 24, 8);
AT(orch_http_exchange_verbs_1, address, 32, 8);
AT(orch_http_exchange_verbs_1, is_secure, 40, 8);
AT(orch_http_exchange_verbs_1, parameter, 48, 8);
AT(orch_http_exchange_verbs_1, header, 56, 8);
AT(orch_http_exchange_verbs_1, body, 64, 8);
AT(orch_http_exchange_verbs_1, retain, 72, 8);
AT(orch_http_exchange_verbs_1, release, 80, 8);
AT(orch_http_exchange_verbs_1, respond, 88, 8);
AT(orch_http_exchange_verbs_1, fail, 96, 8);
AT(orch_http_exchange_verbs_1, begin, 104, 8);
AT(orch_http_exchange_verbs_1, write, 112, 8);
AT(orch_http_exchange_verbs_1, end, 120, 8);
AT(orch_http_exchange_verbs_1, on_writable, 128, 8);
AT(orch_http_exchange_verbs_1, on_cancel, 136, 8);
AT(orch_http_exchange_verbs_1, read, 144, 8);
AT(orch_http_exchange_verbs_1, on_readable, 152, 8);
AT(orch_http_exchange_verbs_1, upgrade, 160, 8);
AT(orch_http_exchange_verbs_1, abort, 168, 8);

SIZE(orch_http_exchange, 8);
AT(orch_http_exchange, v, 0, 8);

SIZE(orch_http_handler, 24);
AT(orch_http_handler, fn, 0, 8);
AT(orch_http_handler, ud, 8, 8);
AT(orch_http_handler, release, 16, 8);

SIZE(orch_http_files_1, 72);
AT(orch_http_files_1, size, 0, 4);
AT(orch_http_files_1, flags, 4, 4);
AT(orch_http_files_1, prefix, 8, 16);
AT(orch_http_files_1, folder, 24, 16);
AT(orch_http_files_1, permission, 40, 16);
AT(orch_http_files_1, headers, 56, 8);
AT(orch_http_files_1, n_headers, 64, 8);

SIZE(orch_http_routes_1, 32);
AT(orch_http_routes_1, size, 0, 4);
AT(orch_http_routes_1, reserved, 4, 4);
AT(orch_http_routes_1, add, 8, 8);
AT(orch_http_routes_1, add_files, 16, 8);
AT(orch_http_routes_1, remove, 24, 8);

SIZE(orch_http_route_info_1, 96);
AT(orch_http_route_info_1, size, 0, 4);
AT(orch_http_route_info_1, flags, 4, 4);
AT(orch_http_route_info_1, id, 8, 8);
AT(orch_http_route_info_1, plugin, 16, 16);
AT(orch_http_route_info_1, route, 32, 16);
AT(orch_http_route_info_1, permission, 48, 16);
AT(orch_http_route_info_1, folder, 64, 16);
AT(orch_http_route_info_1, headers, 80, 8);
AT(orch_http_route_info_1, n_headers, 88, 8);

SIZE(orch_http_server_1, 24);
AT(orch_http_server_1, size, 0, 4);
AT(orch_http_server_1, reserved, 4, 4);
AT(orch_http_server_1, each, 8, 8);
AT(orch_http_server_1, run, 16, 8);

SIZE(orch_json_value, 16);
AT(orch_json_value, doc, 0, 8);
AT(orch_json_value, at, 8, 8);

SIZE(orch_json_cursor, 24);
AT(orch_json_cursor, next, 0, 16);
AT(orch_json_cursor, state, 16, 8);

SIZE(orch_json_1, 112);
AT(orch_json_1, size, 0, 4);
AT(orch_json_1, parse, 8, 8);
AT(orch_json_1, free, 16, 8);
AT(orch_json_1, root, 24, 8);
AT(orch_json_1, type, 32, 8);
AT(orch_json_1, boolean, 40, 8);
AT(orch_json_1, i64, 48, 8);
AT(orch_json_1, f64, 56, 8);
AT(orch_json_1, str, 64, 8);
AT(orch_json_1, get, 72, 8);
AT(orch_json_1, pointer, 80, 8);
AT(orch_json_1, count, 88, 8);
AT(orch_json_1, next, 96, 8);
AT(orch_json_1, text, 104, 8);

SIZE(orch_loop_1, 32);
AT(orch_loop_1, size, 0, 4);
AT(orch_loop_1, uv_loop, 8, 8);
AT(orch_loop_1, enter, 16, 8);
AT(orch_loop_1, leave, 24, 8);

SIZE(orch_mcp_info_1, 88);
AT(orch_mcp_info_1, size, 0, 4);
AT(orch_mcp_info_1, kind, 4, 4);
AT(orch_mcp_info_1, flags, 8, 4);
AT(orch_mcp_info_1, reserved, 12, 4);
AT(orch_mcp_info_1, id, 16, 8);
AT(orch_mcp_info_1, plugin, 24, 16);
AT(orch_mcp_info_1, name, 40, 16);
AT(orch_mcp_info_1, permission, 56, 16);
AT(orch_mcp_info_1, declaration, 72, 16);

SIZE(orch_mcp_request_verbs_1, 120);
AT(orch_mcp_request_verbs_1, size, 0, 4);
AT(orch_mcp_request_verbs_1, reserved, 4, 4);
AT(orch_mcp_request_verbs_1, ctx, 8, 8);
AT(orch_mcp_request_verbs_1, name, 16, 8);
AT(orch_mcp_request_verbs_1, args, 24, 8);
AT(orch_mcp_request_verbs_1, capabilities, 32, 8);
AT(orch_mcp_request_verbs_1, state, 40, 8);
AT(orch_mcp_request_verbs_1, replies, 48, 8);
AT(orch_mcp_request_verbs_1, retain, 56, 8);
AT(orch_mcp_request_verbs_1, release, 64, 8);
AT(orch_mcp_request_verbs_1, answer, 72, 8);
AT(orch_mcp_request_verbs_1, ask, 80, 8);
AT(orch_mcp_request_verbs_1, fail, 88, 8);
AT(orch_mcp_request_verbs_1, log, 96, 8);
AT(orch_mcp_request_verbs_1, progress, 104, 8);
AT(orch_mcp_request_verbs_1, on_cancel, 112, 8);

SIZE(orch_mcp_request, 8);
AT(orch_mcp_request, v, 0, 8);

SIZE(orch_mcp_server_1, 64);
AT(orch_mcp_server_1, size, 0, 4);
AT(orch_mcp_server_1, reserved, 4, 4);
AT(orch_mcp_server_1, each, 8, 8);
AT(orch_mcp_server_1, find, 16, 8);
AT(orch_mcp_server_1, match, 24, 8);
AT(orch_mcp_server_1, run, 32, 8);
AT(orch_mcp_server_1, complete, 40, 8);
AT(orch_mcp_server_1, watch, 48, 8);
AT(orch_mcp_server_1, unwatch, 56, 8);

SIZE(orch_mcp_content_1, 112);
AT(orch_mcp_content_1, size, 0, 4);
AT(orch_mcp_content_1, kind, 4, 4);
AT(orch_mcp_content_1, role, 8, 4);
AT(orch_mcp_content_1, reserved, 12, 4);
AT(orch_mcp_content_1, text, 16, 16);
AT(orch_mcp_content_1, data, 32, 16);
AT(orch_mcp_content_1, mime_type, 48, 16);
AT(orch_mcp_content_1, uri, 64, 16);
AT(orch_mcp_content_1, name, 80, 16);
AT(orch_mcp_content_1, more, 96, 16);

SIZE(orch_mcp_call_verbs_1, 136);
AT(orch_mcp_call_verbs_1, size, 0, 4);
AT(orch_mcp_call_verbs_1, reserved, 4, 4);
AT(orch_mcp_call_verbs_1, ctx, 8, 8);
AT(orch_mcp_call_verbs_1, name, 16, 8);
AT(orch_mcp_call_verbs_1, args, 24, 8);
AT(orch_mcp_call_verbs_1, argument, 32, 8);
AT(orch_mcp_call_verbs_1, capabilities, 40, 8);
AT(orch_mcp_call_verbs_1, retain, 48, 8);
AT(orch_mcp_call_verbs_1, release, 56, 8);
AT(orch_mcp_call_verbs_1, add, 64, 8);
AT(orch_mcp_call_verbs_1, answer, 72, 8);
AT(orch_mcp_call_verbs_1, fail, 80, 8);
AT(orch_mcp_call_verbs_1, ask, 88, 8);
AT(orch_mcp_call_verbs_1, state, 96, 8);
AT(orch_mcp_call_verbs_1, reply, 104, 8);
AT(orch_mcp_call_verbs_1, log, 112, 8);
AT(orch_mcp_call_verbs_1, progress, 120, 8);
AT(orch_mcp_call_verbs_1, on_cancel, 128, 8);

SIZE(orch_mcp_call, 8);
AT(orch_mcp_call, v, 0, 8);

SIZE(orch_mcp_handler, 32);
AT(orch_mcp_handler, run, 0, 8);
AT(orch_mcp_handler, complete, 8, 8);
AT(orch_mcp_handler, ud, 16, 8);
AT(orch_mcp_handler, release, 24, 8);

SIZE(orch_mcp_1, 40);
AT(orch_mcp_1, size, 0, 4);
AT(orch_mcp_1, reserved, 4, 4);
AT(orch_mcp_1, add, 8, 8);
AT(orch_mcp_1, remove, 16, 8);
AT(orch_mcp_1, updated, 24, 8);
AT(orch_mcp_1, is_watched, 32, 8);

SIZE(orch_metric_value_1, 104);
AT(orch_metric_value_1, size, 0, 4);
AT(orch_metric_value_1, kind, 4, 4);
AT(orch_metric_value_1, name, 8, 16);
AT(orch_metric_value_1, unit, 24, 16);
AT(orch_metric_value_1, doc, 40, 16);
AT(orch_metric_value_1, labels, 56, 16);
AT(orch_metric_value_1, value, 72, 8);
AT(orch_metric_value_1, bounds, 80, 8);
AT(orch_metric_value_1, buckets, 88, 8);
AT(orch_metric_value_1, n_bounds, 96, 8);

SIZE(orch_metrics_reader_1, 16);
AT(orch_metrics_reader_1, size, 0, 4);
AT(orch_metrics_reader_1, reserved, 4, 4);
AT(orch_metrics_reader_1, read, 8, 8);

SIZE(orch_metric_1, 56);
AT(orch_metric_1, size, 0, 4);
AT(orch_metric_1, kind, 4, 4);
AT(orch_metric_1, name, 8, 8);
AT(orch_metric_1, unit, 16, 8);
AT(orch_metric_1, doc, 24, 8);
AT(orch_metric_1, labels, 32, 8);
AT(orch_metric_1, bounds, 40, 8);
AT(orch_metric_1, n_bounds, 48, 8);

SIZE(orch_metrics_1, 40);
AT(orch_metrics_1, size, 0, 4);
AT(orch_metrics_1, define, 8, 8);
AT(orch_metrics_1, add, 16, 8);
AT(orch_metrics_1, set, 24, 8);
AT(orch_metrics_1, observe, 32, 8);

SIZE(orch_progress_1, 16);
AT(orch_progress_1, size, 0, 4);
AT(orch_progress_1, report, 8, 8);

SIZE(orch_reconfigure_1, 16);
AT(orch_reconfigure_1, size, 0, 4);
AT(orch_reconfigure_1, reserved, 4, 4);
AT(orch_reconfigure_1, reconfigure, 8, 8);

SIZE(orch_command_1, 40);
AT(orch_command_1, size, 0, 4);
AT(orch_command_1, flags, 4, 4);
AT(orch_command_1, argv, 8, 8);
AT(orch_command_1, env, 16, 8);
AT(orch_command_1, cwd, 24, 8);
AT(orch_command_1, timeout_ms, 32, 8);

SIZE(orch_child_cb, 32);
AT(orch_child_cb, output, 0, 8);
AT(orch_child_cb, exited, 8, 8);
AT(orch_child_cb, ud, 16, 8);
AT(orch_child_cb, release, 24, 8);

SIZE(orch_spawn_1, 48);
AT(orch_spawn_1, size, 0, 4);
AT(orch_spawn_1, start, 8, 8);
AT(orch_spawn_1, write, 16, 8);
AT(orch_spawn_1, close_input, 24, 8);
AT(orch_spawn_1, signal, 32, 8);
AT(orch_spawn_1, pause, 40, 8);

SIZE(orch_state_1, 24);
AT(orch_state_1, size, 0, 4);
AT(orch_state_1, load, 8, 8);
AT(orch_state_1, store, 16, 8);

SIZE(orch_timer_1, 24);
AT(orch_timer_1, size, 0, 4);
AT(orch_timer_1, start, 8, 8);
AT(orch_timer_1, stop, 16, 8);

SIZE(orch_span_attribute, 40);
AT(orch_span_attribute, key, 0, 16);
AT(orch_span_attribute, text, 16, 16);
AT(orch_span_attribute, number, 32, 8);

SIZE(orch_span_1, 160);
AT(orch_span_1, size, 0, 4);
AT(orch_span_1, kind, 4, 4);
AT(orch_span_1, trace_id, 8, 16);
AT(orch_span_1, span_id, 24, 16);
AT(orch_span_1, parent_id, 40, 16);
AT(orch_span_1, state, 56, 16);
AT(orch_span_1, plugin, 72, 16);
AT(orch_span_1, name, 88, 16);
AT(orch_span_1, message, 104, 16);
AT(orch_span_1, start_ns, 120, 8);
AT(orch_span_1, end_ns, 128, 8);
AT(orch_span_1, attributes, 136, 8);
AT(orch_span_1, n_attributes, 144, 8);
AT(orch_span_1, status, 152, 4);
AT(orch_span_1, reserved, 156, 4);

SIZE(orch_trace_reader_1, 32);
AT(orch_trace_reader_1, size, 0, 4);
AT(orch_trace_reader_1, reserved, 4, 4);
AT(orch_trace_reader_1, start, 8, 8);
AT(orch_trace_reader_1, take, 16, 8);
AT(orch_trace_reader_1, dropped, 24, 8);

SIZE(orch_span_start_1, 48);
AT(orch_span_start_1, size, 0, 4);
AT(orch_span_start_1, kind, 4, 4);
AT(orch_span_start_1, ctx, 8, 8);
AT(orch_span_start_1, parent, 16, 16);
AT(orch_span_start_1, name, 32, 16);

SIZE(orch_tracing_1, 48);
AT(orch_tracing_1, size, 0, 4);
AT(orch_tracing_1, reserved, 4, 4);
AT(orch_tracing_1, begin, 8, 8);
AT(orch_tracing_1, traceparent, 16, 8);
AT(orch_tracing_1, text, 24, 8);
AT(orch_tracing_1, number, 32, 8);
AT(orch_tracing_1, end, 40, 8);

SIZE(orch_job, 32);
AT(orch_job, run, 0, 8);
AT(orch_job, done, 8, 8);
AT(orch_job, ud, 16, 8);
AT(orch_job, release, 24, 8);

SIZE(orch_work_1, 24);
AT(orch_work_1, size, 0, 4);
AT(orch_work_1, submit, 8, 8);
AT(orch_work_1, cancel, 16, 8);

#endif
