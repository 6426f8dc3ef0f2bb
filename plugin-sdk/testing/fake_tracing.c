/* fake_tracing.c: extension tracing/1: spans as a test asks for them. */
#include "fake_internal.h"

#include <stdlib.h>
#include <string.h>

struct fake_span {
    uint64_t id;
    char *head;         /* "KIND NAME", then " < PARENT" */
    char *attributes;   /* "KEY=VALUE\n" each */
    char *traceparent;
    struct fake_span *next;
};

static fake_span **find(fake_host *fake, uint64_t id) {
    fake_span **at = &fake->spans;
    while (*at && (*at)->id != id) at = &(*at)->next;
    return at;
}

static void span_free(fake_span *span) {
    free(span->head);
    free(span->attributes);
    free(span->traceparent);
    free(span);
}

static uint64_t tracing_begin(orch_host *host, const orch_span_start *start) {
    fake_host *fake = fake_of(host);
    if (start->size < sizeof *start || start->kind < ORCH_SPAN_INTERNAL || start->kind > ORCH_SPAN_CONSUMER ||
        start->name.n == 0) {
        fake_fault(fake, "a span needs its size, a kind and a name");
        return 0;
    }
    pthread_mutex_lock(&fake->lock);
    uint64_t id = 0;
    if (fake->records) {
        fake_span *span = fake_alloc(sizeof *span);
        id = span->id = ++fake->last_span;
        char *name = fake_copy(start->name.p, start->name.n), *parent = fake_copy(start->parent.p, start->parent.n);
        span->head = fake_print("%u %s%s%s", start->kind, name, start->ctx || !*parent ? "" : " < ",
                                start->ctx ? "" : parent);
        free(name);
        free(parent);
        span->attributes = fake_copy("", 0);
        span->traceparent = fake_print("00-%032x-%016llx-01", 1, (unsigned long long)id);
        fake_span **end = &fake->spans;
        while (*end) end = &(*end)->next;
        *end = span;
    }
    pthread_mutex_unlock(&fake->lock);
    return id;
}

static orch_str tracing_traceparent(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    pthread_mutex_lock(&fake->lock);
    fake_span *span = *find(fake, id);
    orch_str text = orch_str_from(span ? span->traceparent : NULL);
    pthread_mutex_unlock(&fake->lock);
    return text;
}

static void add(orch_host *host, uint64_t id, orch_str key, char *value) {
    fake_host *fake = fake_of(host);
    pthread_mutex_lock(&fake->lock);
    fake_span *span = *find(fake, id);
    if (span) {
        char *before = span->attributes, *name = fake_copy(key.p, key.n);
        span->attributes = fake_print("%s%s=%s\n", before, name, value);
        free(before);
        free(name);
    }
    pthread_mutex_unlock(&fake->lock);
    free(value);
}

static void tracing_text(orch_host *host, uint64_t id, orch_str key, orch_str value) {
    add(host, id, key, fake_copy(value.p, value.n));
}

static void tracing_number(orch_host *host, uint64_t id, orch_str key, int64_t value) {
    add(host, id, key, fake_print("%lld", (long long)value));
}

static void tracing_end(orch_host *host, uint64_t id, orch_status status, orch_str message) {
    fake_host *fake = fake_of(host);
    pthread_mutex_lock(&fake->lock);
    fake_span **at = find(fake, id), *span = *at;
    if (span) {
        *at = span->next;
        char *said = fake_copy(message.p, message.n);
        fake_strings_add(&fake->ended,
                         fake_print("%s\n%s%d%s%s", span->head, span->attributes, status, *said ? " " : "", said));
        free(said);
        span_free(span);
    }
    pthread_mutex_unlock(&fake->lock);
}

const orch_tracing *fake_tracing(void) {
    static const orch_tracing tracing = {
        sizeof tracing, 0, tracing_begin, tracing_traceparent, tracing_text, tracing_number, tracing_end,
    };
    return &tracing;
}

void fake_spans_clear(fake_host *fake) {
    for (fake_span *span; (span = fake->spans);) {
        fake->spans = span->next;
        fake_fault(fake, "the span \"%s\" was not ended", span->head);
        span_free(span);
    }
}

void fake_host_record(fake_host *fake) {
    pthread_mutex_lock(&fake->lock);
    fake->records = 1;
    pthread_mutex_unlock(&fake->lock);
}

const char *fake_host_span(const fake_host *fake, size_t at) { return fake_strings_get(&fake->ended, at); }
