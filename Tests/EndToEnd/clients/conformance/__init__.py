"""The scenarios of the official conformance suite for servers, by their names, in code of our own."""

from mcp_wire import Failed

SCENARIOS = []


def scenario(name, *versions, http=False):
    """Registers a scenario, or a part of one, for revisions of the protocol; `http`: it is about HTTP alone. It gets a
    client of that revision, and may make others by `client.again(…)`."""

    def register(function):
        SCENARIOS.extend((name, version, function, http) for version in versions)
        return function

    return register


def refused(call, *codes):
    """The error that a call must be answered with."""
    try:
        answer = call()
    except Failed as failed:
        assert not codes or failed.code in codes, f"{failed}, wanted {codes}"
        return failed
    raise AssertionError(f"was not refused: {answer}")
