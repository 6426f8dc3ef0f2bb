"""Who may do what by MCP: tokens of ours and of an issuer, the metadata of a protected resource (RFC 9728), audience,
scopes, and the role to which callers are capped."""

import http.client
import json
import re
import sys
import time
import uuid

from identity import Issuer
from mcp_wire import Client, Failed
from orchestron import Host, rest

PASSWORD = "correct horse battery staple"
METADATA = "/.well-known/oauth-protected-resource"


def discover(host, *, path="/mcp", **headers):
    """Asks with these headers and no others of who we are; gives the status, the challenge, the body."""
    client = Client(f"{host.http}/mcp", headers=headers)
    client.place = client.place._replace(path=path)
    connection, response = client.send(client.message("server/discover"))
    body = response.read()
    connection.close()
    return response.status, response.getheader("WWW-Authenticate"), body


def challenge(text):
    """The parameters of `Bearer a="1", b="2"`."""
    assert text and text.startswith("Bearer"), text
    return dict(re.findall(r'(\w+)="([^"]*)"', text))


def get(host, path):
    connection = http.client.HTTPConnection(host.http.removeprefix("http://"))
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def asks_for_a_token(host):
    """Without issuers there is nobody to send a client to."""
    status, found, _ = discover(host)
    assert (status, found) == (401, "Bearer"), (status, found)
    for path in (METADATA, f"{METADATA}/mcp", "/.well-known/oauth-authorization-server"):
        assert get(host, path)[0].status == 404, path
    for wrong in ("Bearer x", "Bearer ", "Basic eDp5", f"bearer{host.token}", f"Bearer {host.token}x"):
        status, found, _ = discover(host, Authorization=wrong)
        said = {} if wrong.startswith("Basic") else {"error": "invalid_token"}
        assert status == 401 and challenge(found) == said, (wrong, status, found)
    assert discover(host, path=f"/mcp?access_token={host.token}")[0] == 401
    assert discover(host, Authorization=f"Bearer {host.token}")[0] == 200


def tool(client, name, **arguments):
    """Calls a tool; gives the result, or None when it was refused in any of the ways that there are."""
    try:
        result = client.call(name, arguments)
    except Failed as failed:
        assert failed.code == -32602 or failed.status in (401, 403), failed
        return None
    if result.get("isError"):
        assert re.search("permission|role|allowed|you may call|may not|scope", result["content"][0]["text"]), result
        return None
    return result


def listen(client):
    connection, response = client.send(
        client.message("subscriptions/listen", {"notifications": {"toolsListChanged": True}}))
    assert response.status == 200 and b"acknowledged" in next(line for line in response if line.startswith(b"data:"))
    return connection, response


def legacy_stream(host, headers):
    """The stream of a session of 2025-11-25, by GET."""
    client = Client(f"{host.http}/mcp", "2025-11-25", headers=headers, name="auth")
    connection = http.client.HTTPConnection(host.http.removeprefix("http://"), timeout=20)
    connection.request("GET", "/mcp", headers=client.base | {
        "Accept": "text/event-stream", "Mcp-Session-Id": client.session})
    response = connection.getresponse()
    assert response.status == 200, response.status
    return connection, response


def ends(response):
    """Reads to the end; whether that comes in time."""
    try:
        while response.read1(65536):
            pass
        return True
    except TimeoutError:
        return False
    except (http.client.IncompleteRead, ConnectionError):
        return True


def knows_roles_and_scopes(host):
    def client(name, role, scopes):
        if role:
            rest(host, "POST", "/users", {"name": name, "role": role, "password": PASSWORD})
        token = rest(host, "POST", "/tokens", {"name": f"{name}-{scopes[0]}", "scopes": scopes, "user": name})["token"]
        return Client(f"{host.http}/mcp", headers={"Authorization": f"Bearer {token}"}, name="auth")

    task = rest(host, "POST", "/tasks", {"title": "ours"})["key"]
    vera, mia, max_ = (client(*who, ["*"]) for who in (("vera", "viewer"), ("mia", "member"), ("max", "maintainer")))
    narrow = client("mia", None, ["read"])
    for reader in (vera, narrow):
        assert tool(reader, "tasks_get", id=task), "a reader may read"
        assert not tool(reader, "tasks_create", title="no"), "a reader made a task"
        assert not tool(reader, "call_write", method="tasks.create", arguments={"title": "no"})
    for writer in (mia, max_, Client(f"{host.http}/mcp")):
        assert tool(writer, "tasks_create", title="yes"), "a member may write"
        # Whoever it is: by MCP nobody is more than a member.
        assert not tool(writer, "call_write", method="tasks.delete", arguments={"id": task})
        assert not tool(writer, "call_write", method="users.create", arguments={
            "name": "eve", "role": "admin", "password": PASSWORD})
        names = {entry["name"] for entry in writer.request("tools/list")["tools"]}
        assert not [name for name in names if "delete" in name or "purge" in name], names
    titles = [entry["title"] for entry in rest(host, "GET", "/tasks?limit=100")["items"]]
    assert sorted(titles) == ["ours", "yes", "yes", "yes"], titles
    # Who did what stands in the history: the agent.
    key = tool(mia, "tasks_create", title="whose")["structuredContent"]["key"]
    said = json.dumps(rest(host, "GET", f"/history?id={key}"))
    assert "agent:auth" in said, said
    streams = [listen(mia), listen(narrow), legacy_stream(host, mia.base), listen(vera)]
    # Who is no user any more is nobody here, and hears nothing any more.
    rest(host, "PATCH", "/users/mia", {"disabled": True})
    for connection, response in streams[:3]:
        assert ends(response), "a disabled user still hears of changes"
        connection.close()
    rest(host, "DELETE", f"/tokens/{uuid.UUID(vera.base['Authorization'].split('_')[1])}")
    assert ends(streams[3][1]), "who shows a token that was revoked still hears of changes"
    try:
        answer = mia.request("server/discover")
        sys.exit(f"a disabled user was answered: {answer}")
    except (Failed, AssertionError):
        pass


def is_a_protected_resource(host, issuer):
    status, found, _ = discover(host)
    parts = challenge(found)
    assert status == 401 and "error" not in parts, (status, found)
    address = parts["resource_metadata"]
    assert address.startswith(f"{host.http}{METADATA}"), address
    for path in {METADATA + "/mcp", address.removeprefix(host.http)}:
        response, body = get(host, path)
        metadata = json.loads(body)
        assert response.status == 200 and response.getheader("Content-Type").startswith("application/json"), path
        assert metadata["resource"] == f"{host.http}/mcp", metadata
        assert metadata["authorization_servers"] == [issuer.url], metadata
        assert "offline_access" not in metadata.get("scopes_supported", []), metadata
        assert metadata.get("bearer_methods_supported", ["header"]) == ["header"], metadata

    def told(**claims):
        return discover(host, Authorization=f"Bearer {issuer.sign('RS256', 'rsa', **claims)}")

    now = int(time.time())
    assert told()[0] == 200, told()
    for claims in ({"aud": "elsewhere"}, {"aud": None}, {"iss": "https://evil.example"}, {"exp": now - 300},
                   {"nbf": now + 300}, {"exp": None}):
        status, found, _ = told(**claims)
        parts = challenge(found)
        assert status == 401 and parts["error"] == "invalid_token" and parts["resource_metadata"], (claims, found)
    for algorithm, key in (("none", None), ("HS256", "ed"), ("RS256", "small")):
        token = issuer.sign(algorithm, key)
        assert discover(host, Authorization=f"Bearer {token}")[0] == 401, algorithm
    # The issuer's people are viewers here, and what they may not is said with the scope that it takes.
    token = issuer.sign("RS256", "rsa")
    client = Client(f"{host.http}/mcp", headers={"Authorization": f"Bearer {token}"})
    assert tool(client, "tasks_list", limit=1) and not tool(client, "tasks_create", title="no")
    message = client.message("tools/call", {"name": "tasks_create", "arguments": {"title": "no"}})
    connection, response = client.send(message)
    parts = challenge(response.getheader("WWW-Authenticate"))
    assert response.status == 403 and parts["resource_metadata"] == address, (response.status, parts)
    assert (parts["error"], parts["scope"]) == ("insufficient_scope", "write"), parts
    connection.close()
    # What no scope gives to anybody does not exist for him.
    assert not tool(client, "users_list")


def main():
    with Host() as host:
        asks_for_a_token(host)
        print("asks for a token")
        knows_roles_and_scopes(host)
        print("knows roles and scopes")
    issuer = Issuer()
    with Host(configuration={
            "host": {"httpClient": {"allow": ["127.0.0.1", "localhost"]}},
            "plugins": {"auth": {"issuers": [
                {"name": "corp", "issuer": issuer.url, "audience": "board", "role": "viewer"}]}}}) as host:
        is_a_protected_resource(host, issuer)
        print("is a protected resource")


if __name__ == "__main__":
    main()
