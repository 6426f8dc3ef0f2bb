"""Reads the headers of the SDK. It understands exactly the C that they are written in (see STYLE.md); anything else is
an error, so that nothing can be promised unseen."""

import pathlib
import re
from collections import namedtuple

Constant = namedtuple("Constant", "name value")  # of #define and enum; value as spelled
Text = namedtuple("Text", "name value")  # a #define of a string literal
Type = namedtuple("Type", "spelled")  # a typedef without a body
Inline = namedtuple("Inline", "spelled")
Struct = namedtuple("Struct", "tag alias fields")  # fields: [(name, declaration)]

# Macros that are not values.
NOT_VALUES = {"ORCH_EXPORT"}


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def read(include, *patterns):
    """Yields what the headers below `include`/orchestron declare, in the order of the files' names."""
    root = pathlib.Path(include) / "orchestron"
    for path in (path for pattern in patterns or ("*.h", "ext/*.h") for path in sorted(root.glob(pattern))):
        code = re.sub(r"/\*.*?\*/", " ", path.read_text(), flags=re.S)
        yield from defines(code)
        for statement in filter(None, statements(without_preprocessor(code))):
            yield from declarations(statement, path)


def defines(code):
    for line in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(.*)$", code, re.M):
        name, parameters, value = re.fullmatch(r"(\w+)(\(.*?\))?[ \t]*(.*)", line).groups()
        if parameters or not value or name in NOT_VALUES:
            continue
        yield Text(name, value) if value.startswith('"') else Constant(name, value.strip())


def without_preprocessor(code):
    code = re.sub(r"\\\n", " ", code)
    code = re.sub(r"^[ \t]*#.*$", "", code, flags=re.M)
    return re.sub(r'extern "C" \{', "", code)


def statements(code):
    """Splits into top-level statements: up to a `;`, or up to the `}` of a function body."""
    depth, start = 0, 0
    for at, char in enumerate(code):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and "static inline " in code[start:at]:
                yield squeeze(code[start : at + 1])
                start = at + 1
            elif depth < 0:  # the end of `extern "C"`
                depth, start = 0, at + 1
        elif char == ";" and depth == 0:
            yield squeeze(code[start:at])
            start = at + 1
    if code[start:].strip():
        raise SystemExit(f"left over: {squeeze(code[start:])}")


def declarations(statement, path):
    if match := re.fullmatch(r"(?:typedef )?struct (\w+) \{(.*)\}(?: (\w+))?", statement):
        yield Struct(match[1], match[3] or match[1], list(fields(match[2])))
    elif match := re.fullmatch(r"enum \{(.*)\}", statement):
        for entry in filter(None, map(squeeze, match[1].split(","))):
            name, value = entry.split(" = ")
            yield Constant(name, value)
    elif match := re.fullmatch(r"(?:__attribute__\(\(.*?\)\)\) )?static inline (.*?\)) \{.*\}", statement):
        yield Inline(match[1])
    elif re.fullmatch(r"typedef [^{}]*", statement):
        yield Type(statement)
    else:
        raise SystemExit(f"{path}: not understood: {statement}")


def fields(body):
    for declaration in filter(None, map(squeeze, body.split(";"))):
        if several := re.fullmatch(r"(\w+) (\w+(?:, \w+)+)", declaration):
            for name in several[2].split(", "):
                yield name, f"{several[1]} {name}"
        else:
            yield declared_name(declaration), declaration


def declared_name(declaration):
    function = re.search(r"\(\*(\w+)\)\(", declaration)
    return (function or re.search(r"(\w+)(?:\[\w+\])?$", declaration))[1]
