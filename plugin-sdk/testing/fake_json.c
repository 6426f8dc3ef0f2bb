/* fake_json.c: the extension orchestron.json/1 of the fake host: a plain recursive parser into a tree. */
#include "fake_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 512 };

/* A value. Members and elements are a list; `text` is a slice of the document's copy of the input. */
typedef struct node {
    char type;
    uint8_t boolean;
    int64_t integer;
    double number;
    char *string;
    size_t string_n;
    char *key;
    size_t key_n;
    const char *text;
    size_t text_n;
    struct node *first, *last, *next;
    size_t count;
} node;

struct orch_json_doc {
    char *text;
    node *root;
};

typedef struct parser {
    const char *at, *end;
    const char *problem;
} parser;

static void free_node(node *n) {
    while (n) {
        node *next = n->next;
        free_node(n->first);
        free(n->string);
        free(n->key);
        free(n);
        n = next;
    }
}

static void skip_space(parser *p) {
    while (p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at) p->at++;
}

static int refuse(parser *p, const char *problem) {
    if (!p->problem) p->problem = problem;
    return 0;
}

static int take_word(parser *p, const char *word) {
    size_t n = strlen(word);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0) return refuse(p, "a value is misspelled");
    p->at += n;
    return 1;
}

static int hex4(parser *p, uint32_t *out) {
    *out = 0;
    for (int i = 0; i < 4; i++, p->at++) {
        char c = p->at < p->end ? *p->at : 0;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16) return refuse(p, "\\u needs four hexadecimal digits");
        *out = *out * 16 + digit;
    }
    return 1;
}

/* Writes a character as UTF-8; returns how many bytes. */
static size_t put_utf8(char *to, uint32_t c) {
    static const unsigned char leads[] = {0x00, 0xc0, 0xe0, 0xf0};
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (size_t i = more; i > 0; i--, c >>= 6) to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(leads[more] | c);
    return more + 1;
}

/* Parses a string at its opening quote into fresh memory. */
static int take_string(parser *p, char **out, size_t *out_n) {
    char *to = fake_alloc((size_t)(p->end - p->at) + 1);
    size_t n = 0;
    *out = to;
    for (p->at++; p->at < p->end && *p->at != '"';) {
        if ((unsigned char)*p->at < 0x20) return refuse(p, "a control character stands in a string");
        if (*p->at != '\\') {
            to[n++] = *p->at++;
            continue;
        }
        p->at++;
        char escape = p->at < p->end ? *p->at++ : 0;
        static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
        const char *simple = escape ? strchr(from, escape) : NULL;
        uint32_t code, low;
        if (simple) {
            to[n++] = into[simple - from];
        } else if (escape != 'u') {
            return refuse(p, "an escape is unknown");
        } else {
            if (!hex4(p, &code)) return 0;
            if (code >= 0xdc00 && code <= 0xdfff) return refuse(p, "a surrogate stands alone");
            if (code >= 0xd800 && code <= 0xdbff) {
                if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
                    return refuse(p, "a surrogate stands alone");
                p->at += 2;
                if (!hex4(p, &low)) return 0;
                if (low < 0xdc00 || low > 0xdfff) return refuse(p, "a surrogate stands alone");
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
            n += put_utf8(to + n, code);
        }
    }
    if (p->at == p->end) return refuse(p, "a string does not end");
    p->at++;
    to[n] = 0;
    *out_n = n;
    return fake_is_utf8(to, n) || refuse(p, "a string is not UTF-8");
}

static int digits(parser *p) {
    const char *start = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9') p->at++;
    return p->at > start || refuse(p, "a number lacks digits");
}

static int take_number(parser *p, node *n) {
    const char *start = p->at;
    int whole = 1;
    if (*p->at == '-') p->at++;
    if (p->at < p->end && *p->at == '0') {
        p->at++;
    } else if (!digits(p)) {
        return 0;
    }
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        whole = 0;
        if (!digits(p)) return 0;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        whole = 0;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-')) p->at++;
        if (!digits(p)) return 0;
    }
    /* The text ends with NUL (see parse), so that strtod and strtoll stop by themselves. */
    errno = 0;
    n->number = strtod(start, NULL);
    n->type = 'd';
    if (whole) {
        errno = 0;
        n->integer = strtoll(start, NULL, 10);
        if (errno == 0) n->type = 'i';
    }
    return 1;
}

static int take_value(parser *p, node *n, int depth);

static int take_children(parser *p, node *n, int depth) {
    char close = n->type == 'o' ? '}' : ']';
    p->at++;
    skip_space(p);
    if (p->at < p->end && *p->at == close) {
        p->at++;
        return 1;
    }
    for (;;) {
        node *child = fake_alloc(sizeof *child);
        if (n->last) {
            n->last->next = child;
        } else {
            n->first = child;
        }
        n->last = child;
        n->count++;
        skip_space(p);
        if (n->type == 'o') {
            if (p->at == p->end || *p->at != '"') return refuse(p, "a member lacks its name");
            if (!take_string(p, &child->key, &child->key_n)) return 0;
            skip_space(p);
            if (p->at == p->end || *p->at++ != ':') return refuse(p, "a member lacks its colon");
        }
        if (!take_value(p, child, depth + 1)) return 0;
        skip_space(p);
        if (p->at == p->end) return refuse(p, "an object or array does not end");
        char next = *p->at++;
        if (next == close) return 1;
        if (next != ',') return refuse(p, "a comma is missing");
    }
}

static int take_value(parser *p, node *n, int depth) {
    skip_space(p);
    if (p->at == p->end) return refuse(p, "a value is missing");
    if (depth > DEPTH_MAX) return refuse(p, "it is nested deeper than 512");
    n->text = p->at;
    int fine;
    switch (*p->at) {
        case '{':
        case '[':
            n->type = *p->at == '{' ? 'o' : 'a';
            fine = take_children(p, n, depth);
            break;
        case '"':
            n->type = 's';
            fine = take_string(p, &n->string, &n->string_n);
            break;
        case 't':
        case 'f':
            n->type = 'b';
            n->boolean = *p->at == 't';
            fine = take_word(p, n->boolean ? "true" : "false");
            break;
        case 'n':
            n->type = 'n';
            fine = take_word(p, "null");
            break;
        default: fine = take_number(p, n);
    }
    n->text_n = (size_t)(p->at - n->text);
    return fine;
}

static void json_free(orch_json_doc *doc) {
    if (!doc) return;
    free_node(doc->root);
    free(doc->text);
    free(doc);
}

static orch_status json_parse(orch_str text, orch_json_doc **out, orch_str *message) {
    orch_json_doc *doc = fake_alloc(sizeof *doc);
    doc->text = fake_copy(text.p, text.n);
    doc->root = fake_alloc(sizeof *doc->root);
    parser p = {doc->text, doc->text + text.n, NULL};
    int fine = take_value(&p, doc->root, 0);
    skip_space(&p);
    if (fine && p.at != p.end) fine = refuse(&p, "something follows the value");
    if (fine) {
        *out = doc;
        return ORCH_OK;
    }
    if (message) *message = orch_str_from(p.problem);
    json_free(doc);
    return ORCH_INVALID_ARGUMENT;
}

/* A value is its document and the address of its node. */
static orch_json_value value_of(const void *doc, const node *n) {
    orch_json_value value = {doc, (size_t)(uintptr_t)n};
    return value;
}
static const node *node_of(orch_json_value value) { return (const node *)(uintptr_t)value.at; }

static orch_json_value json_root(orch_json_doc *doc) { return value_of(doc, doc->root); }
static char json_type(orch_json_value value) { return node_of(value)->type; }

static uint8_t json_boolean(orch_json_value value, uint8_t *out) {
    const node *n = node_of(value);
    if (n->type != 'b') return 0;
    *out = n->boolean;
    return 1;
}
static uint8_t json_i64(orch_json_value value, int64_t *out) {
    const node *n = node_of(value);
    if (n->type != 'i') return 0;
    *out = n->integer;
    return 1;
}
static uint8_t json_f64(orch_json_value value, double *out) {
    const node *n = node_of(value);
    if (n->type != 'i' && n->type != 'd') return 0;
    *out = n->number;
    return 1;
}
static uint8_t json_str(orch_json_value value, orch_str *out) {
    const node *n = node_of(value);
    if (n->type != 's') return 0;
    *out = orch_str_of(n->string, n->string_n);
    return 1;
}

static uint8_t json_get(orch_json_value value, orch_str key, orch_json_value *out) {
    const node *n = node_of(value);
    if (n->type != 'o') return 0;
    for (n = n->first; n; n = n->next) {
        if (n->key_n != key.n || memcmp(n->key, key.p, key.n) != 0) continue;
        *out = value_of(value.doc, n);
        return 1;
    }
    return 0;
}

static uint8_t json_element(orch_json_value value, orch_str index, orch_json_value *out) {
    const node *n = node_of(value);
    size_t at = 0;
    if (n->type != 'a' || index.n == 0 || index.n > 9 || (index.p[0] == '0' && index.n > 1)) return 0;
    for (size_t i = 0; i < index.n; i++) {
        if (index.p[i] < '0' || index.p[i] > '9') return 0;
        at = at * 10 + (size_t)(index.p[i] - '0');
    }
    n = n->first;
    while (n && at-- > 0) n = n->next;
    if (!n) return 0;
    *out = value_of(value.doc, n);
    return 1;
}

static uint8_t json_pointer(orch_json_value value, orch_str pointer, orch_json_value *out) {
    const char *at = pointer.p, *end = pointer.p + pointer.n;
    uint8_t found = 1;
    *out = value;
    while (found && at < end) {
        if (*at++ != '/') return 0;
        char *token = fake_alloc((size_t)(end - at) + 1);
        size_t n = 0;
        for (; at < end && *at != '/'; at++) {
            if (*at == '~' && at + 1 < end && (at[1] == '0' || at[1] == '1')) {
                token[n++] = *++at == '0' ? '~' : '/';
            } else {
                token[n++] = *at;
            }
        }
        found = json_type(*out) == 'o' ? json_get(*out, orch_str_of(token, n), out)
                                       : json_element(*out, orch_str_of(token, n), out);
        free(token);
    }
    return found;
}

static size_t json_count(orch_json_value value) { return node_of(value)->count; }

/* The cursor's state is 0 before the first child, 1 after it. */
static uint8_t json_next(orch_json_value value, orch_json_cursor *cursor, orch_str *key, orch_json_value *out) {
    const node *n = cursor->state ? node_of(cursor->next) : node_of(value)->first;
    if (!n) return 0;
    cursor->state = 1;
    cursor->next = value_of(value.doc, n->next);
    if (key) *key = orch_str_of(n->key, n->key_n);
    *out = value_of(value.doc, n);
    return 1;
}

/* Copies the text without the space between tokens. */
static orch_buf json_text(orch_json_value value) {
    const node *n = node_of(value);
    char *to = fake_alloc(n->text_n + 1);
    size_t size = 0;
    int quoted = 0;
    for (size_t i = 0; i < n->text_n; i++) {
        char c = n->text[i];
        if (!quoted && strchr(" \t\r\n", c)) continue;
        if (quoted && c == '\\') {
            to[size++] = c;
            c = n->text[++i];
        } else if (c == '"') {
            quoted = !quoted;
        }
        to[size++] = c;
    }
    orch_buf text = {to, size, free, to};
    return text;
}

int fake_json_equal(orch_json_value a, orch_json_value b) {
    const node *x = node_of(a), *y = node_of(b);
    double p, q;
    if (x->type == 'i' && y->type == 'i') return x->integer == y->integer;
    if (json_f64(a, &p) && json_f64(b, &q)) return p == q;
    if (x->type != y->type || x->count != y->count || x->boolean != y->boolean) return 0;
    if (x->type == 's') return x->string_n == y->string_n && memcmp(x->string, y->string, x->string_n) == 0;
    for (const node *i = x->first, *j = y->first; i; i = i->next, j = j->next) {
        orch_json_value other = value_of(b.doc, j);
        if (x->type == 'o' && !json_get(b, orch_str_of(i->key, i->key_n), &other)) return 0;
        if (!fake_json_equal(value_of(a.doc, i), other)) return 0;
    }
    return 1;
}

const orch_json *fake_json(void) {
    static const orch_json table = {
        sizeof table, json_parse, json_free, json_root, json_type,  json_boolean, json_i64, json_f64,
        json_str,     json_get,   json_pointer, json_count, json_next, json_text,
    };
    return &table;
}
