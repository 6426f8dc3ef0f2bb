"""Prints seeded JSON texts, good and bad, with the verdict and the value of Python's parser.

    python3 json_cases.py SEED COUNT

Each line is {"hex": text in hexadecimal, "valid": bool, "value": the parsed value when valid}.
"""

import json
import math
import random
import sys

TOKENS = [
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"null", b"true", b"false", b"tru", b"nul", b"NaN", b"Infinity",
    b"-", b"+", b".", b"e", b"E", b"0", b"00", b"01", b"1", b"-0", b"1.", b".5", b"1e", b"1e400", b"-1e-400",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"-9223372036854775809",
    b"18446744073709551615", b"18446744073709551616", b"123456789012345678901234567890", b"1" * 400,
    b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\ud83d"', b'"\\ude00\\ud83d"', b'"\\u12"', b'"\\x"', b'"\x01"', b'"\x7f"',
    b" ", b"\t", b"\n", b"\r", b"\x0b", b"\xc2\xa0", b"\xef\xbb\xbf", b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", "é".encode(), "\U0001f600".encode(), b"//", b"/**/", b"'", b"\\u", b"\\n",
]


class Refused(Exception):
    pass


def integer(text):
    value = int(text)
    return value if -(2**63) <= value < 2**63 else real(text)


def real(text):
    value = float(text)
    if math.isinf(value):
        raise Refused("beyond a double")
    return value


def constant(text):
    raise Refused(text)


def has_surrogate(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, list):
        return any(has_surrogate(item) for item in value)
    if isinstance(value, dict):
        return any(has_surrogate(item) for pair in value.items() for item in pair)
    return False


def verdict(text):
    """Python's parser, made as strict as RFC 8259 and with numbers as the host reads them."""
    try:
        # Surrogates are looked for in the pairs, where no later key has replaced an earlier one yet.
        def pairs(items):
            if any(has_surrogate(item) for pair in items for item in pair):
                raise Refused("half of a surrogate pair")
            return dict(items)

        value = json.loads(
            text.decode("utf-8"), parse_int=integer, parse_float=real, parse_constant=constant, object_pairs_hook=pairs
        )
        if has_surrogate(value):
            raise Refused("half of a surrogate pair")
        return True, value
    except (ValueError, Refused):
        return False, None


def random_string(rng):
    alphabet = 'abc "\\/\n\t\u0001\u007fé\u2028\U0001f600{}[]:,'
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(6)))


def random_value(rng, depth):
    kind = rng.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([0, 1, -1, 10, 2**53 + 1, 2**63 - 1, -(2**63), rng.randrange(-(10**6), 10**6)])
    if kind == 2:
        return rng.choice([0.5, -0.0, 1e21, 5e-324, 1.7976931348623157e308, rng.uniform(-1e3, 1e3), 2.0**63])
    if kind < 6:
        return random_string(rng)
    if kind == 6:
        return {random_string(rng): random_value(rng, depth + 1) for _ in range(rng.randrange(5))}
    return [random_value(rng, depth + 1) for _ in range(rng.randrange(5))]


def mutate(rng, text):
    text = bytearray(text)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 4])):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.randrange(1, 4))
        action = rng.randrange(5)
        if action == 0:
            text[at:at] = rng.choice(TOKENS)
        elif action == 1:
            text[at:end] = rng.choice(TOKENS)
        elif action == 2:
            del text[at:end]
        elif action == 3:
            text[at:end] = bytes([rng.randrange(256)])
        else:
            text = text[:at] if rng.randrange(2) else text + text[:at]
    return bytes(text)


def main():
    # Python limits the digits of an integer; the format does not.
    sys.set_int_max_str_digits(0)
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        value = random_value(rng, 0)
        text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1]))
        text = mutate(rng, text.encode())
        valid, value = verdict(text)
        print(json.dumps({"hex": text.hex(), "valid": valid, "value": value}))


main()
