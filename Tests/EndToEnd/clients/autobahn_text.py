"""Section 6 of the Autobahn test suite: texts that are UTF-8, and bytes that are not."""


def point(code):
    """The bytes of a code point, also of one that text may not have."""
    return chr(code).encode("utf-8", "surrogatepass")


def numbered(section, payloads):
    return [(f"6.{section}.{index + 1}", payload) for index, payload in enumerate(payloads)]


WORD = "κόσμε".encode()

VALID = (
    numbered(5, [WORD])
    + numbered(7, [point(code) for code in (0x0, 0x80, 0x800, 0x10000)])
    + numbered(9, [point(code) for code in (0x7F, 0x7FF, 0xFFFF, 0x10FFFF)])
    + numbered(11, [point(code) for code in (0xD7FF, 0xE000, 0xFFFD, 0x10FFFF)])
    # Noncharacters are characters all the same.
    + numbered(22, [point(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)])
    + numbered(23, [point(code) for code in (0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD)]))

# Every beginning of a text that ends within a character.
PREFIXES = numbered(6, [WORD[:end] for end in range(1, len(WORD)) if WORD[end] & 0xC0 == 0x80])

SURROGATES = (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)

INVALID = (
    numbered(8, [b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"])
    + numbered(10, [b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xf4\x90\x80\x80"])
    + numbered(12, [b"\x80", b"\xbf", *(b"\x80\xbf" * (n // 2) + b"\x80" * (n % 2) for n in range(2, 8)),
                    bytes(range(0x80, 0xC0))])
    + numbered(13, [b"".join(bytes([lead, 0x20]) for lead in leads) for leads in (
        range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), range(0xF8, 0xFC), range(0xFC, 0xFE))])
    + numbered(14, [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80",
                    b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"])
    + numbered(15, [b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80"])
    + numbered(16, [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"])
    + numbered(17, [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"])
    + numbered(18, [b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"])
    + numbered(19, [b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"])
    + numbered(20, [point(code) for code in SURROGATES])
    + numbered(21, [point(high) + point(low) for high in SURROGATES[:4] for low in SURROGATES[4:]]))
