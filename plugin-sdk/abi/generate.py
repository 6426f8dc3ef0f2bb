#!/usr/bin/env python3
"""Writes to standard output what is derived from the headers.

Usage: generate.py WHAT INCLUDE_DIR   (layout: BASELINE instead)

members       the members of the ABI as macro calls, for baseline.c
layout        src/abi_layout.c: the sizes and offsets of a baseline as assertions, for every compiler that builds the
              SDK
layout-ext    src/abi_layout_ext.c: those of the extensions
rust          rust/src/sys/mod.rs
rust-ext      rust/src/sys/ext.rs
rust-http     rust/src/sys/http.rs: the extensions for HTTP
rust-mcp      rust/src/sys/mcp.rs: those for MCP
rust-members  rust/tests/layout/members.rs
"""

import pathlib
import re
import sys

import headers
import rust

# The minor of the ABI is what grows, and a size of a room is not an interface; everything else is held.
UNHELD = {"ORCH_ABI_MINOR", "ORCH_MESSAGE_MAX"}

LAYOUT_HEAD = """\
/* The layout of every struct of the SDK on 64-bit machines, held at compile time. Written by `abi/check --write` from
 * abi/{baseline}; do not edit. */
#include <orchestron/all.h>

#define SIZE(tag, size) _Static_assert(sizeof(struct tag) == (size), "size of " #tag)
#define AT(tag, field, offset, size)                                                          \\
    _Static_assert(offsetof(struct tag, field) == (offset), "offset of " #tag "." #field);    \\
    _Static_assert(sizeof(((struct tag *)0)->field) == (size), "size of " #tag "." #field)

#if UINTPTR_MAX == UINT64_MAX
"""


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def members(include):
    for item in headers.read(include):
        if isinstance(item, headers.Struct):
            print(f"TAG({item.tag})")
            for name, declaration in item.fields:
                print(f"FIELD({item.tag}, {name}, {quote(declaration)})")
        elif isinstance(item, (headers.Type, headers.Inline)):
            print(f"{type(item).__name__.upper()}({quote(item.spelled)})")
        elif item.name not in UNHELD:
            print(f"{type(item).__name__.upper()}({item.name})")


def layout(baseline, is_extension):
    include = pathlib.Path(__file__).parent.parent / "include"
    extensions = {item.tag for item in headers.read(include, "ext/*.h") if isinstance(item, headers.Struct)}
    print(LAYOUT_HEAD.replace("{baseline}", baseline.rsplit("/", 1)[-1]), end="")
    for line in open(baseline):
        match = re.match(r"struct (\w+):", line)
        if not match or (match[1] in extensions) != is_extension:
            continue
        if match := re.fullmatch(r"struct (\w+): size (\d+)\n", line):
            print(f"\nSIZE({match[1]}, {match[2]});")
        if match := re.fullmatch(r"struct (\w+): offset (\d+), size (\d+), (.*)\n", line):
            print(f"AT({match[1]}, {headers.declared_name(match[4])}, {match[2]}, {match[3]});")
    print("\n#endif")


def main():
    what, source = sys.argv[1:]
    {
        "members": members,
        "layout": lambda baseline: layout(baseline, False),
        "layout-ext": lambda baseline: layout(baseline, True),
        "rust": lambda include: rust.write(rust.CORE, headers.read(include, "*.h")),
        "rust-ext": lambda include: rust.write(rust.EXT, headers.read(include, "ext/[!hm]*.h", "ext/h[!t]*.h", "ext/m[!c]*.h")),
        "rust-http": lambda include: rust.write(rust.HTTP, headers.read(include, "ext/http-*.h")),
        "rust-mcp": lambda include: rust.write(rust.MCP, headers.read(include, "ext/mcp*.h")),
        "rust-members": lambda include: rust.write_members(headers.read(include)),
    }[what](source)


main()
