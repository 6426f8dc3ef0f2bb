"""What came with 2026-07-28: no sessions, caching hints, headers that repeat the body."""

import base64

from mcp_wire import KEY, MODERN

from . import refused, scenario


def raw(client, params, method="server/discover", id=1, headers=None):
    """A request with these params as they are; gives the status and the error or result."""
    message = {"jsonrpc": "2.0", "id": id, "method": method} | ({} if params is None else {"params": params})
    status, _, (answer,) = client.exchange(message, client.headers(message) | (headers or {}))
    assert answer["id"] == id and type(answer["id"]) is type(id), answer
    return status, answer.get("error") or answer["result"]


@scenario("server-stateless", MODERN, http=True)
def needs_the_meta_of_each_request(client):
    whole = client.meta()
    for missing in ("protocolVersion", "clientCapabilities"):
        meta = {key: value for key, value in whole.items() if key != KEY + missing}
        status, error = raw(client, {"_meta": meta}, id=missing)
        assert (status, error["code"]) == (400, -32602), (missing, status, error)
    for params in ({}, None, {"_meta": {}}):
        status, error = raw(client, params)
        assert (status, error["code"]) == (400, -32602), (params, status, error)
    status, _ = raw(client, {"_meta": {key: value for key, value in whole.items() if key != f"{KEY}clientInfo"}})
    assert status == 200


@scenario("server-stateless", MODERN)
def says_what_it_is_and_does_what_it_says(client):
    result = client.request("server/discover")
    assert MODERN in result["supportedVersions"], result
    assert result["_meta"][f"{KEY}serverInfo"]["name"], result
    capabilities = result["capabilities"]
    for method, name in (("tools/list", "tools"), ("prompts/list", "prompts"), ("resources/list", "resources"),
                         ("resources/templates/list", "resources")):
        if name in capabilities:
            client.request(method)
        else:
            refused(lambda: client.request(method), -32601)
    return capabilities


@scenario("server-stateless", MODERN, http=True)
def refuses_versions_that_it_has_not(client):
    supported = client.request("server/discover")["supportedVersions"]
    for version in ("v999.0.0", "2099-01-01", ""):
        meta = client.meta() | {f"{KEY}protocolVersion": version}
        status, error = raw(client, {"_meta": meta}, headers={"MCP-Protocol-Version": version or "x"})
        assert status == 400, status
        if version:
            assert error["code"] == -32022 and error["data"]["requested"] == version, error
            assert error["data"]["supported"] and set(error["data"]["supported"]) <= set(supported), error
    meta = client.meta() | {f"{KEY}protocolVersion": "v999.0.0"}
    status, error = raw(client, {"_meta": meta})
    assert (status, error["code"]) == (400, -32020), (status, error)


@scenario("server-stateless", MODERN)
def needs_what_the_client_has_declared(client):
    none = {f"{KEY}clientCapabilities": {}}
    failed = refused(lambda: client.call("test_missing_capability", **none), -32021)
    assert failed.status == 400 and isinstance(failed.data["requiredCapabilities"]["sampling"], dict), failed.data
    client.call("test_missing_capability", **{f"{KEY}clientCapabilities": {"sampling": {}}})


@scenario("server-stateless", MODERN, http=True)
def has_none_of_the_methods_that_were_removed(client):
    for method in ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                   "unknown/method", "tools/List", "mcp.open"):
        failed = refused(lambda: client.request(method), -32601)
        assert failed.status == 404, (method, failed.status)


@scenario("server-stateless", MODERN)
def asks_nothing_on_a_response_stream(client):
    with client.listen("tools/call", {"name": "test_streaming_elicitation", "arguments": {}}) as stream:
        while "method" in (message := stream.next()):
            assert message["method"].startswith("notifications/") and "id" not in message, message
        assert message["result"]["resultType"] and not message["result"].get("isError"), message


@scenario("server-stateless", MODERN)
def logs_only_at_the_level_that_is_wanted(client):
    result = client.call("test_logging_tool")
    assert not result.get("isError") and not client.notifications, (result, client.notifications)
    client.call("test_logging_tool", **{f"{KEY}logLevel": "debug"})
    levels = [n["params"]["level"] for n in client.notifications if n["method"] == "notifications/message"]
    assert levels, "nothing was logged at debug"
    client.call("test_logging_tool", **{f"{KEY}logLevel": "emergency"})
    assert not client.notifications or "emergency" in levels, client.notifications
    refused(lambda: client.call("test_logging_tool", **{f"{KEY}logLevel": "loud"}), -32602)


@scenario("server-stateless", MODERN)
def tells_of_changes_to_who_listens(client):
    capabilities = client.request("server/discover")["capabilities"]
    for kind in ("tools", "prompts"):
        assert capabilities[kind]["listChanged"] is True, capabilities
        other = {"tools": "prompts", "prompts": "tools"}[kind]
        wanted = {"notifications": {f"{kind}ListChanged": True}}
        with client.listen("subscriptions/listen", wanted, id=f"listen:{kind}") as stream:
            first = stream.next()
            assert first["method"] == "notifications/subscriptions/acknowledged", first
            assert first["params"]["notifications"] == wanted["notifications"], first
            client.call(f"test_trigger_{other[:-1]}_change")
            client.call(f"test_trigger_{kind[:-1]}_change")
            change = stream.next()
            # The other kind's change, which came before, was not asked for.
            assert change["method"] == f"notifications/{kind}/list_changed", change
            for message in (first, change):
                assert message["params"]["_meta"][f"{KEY}subscriptionId"] == f"listen:{kind}", message


@scenario("caching", MODERN)
def says_how_long_a_result_holds(client):
    uri = client.request("resources/list")["resources"][0]["uri"]
    for method, params in (("server/discover", {}), ("tools/list", {}), ("prompts/list", {}), ("resources/list", {}),
                           ("resources/templates/list", {}), ("resources/read", {"uri": uri})):
        result = client.request(method, params)
        assert type(result["ttlMs"]) is int and result["ttlMs"] >= 0, (method, result["ttlMs"])
        assert result["cacheScope"] in ("public", "private"), (method, result["cacheScope"])


@scenario("http-header-validation", MODERN, http=True)
def holds_the_headers_to_the_body(client):
    tool = "test_simple_text"

    def ask(method, params, headers, drop=()):
        message = client.message(method, params)
        found = {name: value for name, value in client.headers(message).items() if name not in drop} | headers
        status, _, (answer,) = client.exchange(message, found)
        return status, answer.get("error", {}).get("code")

    name = {"name": tool, "arguments": {}}
    for method, params, headers, drop in (
            ("tools/list", {}, {"Mcp-Method": "prompts/list"}, ()), ("tools/list", {}, {}, ("Mcp-Method",)),
            ("tools/list", {}, {"Mcp-Method": "TOOLS/LIST"}, ()), ("tools/call", name, {"Mcp-Name": "wrong"}, ()),
            ("tools/call", name, {}, ("Mcp-Name",)), ("tools/call", name, {"Mcp-Name": tool.upper()}, ()),
            ("tools/call", name, {"Mcp-Name": "=?base64?!!!?="}, ()),
            ("resources/read", {"uri": "test://static-text"}, {"Mcp-Name": "test://other"}, ()),
            ("resources/read", {"uri": "test://static-text"}, {}, ("Mcp-Name",)),
            ("prompts/get", {"name": "test_simple_prompt"}, {"Mcp-Name": "other"}, ())):
        assert ask(method, params, headers, drop) == (400, -32020), (method, headers, drop)
    packed = f"=?base64?{base64.b64encode(tool.encode()).decode()}?="
    for method, params, headers, drop in (
            ("tools/call", name, {"Mcp-Name": f"  {tool}  "}, ()), ("tools/call", name, {"Mcp-Name": packed}, ()),
            ("tools/list", {}, {"mcp-method": "tools/list"}, ("Mcp-Method",)),
            ("tools/list", {}, {"MCP-METHOD": "tools/list"}, ("Mcp-Method",))):
        assert ask(method, params, headers, drop) == (200, None), (method, headers, drop)


@scenario("http-custom-header-server-validation", MODERN, http=True)
def holds_header_parameters_to_the_arguments(client):
    tools = client.request("tools/list")["tools"]
    tool, name, header = next(
        (tool["name"], name, part["x-mcp-header"]) for tool in tools
        for name, part in tool["inputSchema"].get("properties", {}).items()
        if "x-mcp-header" in part and part.get("type") == "string")

    def ask(value, sent=None):
        message = client.message("tools/call", {"name": tool, "arguments": {} if value is None else {name: value}})
        status, _, (answer,) = client.exchange(
            message, client.headers(message) | ({} if sent is None else {f"Mcp-Param-{header}": sent}))
        return status, answer.get("error", {}).get("code")

    packed = base64.b64encode(b"Hello").decode()
    for value, sent in (("Hello", f"=?base64?{packed}?="), (packed, packed), ("Hello", "Hello"), (None, None),
                        (f"=?base64?{packed}", f"=?base64?{packed}"),
                        ("Grüße", f"=?base64?{base64.b64encode('Grüße'.encode()).decode()}?=")):
        assert ask(value, sent) == (200, None), (value, sent)
    for value, sent in (("Hello", "=?base64?SGVsbG8?="), ("Hello", "=?base64?SGVs!!!bG8=?="), ("Hello", None),
                        ("Hello", "hello"), (None, "Hello")):
        assert ask(value, sent) == (400, -32020), (value, sent)
