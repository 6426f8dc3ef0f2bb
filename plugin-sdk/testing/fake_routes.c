/* fake_routes.c: raw routes and files in the fake host. The requests are in fake_request.c. */
#include "fake_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of a segment, which ends at a slash, a question mark or the end. */
static size_t segment(const char *path) { return strcspn(path, "/?"); }

/* What a segment of a route is: a word, a name, or the rest. */
enum { WORD, NAME, REST };
static int kind(const char *at, size_t n) {
    if (n < 3 || at[0] != '{') return WORD;
    return n > 5 && memcmp(at + n - 4, "...}", 4) == 0 ? REST : NAME;
}

/* Walks a route beside a path. Returns how well they fit, 0 for not at all; `name`, when given, is looked up. */
static int fits(const char *route, const char *path, orch_str name, orch_str *value) {
    int score = 1;
    while (*route == '/' && *path == '/') {
        size_t n = segment(++route), m = segment(++path);
        int is = kind(route, n);
        size_t begin = is == WORD ? 0 : 1, end = is == NAME ? 1 : 4;
        if (is == REST) m = strcspn(path, "?");
        if (is == WORD ? n != m || memcmp(route, path, n) != 0 : m == 0 && is == NAME) return 0;
        if (is != WORD && value && name.n == n - begin - end && memcmp(name.p, route + begin, name.n) == 0)
            *value = orch_str_of(path, m);
        score = score * 3 + 2 - is;
        route += n;
        path += m;
    }
    return *route == 0 && (*path == 0 || *path == '?') ? score : 0;
}

fake_route *fake_route_for(fake_host *fake, const char *method, const char *path) {
    fake_route *best = NULL;
    int best_score = 0;
    size_t n = strlen(method);
    for (fake_route *route = fake->routes; route; route = route->next) {
        if (strncmp(route->text, method, n) != 0 || route->text[n] != ' ') continue;
        int score = fits(route->text + n + 1, path, orch_str_of(NULL, 0), NULL);
        if (score <= best_score) continue;
        best = route;
        best_score = score;
    }
    return best;
}

void fake_unescape(char *text, int plus_is_space) {
    char *to = text;
    for (char *from = text; *from; from++) {
        unsigned code;
        if (*from == '%' && from[1] && from[2] && sscanf(from + 1, "%2x", &code) == 1) {
            *to++ = (char)code;
            from += 2;
        } else {
            *to++ = *from == '+' && plus_is_space ? ' ' : *from;
        }
    }
    *to = 0;
}

char *fake_route_value(const fake_route *route, const char *path, orch_str name) {
    orch_str value = orch_str_of(NULL, 0);
    fits(strchr(route->text, ' ') + 1, path, name, &value);
    if (!value.p) return NULL;
    char *copy = fake_copy(value.p, value.n);
    fake_unescape(copy, 0);
    return copy;
}

/* ---- the table */

static orch_status refuse(orch_ctx *ctx, orch_status status, const char *sentence) {
    if (ctx) ctx->v->fail(ctx, status, orch_str_from(sentence), orch_str_of(NULL, 0));
    return status;
}

static orch_status add_route(fake_host *fake, orch_ctx *ctx, fake_route route, uint64_t *id) {
    const char *path = strchr(route.text, ' ');
    orch_status status = ORCH_OK;
    if (!path || path[1] != '/')
        status = refuse(ctx, ORCH_INVALID_ARGUMENT, "A route is a method, a space, and a path such as /hello/{name}.");
    for (fake_route *at = fake->routes; at && status == ORCH_OK; at = at->next)
        if (strcmp(at->text, route.text) == 0) status = refuse(ctx, ORCH_ALREADY_EXISTS, "The route is there already.");
    if (status != ORCH_OK) {
        fake_release(route.handler.release, route.handler.ud);
        free(route.text);
        free(route.folder);
        free(route.headers);
        return status;
    }
    fake_route *entry = fake_alloc(sizeof *entry);
    *entry = route;
    entry->id = ++fake->last_id;
    entry->next = fake->routes;
    fake->routes = entry;
    if (id) *id = entry->id;
    return ORCH_OK;
}

static orch_status routes_add(orch_host *host, orch_ctx *ctx, orch_str route, uint32_t flags, orch_str permission,
                              orch_http_handler handler, uint64_t *id) {
    fake_host *fake = fake_of(host);
    (void)permission;
    fake_expect_loop(fake, "http-routes add");
    fake_route entry = {0, flags, fake_copy(route.p, route.n), NULL, NULL, handler, NULL};
    return add_route(fake, ctx, entry, id);
}

static orch_status routes_add_files(orch_host *host, orch_ctx *ctx, const orch_http_files *files, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "http-routes add_files");
    orch_str prefix = files->prefix;
    if (prefix.n == 0 || prefix.p[0] != '/' || prefix.p[prefix.n - 1] != '/')
        return refuse(ctx, ORCH_INVALID_ARGUMENT, "The prefix of a folder of files must begin and end with /.");
    char *headers = fake_copy("", 0);
    for (size_t i = 0; i < files->n_headers; i++) {
        char *longer = fake_print("%s%.*s\n", headers, (int)files->headers[i].n, files->headers[i].p);
        free(headers);
        headers = longer;
    }
    char *text = fake_print("GET %.*s{path...}", (int)prefix.n, prefix.p);
    orch_http_handler none = {NULL, NULL, NULL};
    fake_route entry = {0, files->flags, text, fake_copy(files->folder.p, files->folder.n), headers, none, NULL};
    return add_route(fake, ctx, entry, id);
}

/* Takes a route out and ends what came by it. */
static void end(fake_host *fake, fake_route **at) {
    fake_route *route = *at;
    *at = route->next;
    fake_requests_end(fake, route);
    orch_task release = {NULL, route->handler.ud, route->handler.release};
    fake_post(fake, release); /* its function may be running */
    free(route->text);
    free(route->folder);
    free(route->headers);
    free(route);
}

static orch_status routes_remove(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "http-routes remove");
    for (fake_route **at = &fake->routes; *at; at = &(*at)->next) {
        if ((*at)->id != id) continue;
        end(fake, at);
        return ORCH_OK;
    }
    return ORCH_FAILED_PRECONDITION;
}

void fake_routes_clear(fake_host *fake) {
    while (fake->routes) end(fake, &fake->routes);
    fake_host_run(fake);
}

const orch_http_routes *fake_http_routes(void) {
    static const orch_http_routes table = {sizeof table, 0, routes_add, routes_add_files, routes_remove};
    return &table;
}
