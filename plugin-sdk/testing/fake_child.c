/* fake_child.c: the extensions orchestron.spawn/1 and orchestron.fs-watch/1 of the fake host: no process, no file. */
#include "fake_internal.h"

#include <orchestron/format.h>

#include <stdlib.h>
#include <string.h>

/* ---- spawn/1: a child says what fake_host_answer_commands told, once its input is closed, and ends */

struct fake_child {
    fake_host *fake;
    uint64_t id;
    orch_child_cb cb;
    char *line, *input;
    int32_t signal;
    int ended;
    struct fake_child *next;
};

static fake_child *child_of(fake_host *fake, uint64_t id) {
    fake_child *child = fake->children;
    while (child && (child->id != id || child->ended)) child = child->next;
    return child;
}

static void child_say(fake_child *child, uint32_t stream, const char *text) {
    if (child->cb.output && text && *text) child->cb.output(child->cb.ud, stream, orch_str_from(text));
}

/* Ends a child: with its script, or by the signal that it got. */
static void child_end(void *ud) {
    fake_child *child = ud;
    fake_host *fake = child->fake;
    if (child->ended) return;
    child->ended = 1;
    fake_strings_add(&fake->commands, fake_print("%s\n%s", child->line, child->input));
    if (!child->signal) {
        child_say(child, 1, fake->child_output);
        child_say(child, 2, fake->child_errors);
    }
    if (child->cb.exited) child->cb.exited(child->cb.ud, child->signal ? -1 : fake->child_status, child->signal);
    fake_release(child->cb.release, child->cb.ud);
}

static void child_end_soon(fake_child *child) {
    orch_task task = {child_end, child, NULL};
    fake_post(child->fake, task);
}

static orch_status spawn_start(orch_host *host, orch_ctx *ctx, const orch_command *command, orch_child_cb cb,
                               uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "spawn start");
    if (!command->argv || !command->argv[0] || !command->cwd || command->cwd[0] != '/') {
        fake_release(cb.release, cb.ud);
        return orch_fail_f(ctx, ORCH_INVALID_ARGUMENT, "spawn needs arguments and an absolute working folder");
    }
    char *line = fake_copy("", 0);
    for (size_t i = 0; command->argv[i]; i++) {
        char *longer = fake_print("%s%s%s", line, i ? " " : "", command->argv[i]);
        free(line);
        line = longer;
    }
    fake_child *child = fake_alloc(sizeof *child);
    child->line = line;
    child->input = fake_copy("", 0);
    child->fake = fake;
    child->id = ++fake->last_id;
    child->cb = cb;
    child->next = fake->children;
    fake->children = child;
    if (id) *id = child->id;
    return ORCH_OK;
}

static orch_status spawn_write(orch_host *host, uint64_t id, orch_str bytes) {
    fake_expect_loop(fake_of(host), "spawn write");
    fake_child *child = child_of(fake_of(host), id);
    if (!child) return ORCH_FAILED_PRECONDITION;
    if (strlen(child->input) + bytes.n > 1024 * 1024) return ORCH_RESOURCE_EXHAUSTED;
    char *longer = fake_print("%s%.*s", child->input, (int)bytes.n, bytes.n ? bytes.p : "");
    free(child->input);
    child->input = longer;
    return ORCH_OK;
}

static orch_status spawn_close_input(orch_host *host, uint64_t id) {
    fake_expect_loop(fake_of(host), "spawn close_input");
    fake_child *child = child_of(fake_of(host), id);
    if (!child) return ORCH_FAILED_PRECONDITION;
    child_end_soon(child);
    return ORCH_OK;
}

static orch_status spawn_signal(orch_host *host, uint64_t id, int32_t number) {
    fake_expect_loop(fake_of(host), "spawn signal");
    fake_child *child = child_of(fake_of(host), id);
    if (!child) return ORCH_FAILED_PRECONDITION;
    child->signal = number;
    child_end_soon(child);
    return ORCH_OK;
}

static orch_status spawn_pause(orch_host *host, uint64_t id, uint8_t paused) {
    (void)paused;
    fake_expect_loop(fake_of(host), "spawn pause");
    return child_of(fake_of(host), id) ? ORCH_OK : ORCH_FAILED_PRECONDITION;
}

const orch_spawn *fake_spawn(void) {
    static const orch_spawn table = {sizeof table, spawn_start, spawn_write, spawn_close_input, spawn_signal,
                                     spawn_pause};
    return &table;
}

void fake_host_answer_commands(fake_host *fake, const char *output, const char *errors, int64_t exit_status) {
    free(fake->child_output);
    free(fake->child_errors);
    fake->child_output = fake_copy(output, strlen(output));
    fake->child_errors = fake_copy(errors, strlen(errors));
    fake->child_status = exit_status;
}

const char *fake_host_command(const fake_host *fake, size_t at) { return fake_strings_get(&fake->commands, at); }

/* ---- fs-watch/1 */

struct fake_watch {
    uint64_t id;
    char *path;
    orch_fs_cb cb;
    struct fake_watch *next;
};

static orch_status watch_start(orch_host *host, orch_ctx *ctx, orch_str path, orch_fs_cb cb, uint64_t *id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "fs_watch start");
    if (path.n == 0 || path.p[0] != '/') {
        fake_release(cb.release, cb.ud);
        return orch_fail_f(ctx, ORCH_INVALID_ARGUMENT, "\"%.*s\" is no absolute path", (int)path.n, path.p);
    }
    fake_watch *watch = fake_alloc(sizeof *watch);
    watch->id = ++fake->last_id;
    watch->path = fake_copy(path.p, path.n);
    watch->cb = cb;
    watch->next = fake->watches;
    fake->watches = watch;
    if (id) *id = watch->id;
    return ORCH_OK;
}

static void watch_free(fake_watch *watch) {
    fake_release(watch->cb.release, watch->cb.ud);
    free(watch->path);
    free(watch);
}

static void watch_free_task(void *ud) { watch_free(ud); }

static orch_status watch_stop(orch_host *host, uint64_t id) {
    fake_host *fake = fake_of(host);
    fake_expect_loop(fake, "fs_watch stop");
    for (fake_watch **at = &fake->watches; *at; at = &(*at)->next) {
        fake_watch *watch = *at;
        if (watch->id != id) continue;
        *at = watch->next;
        /* Posted, because this may be the watch that is being told. */
        orch_task task = {watch_free_task, watch, NULL};
        fake_post(fake, task);
        return ORCH_OK;
    }
    return ORCH_FAILED_PRECONDITION;
}

const orch_fs_watch *fake_fs_watch(void) {
    static const orch_fs_watch table = {sizeof table, watch_start, watch_stop};
    return &table;
}

size_t fake_host_change(fake_host *fake, const char *path, const char *name, uint32_t changes) {
    size_t told = 0;
    for (fake_watch *watch = fake->watches, *next; watch; watch = next) {
        next = watch->next;
        if (strcmp(watch->path, path) != 0) continue;
        watch->cb.fn(watch->cb.ud, orch_str_from(name), changes);
        told++;
    }
    return told;
}

void fake_children_clear(fake_host *fake) {
    for (fake_child *child; (child = fake->children);) {
        fake->children = child->next;
        if (!child->ended) fake_release(child->cb.release, child->cb.ud);
        free(child->line);
        free(child->input);
        free(child);
    }
    for (fake_watch *watch; (watch = fake->watches);) {
        fake->watches = watch->next;
        watch_free(watch);
    }
}
