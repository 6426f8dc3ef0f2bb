"""Writes the headers' declarations as Rust."""

import re

from headers import Constant, Struct, Text, Type, declared_name

CORE = """\
//! The headers of the SDK as they are: `#[repr(C)]` mirrors without a safe face. The headers in `include/orchestron/`
//! say what each item does, who owns what, and on which thread it may be used.
//!
//! Written by `abi/check --write` from the headers; do not edit.
#![allow(non_camel_case_types)]

mod ext;
mod http;
mod mcp;
pub use ext::*;
pub use http::*;
pub use mcp::*;

use std::ffi::c_void;
use std::os::raw::c_char;
"""

EXT = """\
//! The extensions. Written by `abi/check --write` from the headers; do not edit.

use super::*;
"""

HTTP = """\
//! The extensions for HTTP. Written by `abi/check --write` from the headers; do not edit.

use super::*;
"""

MCP = """\
//! The extensions for MCP. Written by `abi/check --write` from the headers; do not edit.

use super::*;
"""

SCALARS = {
    "void": "c_void", "char": "c_char", "double": "f64", "size_t": "usize",
    **{f"{sign}int{bits}_t": f"{'u' if sign else 'i'}{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
KEYWORDS = {"type": "r#type", "fn": "r#fn", "match": "r#match", "self": "self_"}


def split_arguments(text):
    """Splits at the commas that are not within parentheses."""
    depth, start, parts = 0, 0, []
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return parts + [text[start:].strip()]


def plain_type(text):
    """`const orch_param *const *` → `*const *const orch_param`."""
    words = text.partition("*")[0].split()
    constant = "const" in words
    name = [word for word in words if word not in ("const", "struct")][0]
    rust = SCALARS.get(name, name)
    for const in re.findall(r"\*(const)?", text):
        rust = f"*{'const' if constant else 'mut'} {rust}"
        constant = const == "const"
    return rust


def typed(declaration):
    """The Rust type of `type name`, `type name[n]` or `type (*name)(…)`."""
    if match := re.fullmatch(r"(.*?) ?\(\*\w+\)\((.*)\)", declaration):
        arguments = [] if match[2] == "void" else split_arguments(match[2])
        written = ", ".join(f"{rust_name(declared_name(a))}: {typed(a)}" for a in arguments)
        result = "" if match[1] == "void" else f" -> {plain_type(match[1])}"
        return f'Option<unsafe extern "C" fn({written}){result}>'
    if match := re.fullmatch(r"(.*?) (\w+)\[(\w+)\]", declaration):
        return f"[{plain_type(match[1])}; {match[3]}]"
    return plain_type(re.fullmatch(r"(.*?)\w+", declaration)[1])


def rust_name(name):
    return KEYWORDS.get(name, name)


def constant_type(name):
    if name in ("ORCH_ABI_MAJOR", "ORCH_ABI_MINOR"):
        return "u16"
    return "u32"


def write(head, declared):
    declared = list(declared)
    defined = {item.tag for item in declared if isinstance(item, Struct)}
    status = False
    print(head)
    for item in declared:
        if isinstance(item, Constant):
            # The statuses are one enum, from ORCH_OK to ORCH_UNAUTHENTICATED.
            status = status or item.name == "ORCH_OK"
            kind = "orch_status" if status else constant_type(item.name)
            status = status and item.name != "ORCH_UNAUTHENTICATED"
            value = re.sub(r"([0-9a-f])u\b", r"\1", item.value)
            print(f"pub const {item.name}: {kind} = {value};")
        elif isinstance(item, Text):
            nul = item.value[:-1] + '\\0"'
            print(f"pub const {item.name}: *const c_char = {nul}.as_ptr() as *const c_char;")
        elif isinstance(item, Type):
            write_type(item.spelled, defined)
        elif isinstance(item, Struct):
            write_struct(item)


def write_members(declared):
    """The structs and fields, for the test that compares them with the C compiler's."""
    print("// Written by `abi/check --write` from the headers; do not edit.\nmembers! {")
    for item in declared:
        if isinstance(item, Struct):
            print(f"    {item.tag} {{ {', '.join(rust_name(name) for name, _ in item.fields)} }}")
    print("}")


def write_type(spelled, defined):
    if match := re.fullmatch(r"typedef struct (\w+) \1", spelled):
        if match[1] not in defined:
            print(f"\n#[repr(C)]\npub struct {match[1]} {{\n    _private: [u8; 0],\n}}")
    else:
        declaration = spelled[len("typedef ") :]
        print(f"\npub type {declared_name(declaration)} = {typed(declaration)};")


def write_struct(item):
    print(f"\n#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {item.tag} {{")
    for name, declaration in item.fields:
        print(f"    pub {rust_name(name)}: {typed(declaration)},")
    print("}")
    if item.alias != item.tag:
        print(f"pub type {item.alias} = {item.tag};")
