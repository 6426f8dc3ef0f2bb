/* fake_util.c: memory, strings and UTF-8 for the fake host. */
#include "fake_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *fake_alloc(size_t n) {
    void *p = calloc(1, n ? n : 1);
    if (!p) abort();
    return p;
}

char *fake_copy(const char *p, size_t n) {
    char *copy = fake_alloc(n + 1);
    if (n) memcpy(copy, p, n);
    return copy;
}

char *fake_print(const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0) abort();
    char *text = fake_alloc((size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

void fake_strings_add(fake_strings *list, char *taken) {
    list->at = realloc(list->at, (list->n + 1) * sizeof *list->at);
    if (!list->at) abort();
    list->at[list->n++] = taken;
}

void fake_strings_free(fake_strings *list) {
    for (size_t i = 0; i < list->n; i++) free(list->at[i]);
    free(list->at);
    list->at = NULL;
    list->n = 0;
}

const char *fake_strings_get(const fake_strings *list, size_t at) { return at < list->n ? list->at[at] : NULL; }

int fake_is_utf8(const char *p, size_t n) {
    const unsigned char *at = (const unsigned char *)p, *end = at + n;
    while (at < end) {
        unsigned char lead = *at++;
        uint32_t code, least;
        int more;
        if (lead < 0x80) continue;
        if (lead >= 0xc2 && lead <= 0xdf) {
            more = 1;
            code = lead & 0x1f;
            least = 0x80;
        } else if ((lead & 0xf0) == 0xe0) {
            more = 2;
            code = lead & 0x0f;
            least = 0x800;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3;
            code = lead & 0x07;
            least = 0x10000;
        } else {
            return 0;
        }
        for (; more > 0; more--) {
            if (at == end || (*at & 0xc0) != 0x80) return 0;
            code = code << 6 | (*at++ & 0x3f);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
    }
    return 1;
}
