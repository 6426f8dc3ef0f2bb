"""Every scenario of the official conformance suite for servers, by name and in code of our own: those of 2026-07-28
and of 2025-11-25, on the fixture that declares the tools, resources and prompts that they need.

mcp_conformance.py FIXTURE [NAME…]: the fixture's folder, or the address of another server; all scenarios, or these."""

import sys
import time
import traceback

from conformance import SCENARIOS, common, legacy, modern, rounds  # noqa: F401 (they register themselves)
from mcp_wire import HELD, Client
from orchestron import Host


def run(url, names):
    failures = 0
    for name, version, function in SCENARIOS:
        if names and name not in names:
            continue
        began = time.monotonic()
        try:
            function(Client(url, version, name="conformance"))
            verdict = "holds"
        except Exception as error:
            failures += 1
            place = traceback.extract_tb(error.__traceback__)
            line = next((f for f in reversed(place) if "conformance/" in f.filename), place[-1])
            verdict = f"FAILS: {type(error).__name__}: {str(error)[:600]} (in {line.line})"
        print(f"{version} {name}: {function.__name__}: {verdict} [{time.monotonic() - began:.2f} s]", flush=True)
    print(f"{HELD['messages']} messages held to the published types")
    if failures:
        sys.exit(f"{failures} of {len(SCENARIOS)} parts fail")


def main():
    where, *names = sys.argv[1:]
    if where.startswith("http"):
        run(where, names)
    else:
        with Host(where) as host:
            run(f"{host.http}/mcp", names)


if __name__ == "__main__":
    main()
