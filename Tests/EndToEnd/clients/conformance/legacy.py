"""What ended with 2025-11-25: the handshake, sessions, and requests of the server to the client."""

import json
import threading

from mcp_wire import LEGACY

from . import refused, scenario

FILLED = {"username": "testuser", "email": "test@example.com", "response": "yes"}
FORM = {"action": "accept", "content": FILLED}
SAMPLE = {"role": "assistant", "model": "test-model", "stopReason": "endTurn",
          "content": {"type": "text", "text": "This is a test response from the client"}}


def answering(client, method, answer):
    """A client like `client` that answers one kind of question; and the questions that it gets."""
    asked = []
    return client.again(answers={method: lambda params: asked.append(params) or answer}), asked


@scenario("server-initialize", LEGACY)
def shakes_hands(client):
    assert client.server["protocolVersion"] == LEGACY and client.server["serverInfo"]["name"], client.server
    assert "tools" in client.server["capabilities"], client.server
    assert not client.session or all(0x21 <= ord(c) <= 0x7E for c in client.session), client.session
    for older in ("2024-11-05", "2025-03-26", "2025-06-18"):
        other = client.again(older)
        assert other.version in (older, LEGACY) and other.request("tools/list")["tools"]


@scenario("server-initialize", LEGACY, http=True)
def offers_a_revision_that_it_knows(client):
    for unknown in ("2026-07-28", "1999-01-01", "2099-01-01", "x"):
        params = {"protocolVersion": unknown, "capabilities": {}, "clientInfo": client.info}
        assert client.request("initialize", params)["protocolVersion"] == LEGACY, unknown


@scenario("ping", LEGACY)
def answers_a_ping(client):
    assert client.request("ping") == {}
    status, _, (answer,) = client.exchange({"jsonrpc": "2.0", "id": 0, "method": "ping"})
    assert (status, answer) == (200, {"jsonrpc": "2.0", "id": 0, "result": {}}), answer


@scenario("logging-set-level", LEGACY)
def sets_its_log_level(client):
    for level in ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"):
        assert client.request("logging/setLevel", {"level": level}) == {}
    refused(lambda: client.request("logging/setLevel", {"level": "loud"}), -32602)


@scenario("tools-call-with-logging", LEGACY)
def logs_while_a_tool_runs(client):
    def logged():
        client.call("test_tool_with_logging")
        return [n["params"]["data"] for n in client.notifications if n["method"] == "notifications/message"]

    client.request("logging/setLevel", {"level": "debug"})
    assert len(found := logged()) == 3, found
    client.request("logging/setLevel", {"level": "emergency"})
    assert not (found := logged()), found


@scenario("tools-call-sampling", LEGACY)
def asks_for_a_sample(client):
    other, asked = answering(client, "sampling/createMessage", SAMPLE)
    result = other.call("test_sampling", {"prompt": "Test prompt for sampling"})
    assert asked[0]["messages"][0]["content"]["text"] == "Test prompt for sampling", asked
    assert "This is a test response from the client" in result["content"][0]["text"], result


@scenario("tools-call-elicitation", LEGACY)
def asks_for_a_form(client):
    other, asked = answering(client, "elicitation/create", FORM)
    result = other.call("test_elicitation", {"message": "Please provide your information"})
    assert asked[0]["message"] == "Please provide your information", asked
    assert result["content"] and not result.get("isError"), result
    for action in ("decline", "cancel"):
        other, asked = answering(client, "elicitation/create", {"action": action})
        assert action in other.call("test_elicitation", {"message": "?"})["content"][0]["text"] and asked


@scenario("elicitation-sep1034-defaults", LEGACY)
def proposes_values_in_a_form(client):
    other, asked = answering(client, "elicitation/create", {"action": "accept", "content": {
        "name": "Jane", "age": 25, "score": 88.0, "status": "inactive", "verified": False}})
    result = other.call("test_elicitation_sep1034_defaults")
    parts = asked[0]["requestedSchema"]["properties"]
    assert {name: part["default"] for name, part in parts.items()} == {
        "name": "John Doe", "age": 30, "score": 95.5, "status": "active", "verified": True}, parts
    assert [parts[name]["type"] for name in ("name", "age", "score", "verified")] == [
        "string", "integer", "number", "boolean"], parts
    assert parts["status"]["enum"] == ["active", "inactive", "pending"], parts
    assert "Jane" in result["content"][0]["text"], result


@scenario("elicitation-sep1330-enums", LEGACY)
def offers_choices_in_a_form(client):
    other, asked = answering(client, "elicitation/create", {"action": "accept", "content": {
        "untitledSingle": "active", "titledSingle": "low", "untitledMulti": ["read"], "titledMulti": ["bug"],
        "legacyEnum": "small"}})
    assert other.call("test_elicitation_sep1330_enums")["content"]
    parts = asked[0]["requestedSchema"]["properties"]
    assert parts["untitledSingle"]["enum"] and "oneOf" not in parts["untitledSingle"], parts
    assert all(set(c) == {"const", "title"} for c in parts["titledSingle"]["oneOf"]), parts
    assert "enum" not in parts["titledSingle"], parts
    assert len(parts["legacyEnum"]["enumNames"]) == len(parts["legacyEnum"]["enum"]) > 0, parts
    assert parts["untitledMulti"]["type"] == "array" and parts["untitledMulti"]["items"]["enum"], parts
    assert all(c["const"] and c["title"] for c in parts["titledMulti"]["items"]["anyOf"]), parts


@scenario("resources-subscribe", LEGACY)
def subscribes_to_a_resource(client):
    assert client.request("resources/subscribe", {"uri": "test://watched-resource"}) == {}


@scenario("resources-unsubscribe", LEGACY)
def unsubscribes_from_a_resource(client):
    assert client.request("resources/subscribe", {"uri": "test://watched-resource"}) == {}
    assert client.request("resources/unsubscribe", {"uri": "test://watched-resource"}) == {}


@scenario("server-session-lifecycle", LEGACY, http=True)
def ends_a_session(client):
    if not client.session:
        return  # A server without sessions has none to end.
    connection, response = client.send({}, body=b"", verb="DELETE")
    connection.close()
    if response.status == 405:
        return
    assert response.status in (200, 202, 204), response.status
    message = client.message("tools/list")
    connection, response = client.send(message)
    connection.close()
    assert response.status == 404, response.status


@scenario("server-sse-polling", LEGACY, http=True)
def takes_up_a_stream_that_was_closed(client):
    """What the suite wants where a server closes its streams to be polled; others keep them open to the end."""
    if "test_reconnection" not in [tool["name"] for tool in client.request("tools/list")["tools"]]:
        return
    result = {}

    def run():
        with client.listen("tools/call", {"name": "test_reconnection", "arguments": {}}) as stream:
            for message in stream.messages:
                result["last"] = message

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "the stream neither ended nor answered"
    if "result" not in result.get("last", {}):
        assert client.session, f"a stream ended without its answer, and no session holds it: {json.dumps(result)}"
