#include "simdjson_shim.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using simdjson::error_code;

namespace {

constexpr size_t smallest_capacity = 1024;

/// Objects up to this size are searched for duplicate keys in pairs, larger ones by sorting.
constexpr size_t pairwise_limit = 16;

struct FreeDeleter {
    void operator()(char *memory) const noexcept { std::free(memory); }
};

ojson_status status_of(error_code code) noexcept {
    switch (code) {
    case simdjson::SUCCESS: return OJSON_OK;
    case simdjson::EMPTY: return OJSON_EMPTY;
    case simdjson::NUMBER_ERROR: return OJSON_NUMBER;
    case simdjson::UTF8_ERROR: return OJSON_UTF8;
    case simdjson::DEPTH_ERROR: return OJSON_TOO_DEEP;
    case simdjson::CAPACITY: return OJSON_TOO_LONG;
    case simdjson::MEMALLOC: return OJSON_NO_MEMORY;
    default: return OJSON_SYNTAX;
    }
}

/// True when a run of digits, behind a minus sign perhaps, is an integer beyond 64 bits.
bool is_long_integer(std::string_view number) {
    const bool negative = number.front() == '-';
    const std::string_view digits = number.substr(negative ? 1 : 0);
    const std::string_view bound = negative ? "9223372036854775808" : "9223372036854775807";
    return digits.size() != bound.size() ? digits.size() > bound.size() : digits > bound;
}

/// Appends an exponent to each integer beyond 64 bits, so that simdjson, which refuses those, reads it as
/// a double. Changes nothing else: what was not JSON before is not JSON afterwards.
std::string with_long_integers_as_doubles(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (size_t i = 0; i < text.size();) {
        const size_t start = i;
        const char c = text[i];
        if (c == '"') {
            for (i++; i < text.size() && text[i] != '"'; i++) {
                if (text[i] == '\\') i++;
            }
            i = std::min(i + 1, text.size());
            out.append(text, start, i - start);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            i = std::min(text.find_first_not_of("0123456789", start + 1), text.size());
            out.append(text, start, i - start);
            const bool integer = i == text.size() || !std::strchr("+-.eE", text[i]);
            if (integer && is_long_integer(text.substr(start, i - start))) out.append("e0");
            // The rest of a number that is no integer must not be taken for another one.
            const size_t end = std::min(text.find_first_not_of("+-.eE0123456789", i), text.size());
            out.append(text, i, end - i);
            i = end;
        } else {
            i = std::min(text.find_first_of("\"-0123456789", start), text.size());
            out.append(text, start, i - start);
        }
    }
    return out;
}

} // namespace

struct ojson_parser {
    ojson_view view{};
    simdjson::dom::parser parser{OJSON_MAX_LENGTH};
    std::unique_ptr<char, FreeDeleter> buffer;
    size_t capacity = 0;
    std::vector<std::string_view> keys; ///< kept for its memory

    /// Makes room for a text, doubling so that slowly growing texts do not reallocate each time.
    error_code reserve(size_t length) noexcept {
        if (length <= capacity) return simdjson::SUCCESS;
        if (length > OJSON_MAX_LENGTH) return simdjson::CAPACITY;
        size_t room = smallest_capacity;
        while (room < length) room *= 2;
        release();
        buffer.reset(static_cast<char *>(std::malloc(room + simdjson::SIMDJSON_PADDING)));
        if (!buffer) return simdjson::MEMALLOC;
        // simdjson counts the document itself as one level.
        if (auto error = parser.allocate(room, OJSON_MAX_DEPTH + 1)) return error;
        if (auto error = parser.doc.allocate(room)) return error;
        capacity = room;
        return simdjson::SUCCESS;
    }

    void release() noexcept {
        capacity = 0;
        buffer.reset();
        parser = simdjson::dom::parser{OJSON_MAX_LENGTH};
        view.tape = nullptr;
        view.strings = nullptr;
        view.words = 0;
    }

    error_code parse(const void *text, size_t length) noexcept {
        if (auto error = reserve(std::max(length, size_t{1}))) return error;
        if (length > 0) std::memcpy(buffer.get(), text, length);
        std::memset(buffer.get() + length, ' ', simdjson::SIMDJSON_PADDING);
        if (auto error = parser.parse(buffer.get(), length, false).error()) return error;
        view.tape = parser.doc.tape.get();
        view.strings = parser.doc.string_buf.get();
        // The root's payload is the index of the last word, which closes the document.
        view.words = (view.tape[0] & simdjson::internal::JSON_VALUE_MASK);
        return simdjson::SUCCESS;
    }
};

namespace {

char type_at(const ojson_view &view, size_t index) { return static_cast<char>(view.tape[index] >> 56); }

size_t after(const ojson_view &view, size_t index) {
    switch (type_at(view, index)) {
    case '{': case '[': return static_cast<uint32_t>(view.tape[index]);
    case 'l': case 'u': case 'd': return index + 2;
    default: return index + 1;
    }
}

std::string_view string_at(const ojson_view &view, size_t index) {
    const uint8_t *string = view.strings + (view.tape[index] & simdjson::internal::JSON_VALUE_MASK);
    uint32_t length;
    std::memcpy(&length, string, sizeof length);
    return {reinterpret_cast<const char *>(string) + sizeof length, length};
}

/// Finds a key that stands twice in `keys`, which it may reorder.
const std::string_view *repeated(std::vector<std::string_view> &keys) {
    if (keys.size() <= pairwise_limit) {
        for (size_t i = 1; i < keys.size(); i++) {
            for (size_t j = 0; j < i; j++) {
                if (keys[i] == keys[j]) return &keys[i];
            }
        }
        return nullptr;
    }
    std::sort(keys.begin(), keys.end());
    const auto twin = std::adjacent_find(keys.begin(), keys.end());
    return twin == keys.end() ? nullptr : &*twin;
}

/// Reads a text from front to back and gives up at whatever is not plain.
class PlainReader {
public:
    PlainReader(const uint8_t *start, const uint8_t *end) : start(start), next(start), end(end) {}

    bool accepts() {
        if (!value()) return false;
        while (depth > 0) {
            const uint8_t c = significant();
            const bool in_object = objects & 1;
            if (c == ',') {
                if (!(in_object ? member() : value())) return false;
            } else if (c == (in_object ? '}' : ']')) {
                leave();
            } else {
                return false;
            }
        }
        skip_space();
        if (next != end) return false;
        return is_ascii || ojson_is_utf8(start, static_cast<size_t>(end - start));
    }

private:
    const uint8_t *start;
    const uint8_t *next;
    const uint8_t *end;
    /// One bit for each open level, the innermost the lowest: 1 is an object.
    uint64_t objects = 0;
    unsigned depth = 0;
    bool is_ascii = true;

    void skip_space() {
        while (next < end && (*next == ' ' || *next == '\n' || *next == '\t' || *next == '\r')) next++;
    }

    /// Takes the next byte that is no white space; at the end 0, which may begin nothing.
    uint8_t significant() {
        skip_space();
        return next < end ? *next++ : 0;
    }

    void leave() {
        objects >>= 1;
        depth--;
    }

    /// Takes a scalar, or the beginning of a container with what stands before its second element.
    bool value() {
        while (true) {
            const uint8_t c = significant();
            switch (c) {
            case '"': return string();
            case 't': return word("rue", 3);
            case 'f': return word("alse", 4);
            case 'n': return word("ull", 3);
            case '{':
            case '[':
                if (depth == 64) return false;
                depth++;
                objects = objects << 1 | (c == '{');
                if (is_next(c == '{' ? '}' : ']')) {
                    leave();
                    return true;
                }
                if (c == '{' && !key()) return false;
                continue;
            default: return number(c);
            }
        }
    }

    bool member() { return key() && value(); }

    bool key() { return significant() == '"' && string() && significant() == ':'; }

    /// Takes that byte and white space before it, when it comes next.
    bool is_next(uint8_t wanted) {
        const uint8_t *before = next;
        if (significant() == wanted) return true;
        next = before;
        return false;
    }

    bool word(const char *rest, size_t length) {
        if (static_cast<size_t>(end - next) < length || std::memcmp(next, rest, length) != 0) return false;
        next += length;
        return true;
    }

    /// Takes the rest of a string.
    bool string() {
        while (skip_ordinary(), next < end) {
            const uint8_t c = *next++;
            if (c == '"') return true;
            if (c < 0x20) return false;
            if (c == '\\' && (next == end || !is_short_escape(*next++))) return false;
            if (c >= 0x80) is_ascii = false;
        }
        return false;
    }

    /// Skips bytes of a string that mean themselves, eight at a time; may stop early.
    void skip_ordinary() {
        constexpr uint64_t ones = 0x0101010101010101, highs = ones << 7;
        while (end - next >= 8) {
            uint64_t word;
            std::memcpy(&word, next, 8);
            const uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
            // The high bit of the first byte that is special, and perhaps of some behind it, where a borrow goes.
            const uint64_t special = (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & highs;
            if (special == 0) {
                next += 8;
                continue;
            }
            next += __builtin_ctzll(special) / 8;
            return;
        }
    }

    static bool is_short_escape(uint8_t c) {
        switch (c) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return true;
        default: return false;
        }
    }

    /// Takes the rest of a number that begins with `c`.
    bool number(uint8_t c) {
        if (c == '-') {
            if (next == end) return false;
            c = *next++;
        }
        if (c < '0' || c > '9') return false;
        if (c != '0' && digits() > 17) return false;
        if (next == end || *next != '.') return true;
        next++;
        const size_t count = digits();
        return count > 0 && count <= 17;
    }

    size_t digits() {
        const uint8_t *first = next;
        while (next < end && *next >= '0' && *next <= '9') next++;
        return static_cast<size_t>(next - first);
    }
};

} // namespace

extern "C" {

ojson_parser *ojson_parser_create(void) { return new (std::nothrow) ojson_parser; }

void ojson_parser_destroy(ojson_parser *parser) { delete parser; }

const ojson_view *ojson_parser_view(const ojson_parser *parser) { return &parser->view; }

ojson_status ojson_parse(ojson_parser *parser, const void *text, size_t length) {
    try {
        parser->view.generation++;
        parser->view.words = 0;
        parser->view.distinct_keys = false;
        error_code error = parser->parse(text, length);
        if (error == simdjson::NUMBER_ERROR) {
            const std::string widened =
                with_long_integers_as_doubles({static_cast<const char *>(text), length});
            if (widened.size() != length) error = parser->parse(widened.data(), widened.size());
        }
        return status_of(error);
    } catch (...) {
        return OJSON_NO_MEMORY;
    }
}

ojson_status ojson_find_duplicate_key(ojson_parser *parser, bool *found, const char **key, size_t *length) {
    try {
        *found = false;
        const ojson_view &view = parser->view;
        auto &keys = parser->keys;
        for (size_t index = 1; index < view.words;) {
            if (type_at(view, index) == '{') {
                keys.clear();
                const size_t end = after(view, index) - 1;
                for (size_t member = index + 1; member < end; member = after(view, member + 1)) {
                    keys.push_back(string_at(view, member));
                }
                if (const auto *twin = repeated(keys)) {
                    *found = true;
                    *key = twin->data();
                    *length = twin->size();
                    return OJSON_OK;
                }
                index++;
            } else {
                index = type_at(view, index) == '[' ? index + 1 : after(view, index);
            }
        }
        parser->view.distinct_keys = true;
        return OJSON_OK;
    } catch (...) {
        return OJSON_NO_MEMORY;
    }
}

void ojson_parser_trim(ojson_parser *parser, size_t length) {
    if (parser->capacity <= length) return;
    parser->view.generation++;
    parser->release();
}

bool ojson_is_plain(const void *text, size_t length) {
    const auto *bytes = static_cast<const uint8_t *>(text);
    return length > 0 && PlainReader{bytes, bytes + length}.accepts();
}

bool ojson_is_utf8(const void *bytes, size_t length) {
    return length == 0 || simdjson::validate_utf8(static_cast<const char *>(bytes), length);
}

} // extern "C"
