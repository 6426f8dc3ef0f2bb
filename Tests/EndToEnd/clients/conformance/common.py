"""What both eras have alike: tools, resources, prompts, completion, and the transport's protection."""

import base64
import json
import re

import jsonschema

from mcp_wire import LEGACY, MODERN

from . import refused, scenario

IMAGE = b"\x89PNG\r\n\x1a\n"


def contents(result, kind):
    assert not result.get("isError"), result
    found = [part for part in result["content"] if part["type"] == kind]
    assert found, f"no {kind}: {result}"
    return found[0]


@scenario("tools-list", LEGACY, MODERN)
def lists_tools(client):
    tools = client.request("tools/list")["tools"]
    assert len({tool["name"] for tool in tools}) == len(tools) > 0
    assert [tool["name"] for tool in client.request("tools/list")["tools"]] == [tool["name"] for tool in tools]
    for tool in tools:
        assert re.fullmatch(r"[A-Za-z0-9_./-]{1,64}", tool["name"]), tool["name"]
        assert tool["description"] and tool["inputSchema"]["type"] == "object", tool
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
        jsonschema.Draft202012Validator.check_schema(tool.get("outputSchema", {}))


@scenario("tools-call-simple-text", LEGACY, MODERN)
def answers_with_text(client):
    assert contents(client.call("test_simple_text"), "text")["text"] == "This is a simple text response for testing."
    # `arguments` need not be there.
    assert client.request("tools/call", {"name": "test_simple_text"})["content"]


@scenario("tools-call-image", LEGACY, MODERN)
def answers_with_an_image(client):
    image = contents(client.call("test_image_content"), "image")
    assert image["mimeType"] == "image/png" and base64.b64decode(image["data"], validate=True).startswith(IMAGE), image


@scenario("tools-call-audio", LEGACY, MODERN)
def answers_with_sound(client):
    sound = contents(client.call("test_audio_content"), "audio")
    assert sound["mimeType"] == "audio/wav" and base64.b64decode(sound["data"], validate=True)[:4] == b"RIFF", sound


@scenario("tools-call-embedded-resource", LEGACY, MODERN)
def answers_with_a_resource(client):
    resource = contents(client.call("test_embedded_resource"), "resource")["resource"]
    assert resource["uri"] == "test://embedded-resource" and resource["mimeType"] == "text/plain", resource
    assert resource["text"] == "This is an embedded resource content.", resource


@scenario("tools-call-mixed-content", LEGACY, MODERN)
def answers_with_several_kinds(client):
    result = client.call("test_multiple_content_types")
    assert [part["type"] for part in result["content"]] == ["text", "image", "resource"], result
    resource = result["content"][2]["resource"]
    assert resource["mimeType"] == "application/json" and json.loads(resource["text"]), resource


@scenario("tools-call-error", LEGACY, MODERN)
def answers_with_an_error(client):
    result = client.call("test_error_handling")
    assert result["isError"] is True, result
    assert "This tool intentionally returns an error for testing" in result["content"][0]["text"], result


@scenario("tools-call-with-progress", LEGACY, MODERN)
def tells_progress(client):
    for token in ("progress-test-1", 0, 7):
        client.call("test_tool_with_progress", progressToken=token)
        told = [n["params"] for n in client.notifications if n["method"] == "notifications/progress"]
        assert [p["progress"] for p in told] == [0, 50, 100], told
        assert all(p["progressToken"] == token and type(p["progressToken"]) is type(token) for p in told), told
        assert all(p["total"] == 100 for p in told), told
    client.call("test_tool_with_progress")
    assert not client.notifications, client.notifications


@scenario("server-sse-multiple-streams", LEGACY, MODERN)
def answers_several_requests_at_once(client):
    streams = [client.listen("tools/call", {"name": "test_tool_with_progress", "arguments": {}},
                             **{"progressToken": f"at-once-{number}"}) for number in range(6)]
    for number, stream in reversed(list(enumerate(streams))):
        with stream:
            assert stream.status == 200, stream.status
            while "method" in (message := stream.next()):
                assert message["params"]["progressToken"] == f"at-once-{number}", message
            assert message["id"] == stream.request["id"], message


@scenario("json-schema-2020-12", LEGACY, MODERN)
def keeps_every_keyword_of_a_schema(client):
    tools = {tool["name"]: tool for tool in client.request("tools/list")["tools"]}
    schema = tools["json_schema_2020_12_tool"]["inputSchema"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", schema
    assert schema["$defs"]["address"]["$anchor"] == "addressDef", schema
    assert schema["properties"]["address"] == {"$ref": "#/$defs/address"}, schema
    assert schema["allOf"][0]["anyOf"] and schema["additionalProperties"] is False, schema
    assert schema["if"]["properties"] and schema["then"]["required"] and schema["else"]["required"], schema


@scenario("resources-list", LEGACY, MODERN)
def lists_resources(client):
    resources = client.request("resources/list")["resources"]
    found = {resource["uri"]: resource for resource in resources}
    assert len(found) == len(resources) and {"test://static-text", "test://static-binary"} <= set(found), found
    assert all(resource["name"] for resource in resources), resources


@scenario("resources-read-text", LEGACY, MODERN)
def reads_text(client):
    content, = client.request("resources/read", {"uri": "test://static-text"})["contents"]
    assert content["uri"] == "test://static-text" and content["mimeType"] == "text/plain", content
    assert content["text"] == "This is the content of the static text resource.", content


@scenario("resources-read-binary", LEGACY, MODERN)
def reads_bytes(client):
    content, = client.request("resources/read", {"uri": "test://static-binary"})["contents"]
    assert content["uri"] == "test://static-binary" and content["mimeType"], content
    assert base64.b64decode(content["blob"], validate=True).startswith(IMAGE), content


@scenario("resources-templates-read", LEGACY, MODERN)
def reads_by_a_template(client):
    templates = client.request("resources/templates/list")["resourceTemplates"]
    assert "test://template/{id}/data" in [template["uriTemplate"] for template in templates], templates
    content, = client.request("resources/read", {"uri": "test://template/123/data"})["contents"]
    assert content["uri"] == "test://template/123/data" and "123" in content["text"], content


@scenario("sep-2164-resource-not-found", MODERN)
def knows_no_such_resource(client):
    uri = "test://nonexistent-resource-for-conformance-testing"
    failed = refused(lambda: client.request("resources/read", {"uri": uri}), -32602)
    assert failed.data["uri"] == uri, failed.data


@scenario("prompts-list", LEGACY, MODERN)
def lists_prompts(client):
    prompts = {prompt["name"]: prompt for prompt in client.request("prompts/list")["prompts"]}
    assert all(prompt["description"] for prompt in prompts.values()), prompts
    arguments = {a["name"]: a["required"] for a in prompts["test_prompt_with_arguments"]["arguments"]}
    assert arguments == {"arg1": True, "arg2": True}, arguments


def messages(client, name, **arguments):
    found = client.request("prompts/get", {"name": name} | ({"arguments": arguments} if arguments else {}))["messages"]
    assert all(message["role"] in ("user", "assistant") for message in found), found
    return [message["content"] for message in found]


@scenario("prompts-get-simple", LEGACY, MODERN)
def gets_a_prompt(client):
    assert messages(client, "test_simple_prompt") == [
        {"type": "text", "text": "This is a simple prompt for testing."}]


@scenario("prompts-get-with-args", LEGACY, MODERN)
def gets_a_prompt_with_arguments(client):
    content, = messages(client, "test_prompt_with_arguments", arg1="testValue1", arg2="testValue2")
    assert content["text"] == "Prompt with arguments: arg1='testValue1', arg2='testValue2'", content
    refused(lambda: messages(client, "test_prompt_with_arguments", arg1="one"), -32602)
    refused(lambda: messages(client, "no_such_prompt"), -32602)


@scenario("prompts-get-embedded-resource", LEGACY, MODERN)
def gets_a_prompt_with_a_resource(client):
    first, second = messages(client, "test_prompt_with_embedded_resource", resourceUri="test://example-resource")
    assert first["type"] == "resource" and first["resource"]["uri"] == "test://example-resource", first
    assert second["type"] == "text", second


@scenario("prompts-get-with-image", LEGACY, MODERN)
def gets_a_prompt_with_an_image(client):
    first, second = messages(client, "test_prompt_with_image")
    assert first["type"] == "image" and first["mimeType"] == "image/png" and first["data"], first
    assert second["type"] == "text", second


@scenario("completion-complete", LEGACY, MODERN)
def completes(client):
    argument = {"name": "arg1", "value": "test"}
    prompt = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}
    completion = client.request("completion/complete", {"ref": prompt, "argument": argument})["completion"]
    assert len(completion["values"]) <= 100, completion
    template = {"type": "ref/resource", "uri": "test://template/{id}/data"}
    client.request("completion/complete", {"ref": template, "argument": {"name": "id", "value": "1"}})


@scenario("dns-rebinding-protection", LEGACY, MODERN, http=True)
def lets_no_foreign_page_in(client):
    def ask(**headers):
        if client.version == MODERN:
            message = client.message("server/discover")
        else:
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
                "protocolVersion": client.version, "capabilities": {}, "clientInfo": client.info}}
        found = client.headers(message) | headers
        connection, response = client.send(message, found)
        response.close()
        connection.close()
        return response.status

    own = client.place.netloc
    assert 400 <= ask(Host="evil.example.com", Origin="http://evil.example.com") < 500
    assert ask(Origin="http://evil.example.com") == 403
    assert ask(Origin="null") == 403
    assert 400 <= ask(Host="evil.example.com") < 500
    assert ask(Host=own, Origin=f"http://{own}") == 200
    assert ask() == 200
