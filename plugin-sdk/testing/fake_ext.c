/* fake_ext.c: the extensions of the fake host. */
#include "fake_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- timer/1 */

static orch_status timer_start(orch_host *host, uint64_t delay_ms, uint64_t repeat_ms, orch_task task, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "timer start");
    fake_timer *timer = fake_alloc(sizeof *timer);
    timer->id = ++fake->last_id;
    timer->due = fake->now + delay_ms;
    timer->repeat = repeat_ms;
    timer->task = task;
    fake_timer **end = &fake->timers;
    while (*end) end = &(*end)->next;
    *end = timer;
    if (id) *id = timer->id;
    return ORCH_OK;
}

static orch_status timer_stop(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "timer stop");
    for (fake_timer **at = &fake->timers; *at; at = &(*at)->next) {
        fake_timer *timer = *at;
        if (timer->id != id) continue;
        *at = timer->next;
        /* Posted, because this may be the timer that is firing. */
        orch_task release = {NULL, timer->task.ud, timer->task.release};
        fake_post(fake, release);
        free(timer);
        return ORCH_OK;
    }
    return ORCH_FAILED_PRECONDITION;
}

void fake_timers_clear(fake_host *fake) {
    for (fake_timer *timer; (timer = fake->timers);) {
        fake->timers = timer->next;
        fake_release(timer->task.release, timer->task.ud);
        free(timer);
    }
}

/* ---- work/1: one job after the other, on the loop thread while `on_worker` is set */

typedef struct job {
    fake_host *fake;
    orch_job job;
} job;

static void run_job(void *ud) {
    job *j = ud;
    j->fake->on_worker = 1;
    j->job.run(j->job.ud);
    j->fake->on_worker = 0;
    if (j->job.done) j->job.done(j->job.ud, ORCH_OK);
}

static void free_job(void *ud) {
    job *j = ud;
    fake_release(j->job.release, j->job.ud);
    free(j);
}

static orch_status work_submit(orch_host *host, orch_job work, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "work submit");
    job *j = fake_alloc(sizeof *j);
    j->fake = fake;
    j->job = work;
    if (id) *id = ++fake->last_id;
    orch_task task = {run_job, j, free_job};
    fake_post(fake, task);
    return ORCH_OK;
}

/* A job counts as begun as soon as it is submitted. */
static orch_status work_cancel(orch_host *host, uint64_t id) {
    (void)id;
    fake_expect_loop(fake_of(host), "work cancel");
    return ORCH_FAILED_PRECONDITION;
}

/* ---- event-log/1 */

typedef struct append {
    uint64_t seq;
    orch_append_cb cb;
} append;

static void append_done(void *ud) {
    append *a = ud;
    if (a->cb.fn) a->cb.fn(a->cb.ud, ORCH_OK, a->seq);
}

static void append_free(void *ud) {
    append *a = ud;
    fake_release(a->cb.release, a->cb.ud);
    free(a);
}

static void log_append(orch_host *host, orch_ctx *ctx, orch_str topic, orch_str data, orch_append_cb cb) {
    fake_host *fake = fake_of(host);
    (void)ctx;
    fake_expect_loop(fake, "event-log append");
    append *a = fake_alloc(sizeof *a);
    a->seq = ++fake->seq;
    a->cb = cb;
    orch_task task = {append_done, a, append_free};
    pthread_mutex_lock(&fake->lock);
    fake_strings_add(&fake->topics, fake_copy(topic.p, topic.n));
    fake_strings_add(&fake->data, fake_copy(data.p, data.n));
    pthread_mutex_unlock(&fake->lock);
    fake_post(fake, task);
    fake_deliver(fake, topic, data, orch_str_from(fake->id), a->seq);
}

static orch_status log_recorded(orch_host *host, const orch_event *const *events, size_t n_events) {
    for (size_t i = 0; i < n_events; i++)
        fake_deliver(fake_of(host), events[i]->topic, events[i]->data, events[i]->source, events[i]->seq);
    return ORCH_OK;
}

/* ---- metrics/1: taken and forgotten */

/* Whether a name ends with its unit. */
static int ends_with_unit(const char *name, const char *unit) {
    size_t n = strlen(name), m = strlen(unit);
    return strcmp(unit, "1") == 0 || m == 0 || (n >= m && strcmp(name + n - m, unit) == 0);
}

static orch_status metrics_define(orch_host *host, const orch_metric *metric, uint64_t *handle) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "metrics define");
    if (!metric->name || !metric->doc) fake_fault(fake, "a metric needs name and doc");
    else if (metric->unit && !ends_with_unit(metric->name, metric->unit))
        fake_fault(fake, "the name of a metric ends with its unit");
    *handle = ++fake->last_id;
    return ORCH_OK;
}

static void metrics_take(orch_host *host, uint64_t handle, double value) {
    (void)value;
    if (handle == 0) fake_fault(fake_of(host), "a metric is used that was never defined");
}

/* ---- state/1 */

static orch_status state_load(orch_host *host, orch_buf *out) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "state load");
    if (!fake->state) return ORCH_NOT_FOUND;
    orch_buf copy = {fake_copy(fake->state, fake->state_n), fake->state_n, free, NULL};
    copy.owner = copy.p;
    *out = copy;
    return ORCH_OK;
}

static orch_status state_store(orch_host *host, orch_str bytes) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "state store");
    if (bytes.n > 1024 * 1024) return ORCH_RESOURCE_EXHAUSTED;
    free(fake->state);
    fake->state = fake_copy(bytes.p, bytes.n);
    fake->state_n = bytes.n;
    return ORCH_OK;
}

/* ---- progress/1: heard and forgotten */

static void progress_report(orch_host *host, uint64_t done, uint64_t total, orch_str what) {
    (void)host, (void)done, (void)total, (void)what;
}

/* ---- actor/1: whoever is acted for may do everything */

static orch_status actor_make(orch_host *host, const orch_identity *identity, orch_ctx **out) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "actor make");
    if (!identity || identity->size < sizeof *identity || !memchr(identity->actor.p, ':', identity->actor.n))
        return ORCH_INVALID_ARGUMENT;
    fake_strings_add(&fake->acted,
                     fake_print("%.*s %.*s %.*s %.*s", (int)identity->actor.n, identity->actor.p,
                                (int)identity->behalf.n, identity->behalf.n ? identity->behalf.p : "",
                                (int)identity->rights.n, identity->rights.n ? identity->rights.p : "",
                                (int)identity->trace.n, identity->trace.n ? identity->trace.p : ""));
    *out = &fake->ctx.face;
    return ORCH_OK;
}

static void actor_free(orch_host *host, orch_ctx *ctx) { (void)host, (void)ctx; }

const void *fake_extension(fake_host *fake, const char *id) {
    static const orch_actor actor = {sizeof actor, actor_make, actor_free};
    static const orch_timer timer = {sizeof timer, timer_start, timer_stop};
    static const orch_work work = {sizeof work, work_submit, work_cancel};
    static const orch_event_log event_log = {sizeof event_log, log_append, log_recorded};
    static const orch_metrics metrics = {sizeof metrics, metrics_define, metrics_take, metrics_take, metrics_take};
    static const orch_progress progress = {sizeof progress, progress_report};
    static const orch_state state = {sizeof state, state_load, state_store};
    const struct {
        const char *id;
        const void *table;
    } known[] = {
        {ORCH_EXT_TIMER, &timer},      {ORCH_EXT_WORK, &work},       {ORCH_EXT_EVENT_LOG, &event_log},
        {ORCH_EXT_METRICS, &metrics},  {ORCH_EXT_STATE, &state},     {ORCH_EXT_HTTP_CLIENT, fake_http_client()},
        {ORCH_EXT_JSON, fake_json()},  {ORCH_EXT_SPAWN, fake_spawn()}, {ORCH_EXT_FS_WATCH, fake_fs_watch()},
        {ORCH_EXT_HTTP_ROUTES, fake_http_routes()},
        {ORCH_EXT_TRACING, fake_tracing()},
        {ORCH_EXT_PROGRESS, &progress}, {ORCH_EXT_MCP, fake_mcp()}, {ORCH_EXT_ACTOR, &actor},
    };
    (void)fake;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].id, id) == 0) return known[i].table;
    return NULL;
}
