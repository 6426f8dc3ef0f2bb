// Written by `abi/check --write` from the headers; do not edit.
members! {
    orch_str { p, n }
    orch_buf { p, n, release, owner }
    orch_task { r#fn, ud, release }
    orch_call_verbs_1 { size, ctx, user, arg_bool, arg_i64, arg_f64, arg_str, arg_bytes, arg_json, args, retain, release, answer, fail, emit, on_cancel, on_writable }
    orch_call { v }
    orch_ctx_info_1 { size, cancelled, reserved, actor, caller, trace, remaining_ms, chain, rights, behalf }
    orch_failure_1 { size, status, message, details }
    orch_ctx_verbs_1 { size, info, fail, failure }
    orch_ctx { v }
    orch_host_info_1 { size, debug, reserved, version, plugin_id, plugin_dir, storage_dir }
    orch_call_options_1 { size, flags, timeout_ms }
    orch_reply_1 { size, kind, status, reserved, body, message, details, plugin }
    orch_reply_cb { r#fn, ud, release }
    orch_event_1 { size, kind, seq, from, time_ms, topic, source, actor, data, log }
    orch_event_cb { r#fn, ud, release }
    orch_subscribe_1 { size, flags, topics, n_topics, since, log }
    orch_subscription_1 { size, reserved, id, seq, low, log }
    orch_host_verbs_1 { size, abi_major, abi_minor, info, extension, on_thread, post, log, done, call, cancel, import_slot, slot_enter, slot_leave, publish, subscribe, unsubscribe, add_service, remove_service, credit }
    orch_host { v }
    orch_param_1 { size, r#type, reserved, name, doc, default_json, schema }
    orch_method_1 { size, flags, name, doc, route, permission, examples, params, n_params, result, reserved, result_schema, r#fn, user }
    orch_service_1 { size, flags, name, version, doc, methods, n_methods }
    orch_topic_1 { size, flags, name, doc, schema, example }
    orch_plugin_1 { size, magic, abi_major, abi_minor, flags, id, version, services, n_services, topics, n_topics, create, start, health, drain, stop, save, destroy, extension }
    orch_target_1 { size, reserved, r#fn, self_, counter, clock, sample }
    orch_slot_1 { size, reserved, target, ctx }
    orch_entry { target, started }
    orch_identity_1 { size, flags, actor, trace, timeout_ms, rights, behalf }
    orch_actor_1 { size, make, free }
    orch_credential_1 { size, kind, secret, address }
    orch_principal_1 { size, status, message, actor, behalf, rights, retry_ms, expires_ms, is_local, reserved }
    orch_principal_cb { r#fn, ud, release }
    orch_auth_1 { size, reserved, self_, authenticate, cookie }
    orch_append_cb { r#fn, ud, release }
    orch_event_log_1 { size, append, recorded }
    orch_log_info_1 { size, reserved, seq, low, log }
    orch_event_store_1 { size, info, read, append }
    orch_fs_cb { r#fn, ud, release }
    orch_fs_watch_1 { size, start, stop }
    orch_http_request_1 { size, flags, method, url, headers, n_headers, body, timeout_ms, body_bytes_max }
    orch_http_reply_1 { size, status, code, reserved, headers, body, message }
    orch_http_cb { r#fn, ud, release }
    orch_http_parts_cb { head, part, end, ud, release }
    orch_http_client_1 { size, send, cancel, open, pause }
    orch_http_socket_cb { message, writable, closed, ud, release }
    orch_http_socket_verbs_1 { size, reserved, send, close }
    orch_http_socket { v }
    orch_http_exchange_verbs_1 { size, reserved, ctx, method, target, address, is_secure, parameter, header, body, retain, release, respond, fail, begin, write, end, on_writable, on_cancel, read, on_readable, upgrade, abort }
    orch_http_exchange { v }
    orch_http_handler { r#fn, ud, release }
    orch_http_files_1 { size, flags, prefix, folder, permission, headers, n_headers }
    orch_http_routes_1 { size, reserved, add, add_files, remove }
    orch_http_route_info_1 { size, flags, id, plugin, route, permission, folder, headers, n_headers }
    orch_http_server_1 { size, reserved, each, run }
    orch_json_value { doc, at }
    orch_json_cursor { next, state }
    orch_json_1 { size, parse, free, root, r#type, boolean, i64, f64, str, get, pointer, count, next, text }
    orch_loop_1 { size, uv_loop, enter, leave }
    orch_mcp_info_1 { size, kind, flags, reserved, id, plugin, name, permission, declaration }
    orch_mcp_request_verbs_1 { size, reserved, ctx, name, args, capabilities, state, replies, retain, release, answer, ask, fail, log, progress, on_cancel }
    orch_mcp_request { v }
    orch_mcp_server_1 { size, reserved, each, find, r#match, run, complete, watch, unwatch }
    orch_mcp_content_1 { size, kind, role, reserved, text, data, mime_type, uri, name, more }
    orch_mcp_call_verbs_1 { size, reserved, ctx, name, args, argument, capabilities, retain, release, add, answer, fail, ask, state, reply, log, progress, on_cancel }
    orch_mcp_call { v }
    orch_mcp_handler { run, complete, ud, release }
    orch_mcp_1 { size, reserved, add, remove, updated, is_watched }
    orch_metric_value_1 { size, kind, name, unit, doc, labels, value, bounds, buckets, n_bounds }
    orch_metrics_reader_1 { size, reserved, read }
    orch_metric_1 { size, kind, name, unit, doc, labels, bounds, n_bounds }
    orch_metrics_1 { size, define, add, set, observe }
    orch_progress_1 { size, report }
    orch_reconfigure_1 { size, reserved, reconfigure }
    orch_command_1 { size, flags, argv, env, cwd, timeout_ms }
    orch_child_cb { output, exited, ud, release }
    orch_spawn_1 { size, start, write, close_input, signal, pause }
    orch_state_1 { size, load, store }
    orch_timer_1 { size, start, stop }
    orch_span_attribute { key, text, number }
    orch_span_1 { size, kind, trace_id, span_id, parent_id, state, plugin, name, message, start_ns, end_ns, attributes, n_attributes, status, reserved }
    orch_trace_reader_1 { size, reserved, start, take, dropped }
    orch_span_start_1 { size, kind, ctx, parent, name }
    orch_tracing_1 { size, reserved, begin, traceparent, text, number, end }
    orch_job { run, done, ud, release }
    orch_work_1 { size, submit, cancel }
}
