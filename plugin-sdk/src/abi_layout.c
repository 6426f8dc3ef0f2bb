/* The layout of every struct of the SDK on 64-bit machines, held at compile time. Written by `abi/check --write` from
 * abi/baseline-1.0.txt; do not edit. */
#include <orchestron/all.h>

#define SIZE(tag, size) _Static_assert(sizeof(struct tag) == (size), "size of " #tag)
#define AT(tag, field, offset, size)                                                          \
    _Static_assert(offsetof(struct tag, field) == (offset), "offset of " #tag "." #field);    \
    _Static_assert(sizeof(((struct tag *)0)->field) == (size), "size of " #tag "." #field)

#if UINTPTR_MAX == UINT64_MAX

SIZE(orch_str, 16);
AT(orch_str, p, 0, 8);
AT(orch_str, n, 8, 8);

SIZE(orch_buf, 32);
AT(orch_buf, p, 0, 8);
AT(orch_buf, n, 8, 8);
AT(orch_buf, release, 16, 8);
AT(orch_buf, owner, 24, 8);

SIZE(orch_task, 24);
AT(orch_task, fn, 0, 8);
AT(orch_task, ud, 8, 8);
AT(orch_task, release, 16, 8);

SIZE(orch_call_verbs_1, 136);
AT(orch_call_verbs_1, size, 0, 4);
AT(orch_call_verbs_1, ctx, 8, 8);
AT(orch_call_verbs_1, user, 16, 8);
AT(orch_call_verbs_1, arg_bool, 24, 8);
AT(orch_call_verbs_1, arg_i64, 32, 8);
AT(orch_call_verbs_1, arg_f64, 40, 8);
AT(orch_call_verbs_1, arg_str, 48, 8);
AT(orch_call_verbs_1, arg_bytes, 56, 8);
AT(orch_call_verbs_1, arg_json, 64, 8);
AT(orch_call_verbs_1, args, 72, 8);
AT(orch_call_verbs_1, retain, 80, 8);
AT(orch_call_verbs_1, release, 88, 8);
AT(orch_call_verbs_1, answer, 96, 8);
AT(orch_call_verbs_1, fail, 104, 8);
AT(orch_call_verbs_1, emit, 112, 8);
AT(orch_call_verbs_1, on_cancel, 120, 8);
AT(orch_call_verbs_1, on_writable, 128, 8);

SIZE(orch_call, 8);
AT(orch_call, v, 0, 8);

SIZE(orch_ctx_info_1, 104);
AT(orch_ctx_info_1, size, 0, 4);
AT(orch_ctx_info_1, cancelled, 4, 1);
AT(orch_ctx_info_1, reserved, 5, 3);
AT(orch_ctx_info_1, actor, 8, 16);
AT(orch_ctx_info_1, caller, 24, 16);
AT(orch_ctx_info_1, trace, 40, 16);
AT(orch_ctx_info_1, remaining_ms, 56, 8);
AT(orch_ctx_info_1, chain, 64, 8);
AT(orch_ctx_info_1, rights, 72, 16);
AT(orch_ctx_info_1, behalf, 88, 16);

SIZE(orch_failure_1, 40);
AT(orch_failure_1, size, 0, 4);
AT(orch_failure_1, status, 4, 4);
AT(orch_failure_1, message, 8, 16);
AT(orch_failure_1, details, 24, 16);

SIZE(orch_ctx_verbs_1, 32);
AT(orch_ctx_verbs_1, size, 0, 4);
AT(orch_ctx_verbs_1, info, 8, 8);
AT(orch_ctx_verbs_1, fail, 16, 8);
AT(orch_ctx_verbs_1, failure, 24, 8);

SIZE(orch_ctx, 8);
AT(orch_ctx, v, 0, 8);

SIZE(orch_host_info_1, 72);
AT(orch_host_info_1, size, 0, 4);
AT(orch_host_info_1, debug, 4, 1);
AT(orch_host_info_1, reserved, 5, 3);
AT(orch_host_info_1, version, 8, 16);
AT(orch_host_info_1, plugin_id, 24, 16);
AT(orch_host_info_1, plugin_dir, 40, 16);
AT(orch_host_info_1, storage_dir, 56, 16);

SIZE(orch_call_options_1, 16);
AT(orch_call_options_1, size, 0, 4);
AT(orch_call_options_1, flags, 4, 4);
AT(orch_call_options_1, timeout_ms, 8, 8);

SIZE(orch_reply_1, 72);
AT(orch_reply_1, size, 0, 4);
AT(orch_reply_1, kind, 4, 4);
AT(orch_reply_1, status, 8, 4);
AT(orch_reply_1, reserved, 12, 4);
AT(orch_reply_1, body, 16, 8);
AT(orch_reply_1, message, 24, 16);
AT(orch_reply_1, details, 40, 16);
AT(orch_reply_1, plugin, 56, 16);

SIZE(orch_reply_cb, 24);
AT(orch_reply_cb, fn, 0, 8);
AT(orch_reply_cb, ud, 8, 8);
AT(orch_reply_cb, release, 16, 8);

SIZE(orch_event_1, 112);
AT(orch_event_1, size, 0, 4);
AT(orch_event_1, kind, 4, 4);
AT(orch_event_1, seq, 8, 8);
AT(orch_event_1, from, 16, 8);
AT(orch_event_1, time_ms, 24, 8);
AT(orch_event_1, topic, 32, 16);
AT(orch_event_1, source, 48, 16);
AT(orch_event_1, actor, 64, 16);
AT(orch_event_1, data, 80, 16);
AT(orch_event_1, log, 96, 16);

SIZE(orch_event_cb, 24);
AT(orch_event_cb, fn, 0, 8);
AT(orch_event_cb, ud, 8, 8);
AT(orch_event_cb, release, 16, 8);

SIZE(orch_subscribe_1, 48);
AT(orch_subscribe_1, size, 0, 4);
AT(orch_subscribe_1, flags, 4, 4);
AT(orch_subscribe_1, topics, 8, 8);
AT(orch_subscribe_1, n_topics, 16, 8);
AT(orch_subscribe_1, since, 24, 8);
AT(orch_subscribe_1, log, 32, 16);

SIZE(orch_subscription_1, 48);
AT(orch_subscription_1, size, 0, 4);
AT(orch_subscription_1, reserved, 4, 4);
AT(orch_subscription_1, id, 8, 8);
AT(orch_subscription_1, seq, 16, 8);
AT(orch_subscription_1, low, 24, 8);
AT(orch_subscription_1, log, 32, 16);

SIZE(orch_host_verbs_1, 144);
AT(orch_host_verbs_1, size, 0, 4);
AT(orch_host_verbs_1, abi_major, 4, 2);
AT(orch_host_verbs_1, abi_minor, 6, 2);
AT(orch_host_verbs_1, info, 8, 8);
AT(orch_host_verbs_1, extension, 16, 8);
AT(orch_host_verbs_1, on_thread, 24, 8);
AT(orch_host_verbs_1, post, 32, 8);
AT(orch_host_verbs_1, log, 40, 8);
AT(orch_host_verbs_1, done, 48, 8);
AT(orch_host_verbs_1, call, 56, 8);
AT(orch_host_verbs_1, cancel, 64, 8);
AT(orch_host_verbs_1, import_slot, 72, 8);
AT(orch_host_verbs_1, slot_enter, 80, 8);
AT(orch_host_verbs_1, slot_leave, 88, 8);
AT(orch_host_verbs_1, publish, 96, 8);
AT(orch_host_verbs_1, subscribe, 104, 8);
AT(orch_host_verbs_1, unsubscribe, 112, 8);
AT(orch_host_verbs_1, add_service, 120, 8);
AT(orch_host_verbs_1, remove_service, 128, 8);
AT(orch_host_verbs_1, credit, 136, 8);

SIZE(orch_host, 8);
AT(orch_host, v, 0, 8);

SIZE(orch_param_1, 40);
AT(orch_param_1, size, 0, 4);
AT(orch_param_1, type, 4, 1);
AT(orch_param_1, reserved, 5, 3);
AT(orch_param_1, name, 8, 8);
AT(orch_param_1, doc, 16, 8);
AT(orch_param_1, default_json, 24, 8);
AT(orch_param_1, schema, 32, 8);

SIZE(orch_method_1, 96);
AT(orch_method_1, size, 0, 4);
AT(orch_method_1, flags, 4, 4);
AT(orch_method_1, name, 8, 8);
AT(orch_method_1, doc, 16, 8);
AT(orch_method_1, route, 24, 8);
AT(orch_method_1, permission, 32, 8);
AT(orch_method_1, examples, 40, 8);
AT(orch_method_1, params, 48, 8);
AT(orch_method_1, n_params, 56, 8);
AT(orch_method_1, result, 64, 1);
AT(orch_method_1, reserved, 65, 7);
AT(orch_method_1, result_schema, 72, 8);
AT(orch_method_1, fn, 80, 8);
AT(orch_method_1, user, 88, 8);

SIZE(orch_service_1, 48);
AT(orch_service_1, size, 0, 4);
AT(orch_service_1, flags, 4, 4);
AT(orch_service_1, name, 8, 8);
AT(orch_service_1, version, 16, 8);
AT(orch_service_1, doc, 24, 8);
AT(orch_service_1, methods, 32, 8);
AT(orch_service_1, n_methods, 40, 8);

SIZE(orch_topic_1, 40);
AT(orch_topic_1, size, 0, 4);
AT(orch_topic_1, flags, 4, 4);
AT(orch_topic_1, name, 8, 8);
AT(orch_topic_1, doc, 16, 8);
AT(orch_topic_1, schema, 24, 8);
AT(orch_topic_1, example, 32, 8);

SIZE(orch_plugin_1, 128);
AT(orch_plugin_1, size, 0, 4);
AT(orch_plugin_1, magic, 4, 4);
AT(orch_plugin_1, abi_major, 8, 2);
AT(orch_plugin_1, abi_minor, 10, 2);
AT(orch_plugin_1, flags, 12, 4);
AT(orch_plugin_1, id, 16, 8);
AT(orch_plugin_1, version, 24, 8);
AT(orch_plugin_1, services, 32, 8);
AT(orch_plugin_1, n_services, 40, 8);
AT(orch_plugin_1, topics, 48, 8);
AT(orch_plugin_1, n_topics, 56, 8);
AT(orch_plugin_1, create, 64, 8);
AT(orch_plugin_1, start, 72, 8);
AT(orch_plugin_1, health, 80, 8);
AT(orch_plugin_1, drain, 88, 8);
AT(orch_plugin_1, stop, 96, 8);
AT(orch_plugin_1, save, 104, 8);
AT(orch_plugin_1, destroy, 112, 8);
AT(orch_plugin_1, extension, 120, 8);

SIZE(orch_target_1, 48);
AT(orch_target_1, size, 0, 4);
AT(orch_target_1, reserved, 4, 4);
AT(orch_target_1, fn, 8, 8);
AT(orch_target_1, self, 16, 8);
AT(orch_target_1, counter, 24, 8);
AT(orch_target_1, clock, 32, 8);
AT(orch_target_1, sample, 40, 8);

SIZE(orch_slot_1, 24);
AT(orch_slot_1, size, 0, 4);
AT(orch_slot_1, reserved, 4, 4);
AT(orch_slot_1, target, 8, 8);
AT(orch_slot_1, ctx, 16, 8);

SIZE(orch_entry, 16);
AT(orch_entry, target, 0, 8);
AT(orch_entry, started, 8, 8);

#endif
