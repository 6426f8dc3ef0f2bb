/* fake_mcp.c: what a plugin declares for MCP, and the requests that a test makes of it. */
#include "fake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- declarations */

/* Whether `name` stands in a list with commas that ends with a brace. */
static int lists(const char *names, const char *name, size_t n) {
    for (;; names++) {
        size_t length = strcspn(names, ",}");
        if (length == n && memcmp(names, name, n) == 0) return 1;
        names += length;
        if (*names != ',') return 0;
    }
}

/* Reads pairs `a=1&b=2` of the names in an expression; gives where they end, or NULL when there is another one. */
static const char *read_pairs(const char *names, char first, const char *uri, orch_str name, fake_bytes *value) {
    char next = first == ';' ? ';' : '&';
    if (*uri != first) return uri;
    do {
        const char *word = ++uri;
        size_t n = strcspn(word, "=&;#");
        if (!lists(names, word, n)) return NULL;
        uri += n + (word[n] == '=');
        size_t length = strcspn(uri, "&;#");
        if (value && name.n == n && memcmp(name.p, word, n) == 0) fake_append(value, uri, length);
        uri += length;
    } while (*uri == next);
    return uri;
}

/* Whether a URI is made of a template, and in `value`, unless NULL, what stands there for `name`. */
static int fits(const char *template, const char *uri, orch_str name, fake_bytes *value) {
    while (*template) {
        if (*template != '{') {
            if (*template++ != *uri++) return 0;
            continue;
        }
        char first = template[1];
        const char *end = strchr(template, '}'), *word = template + 1 + (first && strchr("+/.#?&;", first));
        if (!end) return 0;
        if (strchr("?&;", first)) {
            if (!(uri = read_pairs(word, first, uri, name, value))) return 0;
            template = end + 1;
            continue;
        }
        if (strchr("/.#", first)) {
            if (*uri != first) {
                template = end + 1;
                continue;
            }
            uri++;
        }
        size_t n = first == '+' || first == '#' ? strlen(uri) : strcspn(uri, "/?#");
        if (end[1] == '{' && strchr("?&;#", end[2])) {
            size_t room = strcspn(uri, (char[]){end[2], 0});
            if (room < n) n = room;
        }
        /* The longest value behind which the literal that follows still stands. */
        size_t literal = strcspn(end + 1, "{");
        while (n > 0 && (strncmp(uri + n, end + 1, literal) != 0 || (!end[1] && uri[n]))) n--;
        if (n == 0) return 0;
        if (value && name.n == (size_t)(end - word) && memcmp(name.p, word, name.n) == 0) fake_append(value, uri, n);
        uri += n;
        template = end + 1;
    }
    return *uri == 0;
}

static const char *key_of(uint32_t kind) {
    return kind == ORCH_MCP_RESOURCE ? "uri" : kind == ORCH_MCP_TEMPLATE ? "uriTemplate" : "name";
}

static fake_item *find(const fake_host *fake, uint32_t kind, const char *name) {
    for (fake_item *item = fake->items; item; item = item->next)
        if (item->kind == kind && strcmp(item->name, name) == 0) return item;
    if (kind != ORCH_MCP_RESOURCE) return NULL;
    for (fake_item *item = fake->items; item; item = item->next)
        if (item->kind == ORCH_MCP_TEMPLATE && fits(item->name, name, orch_str_of(NULL, 0), NULL)) return item;
    return NULL;
}

static orch_status refuse(fake_host *fake, orch_ctx *ctx, orch_mcp_handler handler, orch_status status,
                          const char *sentence) {
    if (ctx) ctx->v->fail(ctx, status, orch_str_from(sentence), orch_str_of(NULL, 0));
    orch_task release = {NULL, handler.ud, handler.release};
    fake_post(fake, release);
    return status;
}

static orch_status mcp_add(orch_host *host, orch_ctx *ctx, uint32_t kind, orch_str declaration, orch_str permission,
                           orch_mcp_handler handler, uint64_t *id) {
    fake_host *fake = fake_of(host);
    (void)permission;
    fake_expect_loop(fake, "mcp add");
    char *name = NULL;
    orch_json_doc *doc = NULL;
    orch_json_value value;
    orch_str text;
    if (kind >= ORCH_MCP_TOOL && kind <= ORCH_MCP_PROMPT && fake_json()->parse(declaration, &doc, NULL) == ORCH_OK) {
        orch_json_value root = fake_json()->root(doc);
        if (fake_json()->get(root, orch_str_from(key_of(kind)), &value) && fake_json()->str(value, &text))
            name = fake_copy(text.p, text.n);
        if (kind == ORCH_MCP_TOOL && !fake_json()->get(root, orch_str_from("inputSchema"), &value)) {
            free(name);
            name = NULL;
        }
        fake_json()->free(doc);
    }
    if (!name || !handler.run) {
        free(name);
        return refuse(fake, ctx, handler, ORCH_INVALID_ARGUMENT,
                      "A declaration for MCP has a name or URI, a tool a schema.");
    }
    for (fake_item *item = fake->items; item; item = item->next) {
        if (item->kind != kind || strcmp(item->name, name) != 0) continue;
        free(name);
        return refuse(fake, ctx, handler, ORCH_ALREADY_EXISTS, "That is declared already.");
    }
    fake_item *item = fake_alloc(sizeof *item);
    item->id = ++fake->last_id;
    item->kind = kind;
    item->name = name;
    item->declaration = fake_copy(declaration.p, declaration.n);
    item->handler = handler;
    item->next = fake->items;
    fake->items = item;
    if (id) *id = item->id;
    return ORCH_OK;
}

/* Takes a declaration out and ends what came by it. */
static void end(fake_host *fake, fake_item **at) {
    fake_item *item = *at;
    *at = item->next;
    for (fake_mcp_call *call = fake->mcp_calls; call; call = call->next)
        if (call->item == item) fake_mcp_end(call);
    orch_task release = {NULL, item->handler.ud, item->handler.release};
    fake_post(fake, release); /* its function may be running */
    free(item->name);
    free(item->declaration);
    free(item);
}

static orch_status mcp_remove(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "mcp remove");
    for (fake_item **at = &fake->items; *at; at = &(*at)->next) {
        if ((*at)->id != id) continue;
        end(fake, at);
        return ORCH_OK;
    }
    return ORCH_FAILED_PRECONDITION;
}

static void mcp_updated(orch_host *host, orch_str uri) {
    fake_expect_loop(fake_of(host), "mcp updated");
    fake_strings_add(&fake_of(host)->updated, fake_copy(uri.p, uri.n));
}

static uint8_t mcp_is_watched(orch_host *host, orch_str uri) {
    (void)uri;
    fake_expect_loop(fake_of(host), "mcp is_watched");
    return 1;
}

const orch_mcp *fake_mcp(void) {
    static const orch_mcp table = {sizeof table, 0, mcp_add, mcp_remove, mcp_updated, mcp_is_watched};
    return &table;
}

/* ---- requests */

static fake_mcp_call *run(fake_host *fake, fake_item *item, int completes, const char *name, const char *args,
                          const fake_mcp_ask *ask) {
    fake_mcp_call *call = fake_alloc(sizeof *call);
    call->face.v = &fake_mcp_verbs;
    call->fake = fake;
    call->item = item;
    call->kind = item->kind;
    call->completes = completes;
    call->status = -1;
    call->progress = -1e300;
    fake_append(&call->name, name, strlen(name));
    if (!args || !*args) args = "{}";
    fake_append(&call->args, args, strlen(args));
    const char *given[] = {ask ? ask->capabilities : NULL, ask ? ask->state : NULL, ask ? ask->replies : NULL};
    fake_bytes *to[] = {&call->capabilities, &call->state, &call->replies};
    for (size_t i = 0; i < 3; i++) fake_append(to[i], given[i] ? given[i] : "", given[i] ? strlen(given[i]) : 0);
    fake_append(&call->content, "", 0);
    fake_append(&call->result, "", 0);
    fake_append(&call->message, "", 0);
    fake_append(&call->details, "", 0);
    fake_append(&call->lines, "", 0);
    call->next = fake->mcp_calls;
    fake->mcp_calls = call;
    call->references = 1;
    (completes ? item->handler.complete : item->handler.run)(item->handler.ud, &call->face);
    call->face.v->release(&call->face);
    fake_host_run(fake);
    return call;
}

fake_mcp_call *fake_host_mcp(fake_host *fake, uint32_t kind, const char *name, const char *args,
                             const fake_mcp_ask *ask) {
    fake_item *item = find(fake, kind, name);
    return item ? run(fake, item, 0, name, args, ask) : NULL;
}

fake_mcp_call *fake_host_mcp_complete(fake_host *fake, uint32_t kind, const char *name, const char *argument,
                                      const char *args) {
    fake_item *item = find(fake, kind, name);
    return item && item->handler.complete ? run(fake, item, 1, argument, args, NULL) : NULL;
}

char *fake_mcp_value(const fake_mcp_call *call, orch_str name) {
    if (call->kind == ORCH_MCP_TEMPLATE && !call->completes) {
        fake_bytes value = {NULL, 0};
        if (!call->item || !fits(call->item->name, call->name.p, name, &value) || !value.p) return NULL;
        fake_unescape(value.p, 0);
        return value.p;
    }
    return fake_member(call->args.p, name, 1);
}

const char *fake_host_mcp_declaration(const fake_host *fake, uint32_t kind, const char *name) {
    for (fake_item *item = fake->items; item; item = item->next)
        if (item->kind == kind && strcmp(item->name, name) == 0) return item->declaration;
    return NULL;
}

const char *fake_host_mcp_updated(const fake_host *fake, size_t at) { return fake_strings_get(&fake->updated, at); }

void fake_mcp_clear(fake_host *fake) {
    while (fake->items) end(fake, &fake->items);
    fake_host_run(fake);
}

int fake_mcp_calls_clear(fake_host *fake) {
    int kept = 0;
    for (fake_mcp_call *call; (call = fake->mcp_calls);) {
        fake->mcp_calls = call->next;
        kept += call->references > 0;
        fake_bytes *all[] = {&call->name,    &call->args,   &call->capabilities, &call->state,  &call->replies,
                             &call->content, &call->result, &call->message,      &call->details, &call->lines};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]->p);
        fake_strings_free(&call->values);
        free(call);
    }
    fake_strings_free(&fake->updated);
    return kept;
}
