/* fake_mcp_call.c: what plugins see of a request of an MCP client, in the fake host. */
#include "fake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fake_mcp_call *of(orch_mcp_call *face) {
    fake_mcp_call *call = (fake_mcp_call *)face;
    fake_expect_loop(call->fake, "mcp call");
    return call;
}

static orch_str text(const fake_bytes *bytes) { return orch_str_of(bytes->p, bytes->n); }
static void add_text(fake_bytes *to, const char *p) { fake_append(to, p, strlen(p)); }

/* ---- JSON */

char *fake_member(const char *object, orch_str name, int plain) {
    orch_json_doc *doc = NULL;
    orch_json_value value;
    orch_str words;
    char *found = NULL;
    if (fake_json()->parse(orch_str_from(object), &doc, NULL) != ORCH_OK) return NULL;
    if (fake_json()->get(fake_json()->root(doc), name, &value) && fake_json()->type(value) != 'n') {
        if (plain && fake_json()->str(value, &words)) {
            found = fake_copy(words.p, words.n);
        } else {
            orch_buf json = fake_json()->text(value);
            found = fake_copy(json.p, json.n);
            orch_buf_release(&json);
        }
    }
    fake_json()->free(doc);
    return found;
}

static int is_json(orch_str json) {
    orch_json_doc *doc = NULL;
    if (fake_json()->parse(json, &doc, NULL) != ORCH_OK) return 0;
    fake_json()->free(doc);
    return 1;
}

static void add_string(fake_bytes *to, orch_str words) {
    add_text(to, "\"");
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        char escape[8];
        if (c == '"' || c == '\\') snprintf(escape, sizeof escape, "\\%c", c);
        else if (c < 0x20) snprintf(escape, sizeof escape, "\\u%04x", c);
        else snprintf(escape, sizeof escape, "%c", c);
        add_text(to, escape);
    }
    add_text(to, "\"");
}

static void add_base64(fake_bytes *to, orch_str bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    add_text(to, "\"");
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t group = 0;
        char four[5] = "====";
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        for (size_t j = 0; j < 3; j++) group = group << 8 | (j < n ? (unsigned char)bytes.p[i + j] : 0);
        for (size_t j = 0; j <= n; j++) four[j] = digits[group >> (18 - 6 * j) & 63];
        add_text(to, four);
    }
    add_text(to, "\"");
}

static void add_member(fake_bytes *to, const char *key, orch_str words) {
    if (words.n == 0) return;
    add_text(to, ",\"");
    add_text(to, key);
    add_text(to, "\":");
    add_string(to, words);
}

/* ---- content */

static void add_contents(fake_bytes *to, const fake_mcp_call *call, const orch_mcp_content *piece) {
    add_text(to, "{\"uri\":");
    add_string(to, piece->uri.n ? piece->uri : text(&call->name));
    add_member(to, "mimeType", piece->mime_type);
    add_text(to, piece->data.p ? ",\"blob\":" : ",\"text\":");
    if (piece->data.p) add_base64(to, piece->data);
    else add_string(to, piece->text);
}

static orch_status refuse(fake_mcp_call *call, const char *sentence) {
    orch_fail(&call->fake->ctx.face, ORCH_INVALID_ARGUMENT, orch_str_from(sentence), orch_str_of(NULL, 0));
    return ORCH_INVALID_ARGUMENT;
}

static orch_status add(orch_mcp_call *face, const orch_mcp_content *piece) {
    fake_mcp_call *call = of(face);
    fake_bytes *to = &call->content;
    int is_resource = call->kind == ORCH_MCP_RESOURCE || call->kind == ORCH_MCP_TEMPLATE;
    uint32_t kind = piece->kind;
    if (call->status != -1) return ORCH_FAILED_PRECONDITION;
    if (kind < ORCH_MCP_TEXT || kind > ORCH_MCP_JSON) return refuse(call, "There is no content of that kind.");
    if ((kind == ORCH_MCP_IMAGE || kind == ORCH_MCP_AUDIO) && (piece->mime_type.n == 0 || is_resource))
        return refuse(call, "An image and a sound need their mime_type, and are no resources.");
    if (kind == ORCH_MCP_LINK && (piece->uri.n == 0 || piece->name.n == 0))
        return refuse(call, "A link needs its uri and a name.");
    if (kind == ORCH_MCP_EMBEDDED && piece->uri.n == 0 && !is_resource)
        return refuse(call, "An embedded resource needs its uri.");
    if (kind == ORCH_MCP_JSON && !is_json(piece->text)) return refuse(call, "That is no JSON.");
    if (to->n) add_text(to, ",");
    if (call->kind == ORCH_MCP_PROMPT)
        add_text(to, piece->role == ORCH_MCP_ASSISTANT ? "{\"role\":\"assistant\",\"content\":"
                                                       : "{\"role\":\"user\",\"content\":");
    if (kind == ORCH_MCP_JSON) {
        fake_append(to, piece->text.p, piece->text.n);
    } else if (is_resource) {
        add_contents(to, call, piece);
    } else if (kind == ORCH_MCP_EMBEDDED) {
        add_text(to, "{\"type\":\"resource\",\"resource\":");
        add_contents(to, call, piece);
        add_text(to, "}");
    } else if (kind == ORCH_MCP_LINK) {
        add_text(to, "{\"type\":\"resource_link\"");
        add_member(to, "uri", piece->uri);
        add_member(to, "name", piece->name);
        add_member(to, "mimeType", piece->mime_type);
    } else if (kind == ORCH_MCP_TEXT) {
        add_text(to, "{\"type\":\"text\",\"text\":");
        add_string(to, piece->text);
    } else {
        add_text(to, kind == ORCH_MCP_IMAGE ? "{\"type\":\"image\",\"data\":" : "{\"type\":\"audio\",\"data\":");
        add_base64(to, piece->data);
        add_member(to, "mimeType", piece->mime_type);
    }
    if (kind != ORCH_MCP_JSON) {
        if (piece->more.n > 2) add_text(to, ",");
        if (piece->more.n > 2) fake_append(to, piece->more.p + 1, piece->more.n - 2);
        add_text(to, "}");
    }
    if (call->kind == ORCH_MCP_PROMPT) add_text(to, "}");
    return ORCH_OK;
}

/* ---- answers */

static orch_status finish(fake_mcp_call *call, orch_status status) {
    orch_task task = call->on_cancel;
    memset(&call->on_cancel, 0, sizeof task);
    fake_release(task.release, task.ud);
    call->status = status;
    return call->is_gone ? ORCH_CANCELLED : ORCH_OK;
}

static orch_status answer(orch_mcp_call *face, orch_buf json, uint32_t flags) {
    fake_mcp_call *call = of(face);
    orch_str given = orch_str_of(json.p, json.n);
    orch_status status = ORCH_FAILED_PRECONDITION;
    if (call->status == -1 && json.n && !is_json(given)) {
        fake_fault(call->fake, "%s answered what is no JSON", call->name.p);
        finish(call, ORCH_INTERNAL);
        status = ORCH_INVALID_ARGUMENT;
    } else if (call->status == -1) {
        const char *pieces = call->kind == ORCH_MCP_PROMPT ? "messages" : "contents";
        if (call->kind == ORCH_MCP_TOOL) pieces = "content";
        fake_bytes *to = &call->result;
        add_text(to, call->completes ? "{\"values\":" : "{\"");
        if (!call->completes) add_text(to, pieces);
        if (!call->completes) add_text(to, "\":[");
        if (call->completes) add_text(to, json.n ? "" : "[]");
        else if (call->content.n) fake_append(to, call->content.p, call->content.n);
        else if (json.n && call->kind == ORCH_MCP_TOOL) {
            add_text(to, "{\"type\":\"text\",\"text\":");
            add_string(to, given);
            add_text(to, "}");
        }
        if (!call->completes) add_text(to, "]");
        if (json.n && !call->completes)
            add_text(to, call->kind == ORCH_MCP_PROMPT ? ",\"description\":" : ",\"structuredContent\":");
        fake_append(to, json.p, json.n);
        if (flags & ORCH_MCP_IS_ERROR) add_text(to, ",\"isError\":true");
        add_text(to, "}");
        status = finish(call, ORCH_OK);
    }
    orch_buf_release(&json);
    return status;
}

static orch_status fail(orch_mcp_call *face, orch_status status, orch_str message, orch_str details) {
    fake_mcp_call *call = of(face);
    if (call->status != -1) return ORCH_FAILED_PRECONDITION;
    fake_append(&call->message, message.p, message.n);
    fake_append(&call->details, details.p, details.n);
    return finish(call, status == ORCH_OK ? ORCH_INTERNAL : status);
}

static orch_status ask(orch_mcp_call *face, orch_buf questions, orch_str state) {
    fake_mcp_call *call = of(face);
    orch_status status = ORCH_FAILED_PRECONDITION;
    if (call->status == -1 && !is_json(orch_str_of(questions.p, questions.n)) && (questions.n || !state.n)) {
        status = refuse(call, "Questions are a JSON object.");
    } else if (call->status == -1) {
        call->is_question = 1;
        fake_append(&call->result, questions.p, questions.n);
        fake_append(&call->message, state.p, state.n);
        status = finish(call, ORCH_OK);
    }
    orch_buf_release(&questions);
    return status;
}

/* ---- on the way */

static orch_status say(fake_mcp_call *call, char *line) {
    if (call->status == -1) add_text(&call->lines, line);
    free(line);
    return call->status == -1 ? ORCH_OK : ORCH_CANCELLED;
}

static orch_status log_line(orch_mcp_call *face, uint32_t level, orch_str logger, orch_str data) {
    fake_mcp_call *call = of(face);
    if (level > ORCH_MCP_DEBUG || !is_json(data)) return refuse(call, "A log line has a level, and JSON.");
    return say(call, fake_print("%u %.*s %.*s\n", level, (int)logger.n, logger.p ? logger.p : "", (int)data.n, data.p));
}

static orch_status progress(orch_mcp_call *face, double progress, double total, orch_str message) {
    fake_mcp_call *call = of(face);
    if (call->status == -1 && !(progress > call->progress)) return ORCH_OUT_OF_RANGE;
    call->progress = progress;
    return say(call, fake_print("%g/%g %.*s\n", progress, total, (int)message.n, message.p ? message.p : ""));
}

static void on_cancel(orch_mcp_call *face, orch_task task) {
    fake_mcp_call *call = of(face);
    fake_release(call->on_cancel.release, call->on_cancel.ud);
    memset(&call->on_cancel, 0, sizeof task);
    if (call->status == -1) call->on_cancel = task;
    else fake_release(task.release, task.ud);
}

/* ---- what it is about */

static orch_ctx *ctx(orch_mcp_call *face) { return &of(face)->fake->ctx.face; }
static orch_str name(orch_mcp_call *face) { return text(&of(face)->name); }
static orch_str args(orch_mcp_call *face) { return text(&of(face)->args); }
static orch_str state(orch_mcp_call *face) { return text(&of(face)->state); }
static orch_str capabilities(orch_mcp_call *face) {
    fake_mcp_call *call = of(face);
    if (call->capabilities.n) return text(&call->capabilities);
    return orch_str_from("{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{},\"roots\":{}}");
}

static uint8_t lend(fake_mcp_call *call, char *found, orch_str *out) {
    if (!found) return 0;
    fake_strings_add(&call->values, found);
    *out = orch_str_from(found);
    return 1;
}
static uint8_t argument(orch_mcp_call *face, orch_str name, orch_str *out) {
    return lend(of(face), fake_mcp_value(of(face), name), out);
}
static uint8_t reply(orch_mcp_call *face, orch_str key, orch_str *out) {
    fake_mcp_call *call = of(face);
    return lend(call, call->replies.n ? fake_member(call->replies.p, key, 0) : NULL, out);
}

static void retain(orch_mcp_call *face) { of(face)->references++; }
static void release(orch_mcp_call *face) {
    fake_mcp_call *call = (fake_mcp_call *)face;
    if (--call->references > 0 || call->status != -1) return;
    if (!call->is_gone) fake_fault(call->fake, "%s let go of a call without an answer", call->name.p);
    finish(call, call->is_gone ? ORCH_CANCELLED : ORCH_INTERNAL);
}

const orch_mcp_call_verbs fake_mcp_verbs = {
    sizeof(orch_mcp_call_verbs), 0,     ctx, name,  args,  argument, capabilities, retain, release, add, answer, fail, ask,
    state, reply, log_line, progress, on_cancel};

/* ---- what a test sees */

orch_status fake_mcp_status(const fake_mcp_call *call) { return call->status; }
const char *fake_mcp_result(const fake_mcp_call *call) { return call->is_question ? "" : call->result.p; }
const char *fake_mcp_questions(const fake_mcp_call *call) { return call->is_question ? call->result.p : ""; }
const char *fake_mcp_state(const fake_mcp_call *call) { return call->is_question ? call->message.p : ""; }
const char *fake_mcp_message(const fake_mcp_call *call) { return call->is_question ? "" : call->message.p; }
const char *fake_mcp_details(const fake_mcp_call *call) { return call->details.p; }
const char *fake_mcp_lines(const fake_mcp_call *call) { return call->lines.p; }

void fake_mcp_cancel(fake_mcp_call *call) {
    orch_task task = call->on_cancel;
    memset(&call->on_cancel, 0, sizeof task);
    call->is_gone = 1;
    if (task.fn) task.fn(task.ud);
    fake_release(task.release, task.ud);
    fake_host_run(call->fake);
}

void fake_mcp_end(fake_mcp_call *call) {
    call->item = NULL;
    orch_task task = call->on_cancel;
    memset(&call->on_cancel, 0, sizeof task);
    task.fn = NULL;
    fake_post(call->fake, task);
    if (call->status == -1) call->status = ORCH_UNAVAILABLE;
}
