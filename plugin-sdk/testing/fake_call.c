/* fake_call.c: calls of handlers in the fake host. */
#include "fake_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct fake_call {
    orch_call face;
    fake_host *fake;
    fake_ctx ctx;
    const char *name;
    const orch_method *method;
    pthread_mutex_t lock; /* guards refs and strings */
    int refs;
    int answered;
    char *text;           /* all arguments, defaults filled in */
    orch_json_doc *doc;
    fake_strings strings; /* what was handed out as slices */
    orch_task on_cancel;
    struct fake_call *next, **at; /* in the list of the host */
} fake_call;

static fake_call *call_of(orch_call *call) { return (fake_call *)call; }

static orch_ctx *call_ctx(orch_call *call) { return &call_of(call)->ctx.face; }
static void *call_user(orch_call *call) { return call_of(call)->method->user; }

/* ---- arguments */

static const orch_param *find_param(const orch_method *method, orch_str name) {
    for (size_t i = 0; i < method->n_params; i++)
        if (strlen(method->params[i]->name) == name.n && memcmp(method->params[i]->name, name.p, name.n) == 0)
            return method->params[i];
    return NULL;
}

/* The value of an argument declared with `type`, unless it is null; with 0 of any type and also when null. */
static uint8_t argument(fake_call *call, orch_str name, char type, orch_json_value *out) {
    const orch_param *param = find_param(call->method, name);
    if (!param) {
        fake_fault(call->fake, "%s reads %.*s, which it does not declare", call->name, (int)name.n, name.p);
        return 0;
    }
    const orch_json *json = fake_json();
    if (type && param->type != type) return 0;
    return json->get(json->root(call->doc), name, out) && (!type || json->type(*out) != 'n');
}

static uint8_t arg_bool(orch_call *call, orch_str name, uint8_t *out) {
    orch_json_value value;
    return argument(call_of(call), name, 'b', &value) && fake_json()->boolean(value, out);
}
static uint8_t arg_i64(orch_call *call, orch_str name, int64_t *out) {
    orch_json_value value;
    return argument(call_of(call), name, 'i', &value) && fake_json()->i64(value, out);
}
static uint8_t arg_f64(orch_call *call, orch_str name, double *out) {
    orch_json_value value;
    return argument(call_of(call), name, 'd', &value) && fake_json()->f64(value, out);
}
static uint8_t arg_str(orch_call *call, orch_str name, orch_str *out) {
    orch_json_value value;
    return argument(call_of(call), name, 's', &value) && fake_json()->str(value, out);
}

static orch_str keep(fake_call *call, char *taken, size_t n) {
    pthread_mutex_lock(&call->lock);
    fake_strings_add(&call->strings, taken);
    pthread_mutex_unlock(&call->lock);
    return orch_str_of(taken, n);
}

static uint8_t arg_bytes(orch_call *face, orch_str name, orch_str *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    orch_json_value value;
    orch_str text;
    if (!argument(call_of(face), name, 'y', &value) || !fake_json()->str(value, &text)) return 0;
    char *bytes = fake_alloc(text.n);
    size_t n = 0;
    uint32_t window = 0;
    int bits = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
        const char *digit = memchr(digits, text.p[i], 64);
        window = window << 6 | (uint32_t)(digit ? digit - digits : 0);
        if ((bits += 6) >= 8) bytes[n++] = (char)(window >> (bits -= 8) & 0xff);
    }
    *out = keep(call_of(face), bytes, n);
    return 1;
}

static uint8_t arg_json(orch_call *face, orch_str name, orch_str *out) {
    orch_json_value value;
    if (!argument(call_of(face), name, 0, &value)) return 0;
    orch_buf text = fake_json()->text(value);
    *out = keep(call_of(face), text.p, text.n);
    return 1;
}

static orch_str call_args(orch_call *call) { return orch_str_from(call_of(call)->text); }

/* ---- life */

static void call_retain(orch_call *face) {
    fake_call *call = call_of(face);
    pthread_mutex_lock(&call->lock);
    call->refs++;
    pthread_mutex_unlock(&call->lock);
}

static void list_call(fake_call *call) {
    fake_host *fake = call->fake;
    pthread_mutex_lock(&fake->lock);
    call->at = &fake->calls;
    call->next = fake->calls;
    if (call->next) call->next->at = &call->next;
    fake->calls = call;
    pthread_mutex_unlock(&fake->lock);
}

static void free_call(fake_call *call) {
    fake_host *fake = call->fake;
    pthread_mutex_lock(&fake->lock);
    *call->at = call->next;
    if (call->next) call->next->at = call->at;
    pthread_mutex_unlock(&fake->lock);
    fake_release(call->on_cancel.release, call->on_cancel.ud);
    fake_json()->free(call->doc);
    fake_strings_free(&call->strings);
    fake_ctx_clear(&call->ctx);
    free(call->text);
    pthread_mutex_destroy(&call->lock);
    free(call);
}

static void call_release(orch_call *face) {
    fake_call *call = call_of(face);
    pthread_mutex_lock(&call->lock);
    int refs = --call->refs;
    pthread_mutex_unlock(&call->lock);
    if (refs == 0) free_call(call);
}

int fake_calls_clear(fake_host *fake) {
    int n = 0;
    for (; fake->calls; n++) free_call(fake->calls);
    return n;
}

/* ---- answers */

static void set(char **slot, orch_str text) {
    free(*slot);
    *slot = fake_copy(text.p, text.n);
}

static void set_reply(fake_host *fake, orch_status status, orch_str json, orch_str message, orch_str details) {
    set(&fake->reply_json, json);
    set(&fake->reply_message, message);
    set(&fake->reply_details, details);
    fake->reply.status = status;
    fake->reply.json = fake->reply_json;
    fake->reply.message = fake->reply_message;
    fake->reply.details = fake->reply_details;
    fake->reply.chunks = fake->reply_chunks;
}

static void set_failure(fake_host *fake, orch_status status, char *message) {
    set_reply(fake, status, orch_str_of(NULL, 0), orch_str_from(message), orch_str_of(NULL, 0));
    free(message);
}

static int may_answer(fake_call *call, const char *verb) {
    if (!(call->method->flags & ORCH_METHOD_WORKER)) fake_expect_loop(call->fake, verb);
    if (call->answered) {
        fake_fault(call->fake, "%s answered twice", call->name);
        return 0;
    }
    call->answered = 1;
    return 1;
}

static int is_json(orch_str text) {
    orch_json_doc *doc = NULL;
    int fine = fake_json()->parse(text, &doc, NULL) == ORCH_OK;
    if (fine) fake_json()->free(doc);
    return fine;
}

static orch_status call_answer(orch_call *face, orch_buf json, uint32_t flags) {
    fake_call *call = call_of(face);
    orch_str text = json.n ? orch_str_of(json.p, json.n) : orch_str_from("null");
    orch_status status = ORCH_FAILED_PRECONDITION;
    (void)flags;
    if (may_answer(call, "answer")) {
        status = ORCH_OK;
        if (is_json(text)) {
            set_reply(call->fake, ORCH_OK, text, orch_str_of(NULL, 0), orch_str_of(NULL, 0));
        } else {
            fake_fault(call->fake, "%s answered with invalid JSON: %.*s", call->name, (int)text.n, text.p);
            set_failure(call->fake, ORCH_INTERNAL, fake_print("%s answered with invalid JSON", call->name));
        }
    }
    orch_buf_release(&json);
    return status;
}

static orch_status call_fail(orch_call *face, orch_status status, orch_str message, orch_str details) {
    fake_call *call = call_of(face);
    if (!may_answer(call, "fail")) return ORCH_FAILED_PRECONDITION;
    if (status == ORCH_OK) fake_fault(call->fake, "%s failed with ORCH_OK", call->name);
    if (details.n && !is_json(details)) fake_fault(call->fake, "%s failed with details that are not JSON", call->name);
    set_reply(call->fake, status, orch_str_of(NULL, 0), message, details);
    return ORCH_OK;
}

static orch_status call_emit(orch_call *face, orch_buf json) {
    fake_call *call = call_of(face);
    fake_expect_loop(call->fake, "emit");
    if (!(call->method->flags & ORCH_METHOD_STREAM) || call->answered || !is_json(orch_str_of(json.p, json.n)))
        fake_fault(call->fake, "%s emits without STREAM, after its answer, or invalid JSON", call->name);
    char *before = call->fake->reply_chunks;
    call->fake->reply_chunks = fake_print("%s%.*s\n", before, (int)json.n, json.p);
    free(before);
    orch_buf_release(&json);
    return ORCH_OK;
}

static void call_on_cancel(orch_call *face, orch_task task) {
    fake_call *call = call_of(face);
    fake_expect_loop(call->fake, "on_cancel");
    fake_release(call->on_cancel.release, call->on_cancel.ud);
    call->on_cancel = task;
}

static void call_on_writable(orch_call *face, orch_task task) { fake_post(call_of(face)->fake, task); }

static const orch_call_verbs call_verbs = {
    sizeof call_verbs, call_ctx, call_user,   arg_bool,     arg_i64,     arg_f64,   arg_str,   arg_bytes,
    arg_json,          call_args, call_retain, call_release, call_answer, call_fail, call_emit, call_on_cancel,
    call_on_writable,
};

/* ---- calling */

static int has_type(char type, orch_json_value value) {
    char is = fake_json()->type(value);
    switch (type) {
        case 'd': return is == 'd' || is == 'i';
        case 'y': return is == 's';
        case 'j': return 1;
        default: return is == type;
    }
}

/* The text of one argument as the handler sees it, NULL for none. Null where a default stands means: left out; but
 * where that default is null it stays, so that a merge patch can tell it from nothing. `*wrong` is set when it is
 * missing or of another type. */
static char *argument_text(const orch_param *param, orch_json_value root, int *wrong) {
    const orch_json *json = fake_json();
    orch_json_value value;
    int given = json->get(root, orch_str_from(param->name), &value) != 0;
    int optional = param->default_json && strcmp(param->default_json, "null") == 0;
    if (given && json->type(value) == 'n' && param->default_json && (param->type != 'j' || optional)) {
        return fake_print("%s", param->default_json);
    }
    if (!given) {
        *wrong = !param->default_json;
        return *wrong || optional ? NULL : fake_print("%s", param->default_json);
    }
    if (!has_type(param->type, value)) {
        *wrong = 1;
        return NULL;
    }
    orch_buf text = json->text(value);
    char *copy = fake_copy(text.p, text.n);
    orch_buf_release(&text);
    return copy;
}

/* Checks the arguments and writes them with the defaults filled in. Wrong ones set the reply and give NULL. */
static char *check_args(fake_host *fake, const char *name, const orch_method *method, orch_json_doc *doc) {
    const orch_json *json = fake_json();
    orch_json_value root = json->root(doc), value;
    orch_json_cursor cursor = {{0}, 0};
    orch_str key;
    if (json->type(root) != 'o') {
        set_failure(fake, ORCH_INVALID_ARGUMENT, fake_print("The arguments of %s are one JSON object.", name));
        return NULL;
    }
    while (json->next(root, &cursor, &key, &value)) {
        if (find_param(method, key)) continue;
        set_failure(fake, ORCH_INVALID_ARGUMENT, fake_print("%s has no argument %.*s.", name, (int)key.n, key.p));
        return NULL;
    }
    char *all = fake_print("{");
    for (size_t i = 0; i < method->n_params; i++) {
        const orch_param *param = method->params[i];
        int wrong = 0;
        char *text = argument_text(param, root, &wrong), *before = all;
        if (wrong) {
            set_failure(fake, ORCH_INVALID_ARGUMENT,
                        fake_print("%s: the argument %s must be given, as type %c.", name, param->name, param->type));
            free(all);
            return NULL;
        }
        if (!text) continue;
        all = fake_print("%s%s\"%s\":%s", before, before[1] ? "," : "", param->name, text);
        free(before);
        free(text);
    }
    char *closed = fake_print("%s}", all);
    free(all);
    return closed;
}

/* Runs the handler and waits for its answer, for thirty seconds of the fake clock. */
static void run_call(fake_host *fake, fake_call *call) {
    uint32_t flags = call->method->flags;
    fake->on_worker = (flags & ORCH_METHOD_WORKER) != 0;
    ((orch_handler)call->method->fn)(fake->self, &call->face);
    fake->on_worker = 0;
    if (!call->answered && call->refs == 1) {
        fake_fault(fake, "%s returned with neither an answer nor a retained call", call->name);
        call->answered = 1;
        set_failure(fake, ORCH_INTERNAL, fake_print("%s gave no answer", call->name));
    }
    if (!call->answered && (flags & ORCH_METHOD_ANSWERS_NOW))
        fake_fault(fake, "%s promised ANSWERS_NOW and did not answer before it returned", call->name);
    fake_host_run(fake);
    for (int i = 0; i < 500 && !call->answered; i++) fake_wait(fake);
    if (!call->answered) {
        fake_fault(fake, "%s never answered", call->name);
        call->answered = 1;
        set_failure(fake, ORCH_DEADLINE_EXCEEDED, fake_print("%s did not answer in time", call->name));
    }
}

const fake_reply *fake_host_call(fake_host *fake, const char *name, const char *args) {
    const orch_method *method = fake_host_method(fake, name);
    orch_json_doc *doc = NULL;
    orch_str problem = {0};
    set(&fake->reply_chunks, orch_str_of(NULL, 0));
    if (!method || !(method->flags & ORCH_METHOD_HANDLER)) {
        set_failure(fake, ORCH_NOT_FOUND, fake_print("There is no handler %s.", name));
        return &fake->reply;
    }
    if (fake_json()->parse(orch_str_from(args), &doc, &problem) != ORCH_OK) {
        set_failure(fake, ORCH_INVALID_ARGUMENT,
                    fake_print("The arguments are not JSON: %.*s.", (int)problem.n, problem.p));
        return &fake->reply;
    }
    char *text = check_args(fake, name, method, doc);
    fake_json()->free(doc);
    if (!text) return &fake->reply;

    fake_call *call = fake_alloc(sizeof *call);
    call->face.v = &call_verbs;
    call->fake = fake;
    call->name = name;
    call->method = method;
    call->refs = 1;
    call->text = text;
    pthread_mutex_init(&call->lock, NULL);
    fake_ctx_init(&call->ctx, fake);
    list_call(call);
    if (fake_json()->parse(orch_str_from(text), &call->doc, NULL) != ORCH_OK) {
        fake_fault(fake, "a default of %s is not JSON: %s", name, text);
        fake_json()->parse(orch_str_from("{}"), &call->doc, NULL);
    }
    run_call(fake, call);
    fake->reply.chunks = fake->reply_chunks;
    call_release(&call->face);
    fake_host_run(fake);
    return &fake->reply;
}
