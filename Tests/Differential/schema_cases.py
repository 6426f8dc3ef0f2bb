"""Prints seeded schemas and values with the verdicts of PyPI's `jsonschema`.

    python3 schema_cases.py SEED COUNT

Each line is {"schema": …, "values": […], "valid": [bool, …]}. Formats are left out: `jsonschema` is lenient there.
"""

import json
import random
import re
import sys

from jsonschema import Draft202012Validator

NAMES = ["a", "b", "c", "a/b", "~", "", "é"]
SCALARS = [
    None, True, False, 0, 1, -1, 2, 3, 10, 1.0, 2.0, 0.5, -0.5, 2.5, 1e20, 2**53, 2**53 + 1, 9.0e15, 2**62,
    "", "a", "b", "ab", "abab", "b1", "é", "éa", "\U0001f600", "\U0001f600\U0001f600", "1", "-", "a-b",
]  # fmt: skip
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]


def value(rng, depth=0):
    kind = rng.random()
    if depth >= 3 or kind < 0.5:
        return rng.choice(SCALARS)
    if kind < 0.75:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(NAMES): value(rng, depth + 1) for _ in range(rng.randrange(4))}


def pattern(rng, depth=0):
    """A regular expression that means the same to Python and to ECMA-262 on strings without line ends."""

    def atom():
        kind = rng.randrange(8)
        if depth < 2 and kind == 0:
            return "(" + pattern(rng, depth + 1) + ")"
        if depth < 2 and kind == 1:
            return "(?:" + pattern(rng, depth + 1) + ")"
        return rng.choice(
            ["a", "b", "1", "é", "-", ".", "[ab]", "[^a]", "[a-c1]", "[^b-z]", "[\\d-]", "\\d", "\\D", "\\s", "\\S",
             "\\x61", "\\u0062", "[-a]", "[a-]", "\\-", "\\."]
        )  # fmt: skip

    def sequence():
        parts = []
        for _ in range(rng.randrange(1, 4)):
            quantifier = rng.choice(["", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,}", "{0,2}", "{1,3}?", "{0}"])
            parts.append(atom() + quantifier)
        if rng.random() < 0.15:
            parts.insert(rng.randrange(len(parts) + 1), rng.choice("^$"))
        return "".join(parts)

    alternatives = [sequence() for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    if depth == 0 and rng.random() < 0.4:
        return "^" + alternatives[0] + "$"
    if rng.random() < 0.1:
        alternatives.append("")
    return "|".join(alternatives)


def schema(rng, depth=0, descended=False):
    """`descended` says whether the schema sees another value than the root's, so that it may refer to anything."""
    if rng.random() < 0.05:
        return rng.random() < 0.7
    if depth >= 3:
        return rng.choice([{}, {"type": rng.choice(TYPES)}, {"const": rng.choice(SCALARS)}])
    result = {}
    for _ in range(rng.randrange(1, 4)):
        result.update(rng.choice(KEYWORDS)(rng, depth, descended))
    return result


def schemas(rng, depth, descended):
    return [schema(rng, depth + 1, descended) for _ in range(rng.randrange(1, 4))]


def number(rng):
    return rng.choice([0, 1, -1, 2, 0.5, 2.5, 1.0, 10, 2**53, 9007199254740992.0, 1e20])


def count(rng):
    return rng.choice([0, 1, 2, 3, 2.0])


def properties(rng, depth, _):
    result = {"properties": {name: schema(rng, depth + 1, True) for name in rng.sample(NAMES, rng.randrange(4))}}
    if rng.random() < 0.5:
        result["additionalProperties"] = schema(rng, depth + 1, True) if rng.random() < 0.5 else False
    return result


def reference(rng, depth, descended):
    if descended:
        return {"$ref": rng.choice(["#", "#/$defs/one", "#/$defs/two", "#/$defs/a~1b"])}
    return {"$ref": "#/$defs/leaf"}


KEYWORDS = [
    lambda rng, depth, descended: {"type": rng.choice(TYPES)},
    lambda rng, depth, descended: {"type": rng.sample(TYPES, rng.randrange(1, 4))},
    lambda rng, depth, descended: {"enum": [value(rng, 1) for _ in range(rng.randrange(1, 5))]},
    lambda rng, depth, descended: {"const": value(rng, 1)},
    lambda rng, depth, descended: {rng.choice(["minimum", "exclusiveMinimum"]): number(rng)},
    lambda rng, depth, descended: {rng.choice(["maximum", "exclusiveMaximum"]): number(rng)},
    lambda rng, depth, descended: {"multipleOf": rng.choice([1, 2, 3, 0.5, 0.25, 2.0])},
    lambda rng, depth, descended: {rng.choice(["minLength", "maxLength"]): count(rng)},
    lambda rng, depth, descended: {"pattern": pattern(rng)},
    lambda rng, depth, descended: {rng.choice(["minItems", "maxItems"]): count(rng)},
    lambda rng, depth, descended: {"uniqueItems": rng.random() < 0.8},
    lambda rng, depth, descended: {"items": schema(rng, depth + 1, True)},
    lambda rng, depth, descended: {"prefixItems": schemas(rng, depth, True)},
    lambda rng, depth, descended: {"prefixItems": schemas(rng, depth, True), "items": schema(rng, depth + 1, True)},
    lambda rng, depth, descended: {rng.choice(["minProperties", "maxProperties"]): count(rng)},
    lambda rng, depth, descended: {"required": rng.sample(NAMES, rng.randrange(3))},
    properties,
    properties,
    lambda rng, depth, descended: {"patternProperties": {pattern(rng): schema(rng, depth + 1, True)}},
    lambda rng, depth, descended: {"allOf": schemas(rng, depth, descended)},
    lambda rng, depth, descended: {"anyOf": schemas(rng, depth, descended)},
    lambda rng, depth, descended: {"oneOf": schemas(rng, depth, descended)},
    lambda rng, depth, descended: {"not": schema(rng, depth + 1, descended)},
    lambda rng, depth, descended: {
        key: schema(rng, depth + 1, descended) for key in rng.choice(["if", "if then", "if then else", "then"]).split()
    },
    reference,
    lambda rng, depth, descended: {"title": "a title", "default": value(rng, 2), "x-note": 1},
]


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        document = schema(rng)
        if isinstance(document, dict):
            # Definitions that may be referred to from anywhere assert nothing by reference on the same value.
            document["$defs"] = {
                "one": {"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/$defs/two"}}},
                "two": {"items": {"$ref": "#/$defs/one"}, "type": ["array", "object", "integer"]},
                "a/b": {"anyOf": [{"$ref": "#/$defs/one"}, {"$ref": "#/$defs/leaf"}]},
                "leaf": {"type": rng.choice(TYPES)},
            }
        Draft202012Validator.check_schema(document)
        validator = Draft202012Validator(document)
        values = [value(rng) for _ in range(6)]
        print(json.dumps({"schema": document, "values": values, "valid": [validator.is_valid(v) for v in values]}))
    for _ in range(int(sys.argv[2])):
        source = pattern(rng)
        strings = ["".join(rng.choice("ab1-é .") for _ in range(rng.randrange(7))) for _ in range(6)]
        expected = [re.search(source, string) is not None for string in strings]
        print(json.dumps({"schema": {"pattern": source}, "values": strings, "valid": expected}))


main()
