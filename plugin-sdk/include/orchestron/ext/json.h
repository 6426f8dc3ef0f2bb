/* orchestron/ext/json.h: extension "orchestron.json/1": the host's JSON parser.
 *
 * A text is parsed and checked once, whole: UTF-8, nesting up to 512. Values are small views into the document and live
 * as long as it. A document belongs to one thread at a time.
 */
#ifndef ORCHESTRON_EXT_JSON_H
#define ORCHESTRON_EXT_JSON_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_JSON "orchestron.json/1"

typedef struct orch_json_doc orch_json_doc; /* a parsed document, the host's */

/* A view of one value. Frozen. */
typedef struct orch_json_value {
    const void *doc;
    size_t at;
} orch_json_value;

/* A place in an object or array; start from zeroed memory. Frozen. */
typedef struct orch_json_cursor {
    orch_json_value next;
    size_t state;
} orch_json_cursor;

typedef struct orch_json_1 {
    uint32_t size;

    /* Parses `text`, which is copied. On ORCH_INVALID_ARGUMENT `message` (may be NULL) is set to a sentence, valid
     * until the next parse on this thread. [any-thread] */
    orch_status (*parse)(orch_str text, orch_json_doc **out, orch_str *message);
    void (*free)(orch_json_doc *doc);
    orch_json_value (*root)(orch_json_doc *doc);

    /* n null, b boolean, i integer of 64 bits, d other number, s string, a array, o object. [any-thread] */
    char (*type)(orch_json_value value);

    /* Each returns 1 and sets `out`, or 0 when the value is something else. `f64` accepts integers. [any-thread] */
    uint8_t (*boolean)(orch_json_value value, uint8_t *out);
    uint8_t (*i64)(orch_json_value value, int64_t *out);
    uint8_t (*f64)(orch_json_value value, double *out);
    uint8_t (*str)(orch_json_value value, orch_str *out);

    /* The member of an object, the element of an array, the value at a JSON pointer (RFC 6901). [any-thread] */
    uint8_t (*get)(orch_json_value value, orch_str key, orch_json_value *out);
    uint8_t (*pointer)(orch_json_value value, orch_str pointer, orch_json_value *out);

    /* The number of elements or members. [any-thread] */
    size_t (*count)(orch_json_value value);

    /* The next member (with its key) or element; 0 at the end. `key` may be NULL. [any-thread] */
    uint8_t (*next)(orch_json_value value, orch_json_cursor *cursor, orch_str *key, orch_json_value *out);

    /* The value as compact JSON text, given away. [any-thread] */
    orch_buf (*text)(orch_json_value value);
} orch_json;

#ifdef __cplusplus
}
#endif
#endif
