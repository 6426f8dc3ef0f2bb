"""Every scenario of the official conformance suite for servers, by name and in code of our own: those of 2026-07-28
and of 2025-11-25, by HTTP and, but for those that are about HTTP, by stdio; on the fixture that declares the tools,
resources and prompts that they need.

mcp_conformance.py FIXTURE [NAME…]: all scenarios, or these. mcp_conformance.py URL|COMMAND [NAME…]: another server."""

import os
import shlex
import sys
import time
import traceback

from conformance import SCENARIOS, common, legacy, modern, rounds, tasks  # noqa: F401 (they register themselves)
from mcp_stdio import Program
from mcp_wire import HELD, Client
from orchestron import BINARY, Host


def run(way, names, client):
    """Runs scenarios with a client for each that `client` makes; gives how many fail."""
    failures = 0
    for name, version, function, http in SCENARIOS:
        if names and name not in names or http and way != "http":
            continue
        began = time.monotonic()
        try:
            one = client(version)
            function(one)
            one.end()
            verdict = "holds"
        except Exception as error:
            failures += 1
            place = traceback.extract_tb(error.__traceback__)
            line = next((f for f in reversed(place) if "conformance/" in f.filename), place[-1])
            verdict = f"FAILS: {type(error).__name__}: {str(error)[:600]} (in {line.line})"
        print(f"{way} {version} {name}: {function.__name__}: {verdict} [{time.monotonic() - began:.2f} s]", flush=True)
    return failures


def main():
    where, *names = sys.argv[1:]
    if where.startswith("http"):
        failures = run("http", names, lambda version: Client(where, version, name="conformance"))
    elif not os.path.isdir(where):
        command = shlex.split(where)
        failures = run("stdio", names, lambda version: Program(command, dict(os.environ), version=version))
    else:
        with Host(where) as host:
            url = f"{host.http}/mcp"
            failures = run("http", names, lambda version: Client(url, version, name="conformance"))
            bridge = ([BINARY, "mcp", "--storage", host.storage],
                      {"PATH": os.environ["PATH"], "HOME": host.folder.name}, host.folder.name)
            failures += run("stdio", names, lambda version: Program(*bridge, version=version))
    print(f"{HELD['messages']} messages held to the published types")
    if failures:
        sys.exit(f"{failures} parts fail")


if __name__ == "__main__":
    main()
