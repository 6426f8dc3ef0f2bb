/* fake_host.c: the loop and the life of a plugin in the fake host. */
#include "fake_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void fake_fault(fake_host *fake, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "fake host: fault of plugin %s: ", fake->id);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    pthread_mutex_lock(&fake->lock);
    fake->faults++;
    pthread_mutex_unlock(&fake->lock);
}

void fake_expect_loop(fake_host *fake, const char *verb) {
    if (!pthread_equal(fake->loop, pthread_self()) || fake->on_worker)
        fake_fault(fake, "%s is for the loop thread alone", verb);
}

void fake_release(void (*release)(void *ud), void *ud) {
    if (release) release(ud);
}

/* ---- the queue */

void fake_post(fake_host *fake, orch_task task) {
    fake_task *entry = fake_alloc(sizeof *entry);
    entry->task = task;
    pthread_mutex_lock(&fake->lock);
    if (fake->last) {
        fake->last->next = entry;
    } else {
        fake->first = entry;
    }
    fake->last = entry;
    pthread_cond_signal(&fake->posted);
    pthread_mutex_unlock(&fake->lock);
}

static fake_task *take_task(fake_host *fake) {
    pthread_mutex_lock(&fake->lock);
    fake_task *entry = fake->first;
    if (entry) {
        fake->first = entry->next;
        if (!fake->first) fake->last = NULL;
    }
    pthread_mutex_unlock(&fake->lock);
    return entry;
}

size_t fake_host_run(fake_host *fake) {
    enum { MAX = 1000000 };
    size_t n = 0;
    for (fake_task *entry; n < MAX && (entry = take_task(fake)); n++) {
        if (entry->task.fn) entry->task.fn(entry->task.ud);
        fake_release(entry->task.release, entry->task.ud);
        free(entry);
    }
    if (n == MAX) fake_fault(fake, "its tasks queue tasks without end");
    return n;
}

void fake_host_advance(fake_host *fake, uint64_t ms) {
    uint64_t until = fake->now + ms;
    for (;;) {
        fake_host_run(fake);
        fake_timer **next = NULL;
        for (fake_timer **at = &fake->timers; *at; at = &(*at)->next)
            if ((*at)->due <= until && (!next || (*at)->due < (*next)->due)) next = at;
        if (!next) break;
        fake_timer *timer = *next;
        fake->now = timer->due > fake->now ? timer->due : fake->now;
        if (timer->repeat) {
            timer->due = fake->now + timer->repeat;
            timer->task.fn(timer->task.ud); /* may stop this very timer: it is not touched again */
            continue;
        }
        *next = timer->next;
        if (timer->task.fn) timer->task.fn(timer->task.ud);
        fake_release(timer->task.release, timer->task.ud);
        free(timer);
    }
    fake->now = until;
}

void fake_wait(fake_host *fake) {
    if (!fake->timers) {
        struct timespec until;
        timespec_get(&until, TIME_UTC);
        until.tv_nsec += 20 * 1000 * 1000;
        if (until.tv_nsec >= 1000 * 1000 * 1000) {
            until.tv_sec++;
            until.tv_nsec -= 1000 * 1000 * 1000;
        }
        pthread_mutex_lock(&fake->lock);
        while (!fake->first && pthread_cond_timedwait(&fake->posted, &fake->lock, &until) == 0) {}
        pthread_mutex_unlock(&fake->lock);
    }
    fake_host_advance(fake, 100);
}

/* ---- making and freeing */

fake_host *fake_host_new(const char *id, const char *storage_dir) {
    fake_host *fake = fake_alloc(sizeof *fake);
    fake->face.v = &fake_verbs;
    fake->id = fake_copy(id, strlen(id));
    fake->storage_dir = fake_copy(storage_dir, strlen(storage_dir));
    fake->loop = pthread_self();
    fake->http_code = 200;
    fake->http_body = fake_copy("", 0);
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->posted, NULL);
    fake_ctx_init(&fake->ctx, fake);
    return fake;
}

int fake_host_free(fake_host *fake) {
    fake_host_unload(fake);
    fake_host_run(fake);
    int kept = fake_calls_clear(fake);
    if (kept > 0) fake_fault(fake, "it never released %d calls that it retained", kept);
    kept = fake_requests_clear(fake) + fake_mcp_calls_clear(fake);
    if (kept > 0) fake_fault(fake, "it never released %d requests that it retained", kept);
    fake_spans_clear(fake);
    int faults = fake->faults;
    for (fake_stub *stub; (stub = fake->stubs);) {
        fake->stubs = stub->next;
        free(stub->method);
        free(stub->json);
        free(stub);
    }
    for (fake_import *import; (import = fake->imports);) {
        fake->imports = import->next;
        free(import->method);
        free(import->signature);
        free(import);
    }
    fake_strings_free(&fake->log);
    fake_strings_free(&fake->topics);
    fake_strings_free(&fake->acted);
    fake_strings_free(&fake->data);
    fake_strings_free(&fake->requests);
    fake_strings_free(&fake->commands);
    fake_strings_free(&fake->ended);
    fake_ctx_clear(&fake->ctx);
    char *rest[] = {fake->reply_json, fake->reply_message, fake->reply_details, fake->reply_chunks,
                    fake->http_body,  fake->state,         fake->id,            fake->storage_dir,
                    fake->child_output, fake->child_errors};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) free(rest[i]);
    free(fake->added);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
    return faults;
}

int fake_host_faults(const fake_host *fake) { return fake->faults; }
orch_host *fake_host_handle(fake_host *fake) { return &fake->face; }
orch_ctx *fake_host_ctx(fake_host *fake) { return &fake->ctx.face; }
const char *fake_host_message(const fake_host *fake) { return fake->ctx.message ? fake->ctx.message : ""; }
void *fake_host_self(const fake_host *fake) { return fake->self; }

/* ---- the life of the plugin */

/* Waits for the token, for ten seconds of the fake clock. */
static orch_status wait_for_token(fake_host *fake, const char *what) {
    fake_host_run(fake);
    for (int i = 0; i < 500 && fake->token; i++) fake_wait(fake);
    if (!fake->token) return fake->token_status;
    fake->token = 0;
    fake_fault(fake, "%s never called done", what);
    return ORCH_DEADLINE_EXCEEDED;
}

static uint64_t new_token(fake_host *fake) { return fake->token = ++fake->last_id; }

static orch_status refuse(fake_host *fake, char *message) {
    orch_fail(&fake->ctx.face, ORCH_FAILED_PRECONDITION, orch_str_from(message), orch_str_of(NULL, 0));
    free(message);
    return ORCH_FAILED_PRECONDITION;
}

static orch_status check_descriptor(fake_host *fake, const orch_plugin *plugin) {
    if (!plugin) return refuse(fake, fake_print("the entry function returned NULL"));
    if (plugin->magic != ORCH_MAGIC) return refuse(fake, fake_print("the magic number is wrong"));
    if (plugin->abi_major != ORCH_ABI_MAJOR || plugin->abi_minor > ORCH_ABI_MINOR)
        return refuse(fake, fake_print("the plugin needs ABI %d.%d, this host has %d.%d", plugin->abi_major,
                                       plugin->abi_minor, ORCH_ABI_MAJOR, ORCH_ABI_MINOR));
    if (strcmp(plugin->id, fake->id) != 0)
        return refuse(fake, fake_print("the plugin calls itself %s, not %s", plugin->id, fake->id));
    return ORCH_OK;
}

orch_status fake_host_load(fake_host *fake, orch_plugin_entry entry, const char *config) {
    const orch_plugin *plugin = entry(&fake->face);
    orch_status status = check_descriptor(fake, plugin);
    if (status != ORCH_OK) return status;
    void *self = NULL;
    if (plugin->create)
        status = plugin->create(&fake->face, &fake->ctx.face, orch_str_from(config), orch_str_of(NULL, 0), &self);
    if (status != ORCH_OK) {
        fake_timers_clear(fake);
        fake_unsubscribe_all(fake);
        fake_routes_clear(fake);
        fake_mcp_clear(fake);
        return status;
    }
    fake->plugin = plugin;
    fake->self = self;
    if (plugin->start) {
        plugin->start(self, new_token(fake));
        status = wait_for_token(fake, "start");
        if (status != ORCH_OK) fake_host_unload(fake);
    }
    return status;
}

orch_status fake_host_reconfigure(fake_host *fake, const char *config) {
    const orch_plugin *plugin = fake->plugin;
    const orch_reconfigure *table = NULL;
    if (plugin && plugin->extension) table = plugin->extension(fake->self, ORCH_EXT_RECONFIGURE);
    if (!table || !table->reconfigure)
        return orch_fail(&fake->ctx.face, ORCH_UNIMPLEMENTED, orch_str_from("the plugin provides no " ORCH_EXT_RECONFIGURE),
                         orch_str_of(NULL, 0));
    return table->reconfigure(fake->self, &fake->ctx.face, orch_str_from(config));
}

orch_status fake_host_unload(fake_host *fake) {
    const orch_plugin *plugin = fake->plugin;
    orch_status drained = ORCH_OK, stopped = ORCH_OK;
    if (!plugin) return ORCH_OK;
    if (plugin->drain) {
        plugin->drain(fake->self, new_token(fake), 5000);
        drained = wait_for_token(fake, "drain");
    }
    if (plugin->stop) {
        plugin->stop(fake->self, new_token(fake));
        stopped = wait_for_token(fake, "stop");
    }
    fake_timers_clear(fake);
    fake_unsubscribe_all(fake);
    fake_downloads_end(fake);
    fake->n_added = 0;
    fake_host_run(fake);
    fake_children_clear(fake);
    fake_downloads_clear(fake);
    fake_routes_clear(fake);
    fake_mcp_clear(fake);
    if (plugin->destroy) plugin->destroy(fake->self);
    fake->plugin = NULL;
    fake->self = NULL;
    return drained != ORCH_OK ? drained : stopped;
}

/* ---- declarations */

static const orch_method *find_in(const orch_service *service, const char *name) {
    size_t n = strlen(service->name);
    if (strncmp(service->name, name, n) != 0 || name[n] != '.') return NULL;
    for (size_t i = 0; i < service->n_methods; i++)
        if (strcmp(service->methods[i]->name, name + n + 1) == 0) return service->methods[i];
    return NULL;
}

const orch_method *fake_host_method(const fake_host *fake, const char *name) {
    const orch_method *found = NULL;
    for (size_t i = 0; fake->plugin && !found && i < fake->plugin->n_services; i++)
        found = find_in(fake->plugin->services[i], name);
    for (size_t i = 0; !found && i < fake->n_added; i++) found = find_in(fake->added[i], name);
    return found;
}

/* ---- what tests look at and prepare */

const char *fake_host_published_topic(const fake_host *fake, size_t at) { return fake_strings_get(&fake->topics, at); }
const char *fake_host_published_data(const fake_host *fake, size_t at) { return fake_strings_get(&fake->data, at); }
const char *fake_host_acted(const fake_host *fake, size_t at) { return fake_strings_get(&fake->acted, at); }
const char *fake_host_http_request(const fake_host *fake, size_t at) { return fake_strings_get(&fake->requests, at); }

int fake_host_logged(const fake_host *fake, const char *text) {
    for (size_t i = 0; i < fake->log.n; i++)
        if (strstr(fake->log.at[i], text)) return 1;
    return 0;
}

void fake_host_event(fake_host *fake, const char *topic, const char *data) {
    fake_deliver(fake, orch_str_from(topic), orch_str_from(data), orch_str_from("test"), 0);
}

void fake_host_answer_calls(fake_host *fake, const char *method, orch_status status, const char *json) {
    fake_stub *stub = fake_alloc(sizeof *stub);
    stub->method = fake_copy(method, strlen(method));
    stub->status = status;
    stub->json = fake_copy(json, strlen(json));
    stub->next = fake->stubs;
    fake->stubs = stub;
}

static uint64_t no_clock(void) { return 0; }

void fake_host_provide(fake_host *fake, const char *method, const char *signature, void (*fn)(void), void *self) {
    fake_import *import = fake_alloc(sizeof *import);
    import->method = fake_copy(method, strlen(method));
    import->signature = fake_copy(signature, strlen(signature));
    import->target.size = sizeof import->target;
    import->target.fn = fn;
    import->target.self = self;
    import->target.clock = no_clock;
    import->slot.size = sizeof import->slot;
    import->slot.target = &import->target;
    import->slot.ctx = &fake->ctx.face;
    import->next = fake->imports;
    fake->imports = import;
}

void fake_host_answer_http(fake_host *fake, int32_t code, const char *body) {
    free(fake->http_body);
    fake->http_code = code;
    fake->http_body = fake_copy(body, strlen(body));
}
