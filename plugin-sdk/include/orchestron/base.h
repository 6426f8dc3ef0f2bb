/* orchestron/base.h: the words that every other header uses.
 *
 * Conventions of this SDK
 *
 * Threads. Every function carries a tag:
 *   [loop-thread]    only on the host's loop thread, the thread on which the host calls plugins
 *   [worker-thread]  on a thread of the host's worker pool
 *   [any-thread]     from everywhere
 * A debug host checks the tags and names the plugin that breaks one.
 *
 * Ownership. `orch_str` is borrowed: valid during the call that passes it, copied by whoever keeps it.
 * `orch_buf` is given away: its last holder calls `release` once. A function that takes {fn, ud, release} takes it in
 * every case: when it fails, `release` runs all the same and `fn` does not. Releases of all registrations run before
 * `destroy`.
 *
 * Growth. A struct that may grow begins with `uint32_t size`, which its author sets to sizeof, and carries its
 * revision in its tag (`struct orch_method_1`). Appending a field makes the tag `_2`; a released entity never
 * changes. The structs without a size (orch_str, orch_buf, orch_task) are frozen for ever.
 *
 * Flags. Bits 0 to 15 must be understood: a plugin that sets one unknown to the host is refused. Bits 16 to 31
 * may be ignored.
 *
 * Exceptions and panics never cross: the host turns a C++ exception that reaches it into ORCH_INTERNAL and marks
 * the plugin as failed.
 */
#ifndef ORCHESTRON_BASE_H
#define ORCHESTRON_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ABI that these headers describe. A host refuses another major, and a minor larger than its own. */
#define ORCH_ABI_MAJOR 1
#define ORCH_ABI_MINOR 0

/* "ORCH", the first thing a host looks for in a descriptor. */
#define ORCH_MAGIC 0x4843524fu

#if defined(_WIN32)
#define ORCH_EXPORT __declspec(dllexport)
#else
#define ORCH_EXPORT __attribute__((visibility("default")))
#endif

/* Borrowed UTF-8 text or bytes: `n` bytes at `p`, not terminated. `p` may be NULL when `n` is 0. Frozen. */
typedef struct orch_str {
    const char *p;
    size_t n;
} orch_str;

/* Text or bytes that are given away. The last holder calls `release(owner)` once. With a NULL `release` the bytes are
 * only lent for the length of the call: who wants to keep them copies them. A result with a NULL `release` points to
 * constant memory. Frozen. */
typedef struct orch_buf {
    char *p;
    size_t n;
    void (*release)(void *owner); /* [any-thread] */
    void *owner;
} orch_buf;

/* Work for a thread: `fn(ud)` runs at most once, then `release(ud)` runs exactly once, on the loop, also when `fn`
 * never ran. Both may be NULL. Frozen. */
typedef struct orch_task {
    void (*fn)(void *ud);
    void *ud;
    void (*release)(void *ud); /* [loop-thread] */
} orch_task;

/* The outcome of an operation: one of the canonical statuses below. Anything else is read as ORCH_INTERNAL. */
typedef int32_t orch_status;

enum {
    ORCH_OK = 0,
    ORCH_CANCELLED = 1,           /* the caller went away or asked to stop */
    ORCH_INVALID_ARGUMENT = 3,    /* wrong whatever the state is */
    ORCH_DEADLINE_EXCEEDED = 4,
    ORCH_NOT_FOUND = 5,
    ORCH_ALREADY_EXISTS = 6,
    ORCH_PERMISSION_DENIED = 7,
    ORCH_RESOURCE_EXHAUSTED = 8,  /* a limit or a full queue: try later or smaller */
    ORCH_FAILED_PRECONDITION = 9, /* the state must change first */
    ORCH_ABORTED = 10,            /* a conflict: read again and retry */
    ORCH_OUT_OF_RANGE = 11,
    ORCH_UNIMPLEMENTED = 12,
    ORCH_INTERNAL = 13,           /* a fault of the callee */
    ORCH_UNAVAILABLE = 14,        /* not now: the provider is down or draining */
    ORCH_DATA_LOSS = 15,
    ORCH_UNAUTHENTICATED = 16
};

/* Symbolic threads, for `orch_host_verbs.on_thread`. */
enum { ORCH_THREAD_LOOP = 1, ORCH_THREAD_WORKER = 2 };

/* The objects that the host hands out. Each begins with its table of functions; the rest belongs to the host. */
typedef struct orch_host orch_host; /* host.h: the host as one plugin sees it; valid until the process ends */
typedef struct orch_ctx orch_ctx;   /* context.h: on whose behalf, until when */
typedef struct orch_call orch_call; /* call.h: one call of a handler method */

/* Makes an orch_str of a literal or any NUL-terminated string; NULL gives the empty string. */
static inline orch_str orch_str_from(const char *text) {
    orch_str s = {text, text ? __builtin_strlen(text) : 0};
    return s;
}

/* Makes an orch_str of `n` bytes at `p`. */
static inline orch_str orch_str_of(const char *p, size_t n) {
    orch_str s = {p, n};
    return s;
}

/* Makes a buffer of borrowed bytes, for functions that copy what has no `release`. */
static inline orch_buf orch_buf_lend(orch_str bytes) {
    orch_buf buf = {(char *)(uintptr_t)bytes.p, bytes.n, NULL, NULL};
    return buf;
}

/* Releases what a buffer holds and empties it. Harmless on an empty buffer. */
static inline void orch_buf_release(orch_buf *buf) {
    if (buf->release) buf->release(buf->owner);
    buf->p = NULL;
    buf->n = 0;
    buf->release = NULL;
    buf->owner = NULL;
}

#ifdef __cplusplus
}
#endif
#endif
