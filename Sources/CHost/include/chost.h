/* The parts of the host that only C and C++ can say: the barrier that stops exceptions, and a lock-free stack. */
#ifndef CHOST_H
#define CHOST_H

#include <ffi.h>
#include <stdbool.h>
#include <sys/types.h>

#include "orchestron/all.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An object that plugins hold: its function table, and the Swift object behind it. */
typedef struct chost_handle {
    const void *v;
    void *object;
} chost_handle;

/* What an exception said. */
typedef struct chost_thrown {
    char text[240];
} chost_thrown;

/* The barrier: each function calls into a plugin and returns true, or returns false when an exception came out, with
 * its words in `thrown`. Nothing else in the host calls plugin code, direct slot calls apart. */
bool chost_entry(orch_plugin_entry fn, orch_host *host, const orch_plugin **out, chost_thrown *thrown);
bool chost_create(const orch_plugin *plugin, orch_host *host, orch_ctx *ctx, orch_str config, orch_str state,
                  void **self, orch_status *out, chost_thrown *thrown);
bool chost_start(const orch_plugin *plugin, void *self, uint64_t token, chost_thrown *thrown);
bool chost_health(const orch_plugin *plugin, void *self, orch_ctx *ctx, orch_status *out, chost_thrown *thrown);
bool chost_drain(const orch_plugin *plugin, void *self, uint64_t token, int64_t deadline_ms, chost_thrown *thrown);
bool chost_stop(const orch_plugin *plugin, void *self, uint64_t token, chost_thrown *thrown);
bool chost_save(const orch_plugin *plugin, void *self, orch_ctx *ctx, orch_buf *state, orch_status *out,
                chost_thrown *thrown);
bool chost_destroy(const orch_plugin *plugin, void *self, chost_thrown *thrown);
bool chost_extension(const orch_plugin *plugin, void *self, const char *id, const void **out, chost_thrown *thrown);
bool chost_reconfigure(const orch_reconfigure *table, void *self, orch_ctx *ctx, orch_str config, orch_status *out,
                       chost_thrown *thrown);
bool chost_handler(void (*fn)(void), void *self, orch_call *call, chost_thrown *thrown);
bool chost_native(ffi_cif *cif, void (*fn)(void), void *result, void **arguments, chost_thrown *thrown);
bool chost_task(void (*fn)(void *), void *ud, chost_thrown *thrown);
bool chost_job_done(void (*fn)(void *, orch_status), void *ud, orch_status status, chost_thrown *thrown);
bool chost_append_done(const orch_append_cb *cb, orch_status status, uint64_t seq, chost_thrown *thrown);
bool chost_reply(const orch_reply_cb *cb, const orch_reply *reply, chost_thrown *thrown);
bool chost_event(const orch_event_cb *cb, const orch_event *event, chost_thrown *thrown);
bool chost_store_info(const orch_event_store *store, void *self, orch_log_info *info, orch_status *out,
                      chost_thrown *thrown);
bool chost_store_read(const orch_event_store *store, void *self, uint64_t since, uint32_t limit,
                      void (*each)(void *, const orch_event *), void *ud, orch_status *out, chost_thrown *thrown);
bool chost_store_append(const orch_event_store *store, void *self, const orch_event *event, orch_append_cb cb,
                        chost_thrown *thrown);
bool chost_fs_change(const orch_fs_cb *cb, orch_str name, uint32_t changes, chost_thrown *thrown);
bool chost_child_output(const orch_child_cb *cb, uint32_t stream, orch_str data, chost_thrown *thrown);
bool chost_child_exited(const orch_child_cb *cb, int64_t exit_status, int32_t signal, chost_thrown *thrown);
bool chost_http_reply(const orch_http_cb *cb, const orch_http_reply *reply, chost_thrown *thrown);
bool chost_http_head(const orch_http_parts_cb *cb, int32_t code, orch_str headers, chost_thrown *thrown);
bool chost_http_part(const orch_http_parts_cb *cb, orch_str bytes, chost_thrown *thrown);
bool chost_http_end(const orch_http_parts_cb *cb, orch_status status, orch_str message, chost_thrown *thrown);
bool chost_http_route(const orch_http_handler *handler, orch_http_exchange *exchange, chost_thrown *thrown);
bool chost_mcp(const orch_mcp_handler *handler, orch_mcp_call *call, bool completes, chost_thrown *thrown);
bool chost_socket_message(const orch_http_socket_cb *cb, uint8_t is_text, orch_str data, chost_thrown *thrown);
bool chost_socket_writable(const orch_http_socket_cb *cb, chost_thrown *thrown);
bool chost_socket_closed(const orch_http_socket_cb *cb, uint16_t code, chost_thrown *thrown);

/* libffi's description of a type of `method.h`, by its letter; of a pointer for any other letter. [any-thread] */
ffi_type *chost_ffi_type(char letter);

/* Linux calls that Swift does not see. As in their manual pages. [any-thread] */
ssize_t chost_copy_file_range(int from, int to, size_t n);
void chost_name_thread(const char *name);

/* Starts a child in a process group of its own, which dies with the thread that started it. `fds` become its standard
 * input, output and error; nothing else is inherited. -1 and errno on failure, execve's included. [loop-thread] */
pid_t chost_spawn(const char *program, char *const *argv, char *const *envp, const char *cwd, const int fds[3]);

/* A descriptor that becomes readable when the process ends; -1 and errno on failure. [any-thread] */
int chost_pidfd(pid_t pid);

/* A stack that any thread pushes to and one thread empties. A node begins with this header. */
typedef struct chost_node {
    struct chost_node *next;
} chost_node;
typedef struct chost_stack {
    chost_node *head;
    uint64_t count;
} chost_stack;

/* Pushes a node; true when the stack was empty, so that its consumer has to be woken. [any-thread] */
static inline bool chost_push(chost_stack *stack, chost_node *node) {
    chost_node *head = __atomic_load_n(&stack->head, __ATOMIC_RELAXED);
    __atomic_fetch_add(&stack->count, 1, __ATOMIC_RELAXED);
    do {
        node->next = head;
    } while (!__atomic_compare_exchange_n(&stack->head, &head, node, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    return head == NULL;
}

/* Takes all nodes, oldest first. [the consumer's thread] */
static inline chost_node *chost_take_all(chost_stack *stack) {
    chost_node *node = __atomic_exchange_n(&stack->head, (chost_node *)NULL, __ATOMIC_ACQUIRE);
    chost_node *oldest = NULL;
    while (node) {
        chost_node *next = node->next;
        node->next = oldest;
        oldest = node;
        node = next;
    }
    return oldest;
}

/* The number of nodes pushed and not yet counted off. [any-thread] */
static inline uint64_t chost_count(const chost_stack *stack) { return __atomic_load_n(&stack->count, __ATOMIC_RELAXED); }

/* Counts nodes off once they are dealt with. [the consumer's thread] */
static inline void chost_count_off(chost_stack *stack, uint64_t n) {
    __atomic_fetch_sub(&stack->count, n, __ATOMIC_RELAXED);
}

/* Words shared between threads without a lock. [any-thread] */
static inline uint64_t chost_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void chost_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline void chost_store_relaxed(uint64_t *word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}
static inline uint64_t chost_add(uint64_t *word, uint64_t n) { return __atomic_fetch_add(word, n, __ATOMIC_SEQ_CST); }
static inline void chost_point(orch_slot *slot, orch_target *target) {
    __atomic_store_n(&slot->target, target, __ATOMIC_SEQ_CST);
}

/* One series of a metric. All but its values is constant; never freed. */
typedef struct chost_metric {
    uint64_t owner;        /* the address of the id of the plugin that defined it */
    uint32_t kind;         /* ORCH_METRIC_… */
    uint32_t n_bounds;
    const double *bounds;
    uint64_t *buckets;     /* n_bounds + 1 */
    double value;          /* of a histogram: the sum */
} chost_metric;

/* Adds to a shared number. [any-thread] */
static inline void chost_add_double(double *word, double value) {
    double before, after;
    __atomic_load(word, &before, __ATOMIC_RELAXED);
    do {
        after = before + value;
    } while (!__atomic_compare_exchange(word, &before, &after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}
static inline void chost_store_double(double *word, double value) { __atomic_store(word, &value, __ATOMIC_RELAXED); }
static inline double chost_load_double(double *word) {
    double value;
    __atomic_load(word, &value, __ATOMIC_RELAXED);
    return value;
}

/* Puts a value into a histogram. [any-thread] */
static inline void chost_metric_observe(chost_metric *metric, double value) {
    uint32_t index = 0;
    while (index < metric->n_bounds && value > metric->bounds[index]) index++;
    __atomic_fetch_add(&metric->buckets[index], 1, __ATOMIC_RELAXED);
    chost_add_double(&metric->value, value);
}

#ifdef __cplusplus
}
#endif
#endif
