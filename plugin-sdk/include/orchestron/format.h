/* orchestron/format.h: messages by printf and text that is given away. For C alone; other languages have better ways,
 * so that all.h leaves it out.
 *
 *     if (!(effort > 0)) return orch_fail_f(ctx, ORCH_INVALID_ARGUMENT, "effort must be above 0, not %g", effort);
 */
#ifndef ORCHESTRON_FORMAT_H
#define ORCHESTRON_FORMAT_H

#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for a message; a longer one is cut between two characters. */
#define ORCH_MESSAGE_MAX 512

/* Prints into `room` of ORCH_MESSAGE_MAX bytes. [any-thread] */
static inline orch_str orch_format_v(char *room, const char *format, va_list arguments) {
    int printed = vsnprintf(room, ORCH_MESSAGE_MAX, format, arguments);
    size_t n = printed < 0 ? 0 : (size_t)printed;
    if (n >= ORCH_MESSAGE_MAX) {
        n = ORCH_MESSAGE_MAX - 1;
        size_t start = n; /* of the last character, which may be cut in two */
        while (start > 0 && ((unsigned char)room[start - 1] & 0xc0) == 0x80) start--;
        if (start > 0 && (unsigned char)room[start - 1] >= 0xc0) {
            unsigned char lead = (unsigned char)room[start - 1];
            size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
            if (n - (start - 1) < whole) n = start - 1;
        }
    }
    return orch_str_of(room, n);
}

/* orch_fail with a message by printf. [any-thread, the one that runs the call] */
__attribute__((format(printf, 3, 4))) static inline orch_status orch_fail_f(orch_ctx *ctx, orch_status status,
                                                                            const char *format, ...) {
    char room[ORCH_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    orch_status result = orch_fail(ctx, status, orch_format_v(room, format, arguments), orch_str_of(NULL, 0));
    va_end(arguments);
    return result;
}

/* orch_log with a message by printf. [any-thread] */
__attribute__((format(printf, 3, 4))) static inline void orch_log_f(orch_host *host, uint32_t level,
                                                                    const char *format, ...) {
    char room[ORCH_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    host->v->log(host, level, orch_format_v(room, format, arguments), orch_str_of(NULL, 0));
    va_end(arguments);
}

/* A copy of `n` bytes at `p`, to be given away. Empty when memory is short: compare `n`. [any-thread] */
static inline orch_buf orch_buf_copy(const char *p, size_t n) {
    orch_buf buf = {NULL, 0, NULL, NULL};
    char *copy = n ? (char *)malloc(n) : NULL;
    if (!copy) return buf;
    memcpy(copy, p, n);
    buf.p = copy;
    buf.n = n;
    buf.release = free;
    buf.owner = copy;
    return buf;
}

#endif
