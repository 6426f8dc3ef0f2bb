/// A C face of simdjson's DOM parser.
///
/// simdjson is C++ and its parser throws nothing but is full of templates; Swift needs a handful of C functions. What
/// crosses is the parsed document itself: simdjson's *tape*, a flat array of 64-bit words that the caller reads
/// directly, so that no call is made per value.
///
/// The tape, as simdjson documents it: the highest byte of a word is its type, the other 56 bits its payload.
///
///     r        root; word 0 and the last word. The document's value begins at word 1.
///     n t f    null, true, false
///     l u d    signed, unsigned, double: the value is the whole of the next word. `u` only beyond INT64_MAX.
///     "        string; payload = offset into `strings`, where a 32-bit length in host order precedes the bytes
///     { [      begin; payload bits 0-31 = index of the word after the matching end, bits 32-55 = number of
///              members or elements, saturated at 0xFFFFFF. In an object keys (strings) and values alternate.
///     } ]      end
///
/// No function throws, and none keeps a pointer that it was given. A parser belongs to one thread at a time.
#ifndef ORCHESTRON_SIMDJSON_SHIM_H
#define ORCHESTRON_SIMDJSON_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The deepest nesting of arrays and objects that is accepted.
#define OJSON_MAX_DEPTH 512

/// The longest text that is accepted, in bytes.
#define OJSON_MAX_LENGTH ((size_t)1 << 30)

/// A parser with its padded input buffer and the last document; memory is reused from text to text.
typedef struct ojson_parser ojson_parser;

/// The last document of a parser. Its address lives as long as the parser; its contents change with every parse.
typedef struct ojson_view {
    const uint64_t *tape;
    const uint8_t *strings;
    size_t words;        ///< length of the tape, 0 when the last parse failed
    uint32_t generation; ///< changes with every parse
    bool distinct_keys;  ///< true once `ojson_find_duplicate_key` found none in this document
} ojson_view;

typedef enum ojson_status {
    OJSON_OK = 0,
    OJSON_EMPTY,     ///< nothing but white space
    OJSON_SYNTAX,    ///< not JSON
    OJSON_NUMBER,    ///< a malformed number, or one beyond the range of a double
    OJSON_UTF8,      ///< not UTF-8
    OJSON_TOO_DEEP,  ///< deeper than OJSON_MAX_DEPTH
    OJSON_TOO_LONG,  ///< longer than OJSON_MAX_LENGTH
    OJSON_NO_MEMORY
} ojson_status;

/// A new parser, or NULL when memory is short. Release it with `ojson_parser_destroy`.
ojson_parser *ojson_parser_create(void);

/// Releases a parser and its document. NULL is allowed.
void ojson_parser_destroy(ojson_parser *parser);

/// The view of the parser's document; never NULL.
const ojson_view *ojson_parser_view(const ojson_parser *parser);

/// Parses and validates a whole text, replacing the last document. `text` may be NULL when `length` is 0.
/// An integer beyond 64 bits becomes a double.
ojson_status ojson_parse(ojson_parser *parser, const void *text, size_t length);

/// Looks for an object that has one key twice. Returns true and borrows the key from the document, or returns false
/// and sets `distinct_keys`.
ojson_status ojson_find_duplicate_key(ojson_parser *parser, bool *found, const char **key, size_t *length);

/// Frees the parser's memory when there is room for texts longer than `length`; the document is gone then.
void ojson_parser_trim(ojson_parser *parser, size_t length);

/// True when the text is JSON beyond doubt. False says nothing: the text may hold what only `ojson_parse` judges, such as
/// an exponent, a `\u` escape, an integer of 19 digits or more than 64 levels. Made for texts of a few hundred bytes, for
/// which it takes a fraction of the time. `text` may be NULL when `length` is 0.
bool ojson_is_plain(const void *text, size_t length);

/// True when the bytes are UTF-8. `bytes` may be NULL when `length` is 0.
bool ojson_is_utf8(const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
