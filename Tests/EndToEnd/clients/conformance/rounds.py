"""Results that ask for input, and the rounds that follow (SEP-2322)."""

from mcp_wire import KEY, MODERN, Failed

from . import refused, scenario

TOOL = "test_input_required_result_"
ANSWERS = {
    "elicitation/create": {"action": "accept", "content": {"name": "Alice"}},
    "sampling/createMessage": {"role": "assistant", "model": "test-model", "stopReason": "endTurn",
                               "content": {"type": "text", "text": "Paris"}},
    "roots/list": {"roots": [{"uri": "file:///test/root", "name": "Test Root"}]},
}


def call(client, tool, responses=None, state=None, method="tools/call", **meta):
    params = {"name": TOOL + tool} | ({"arguments": {}} if method == "tools/call" else {})
    params |= {} if responses is None else {"inputResponses": responses}
    params |= {} if state is None else {"requestState": state}
    return client.request(method, params, **meta)


def asks(result, *methods):
    """The input requests of a result, which must be of these methods."""
    assert result["resultType"] == "input_required", result
    assert "ttlMs" not in result and "content" not in result, result
    assert sorted(r["method"] for r in result["inputRequests"].values()) == sorted(methods), result
    return result["inputRequests"]


def answered(requests, **content):
    """Answers to input requests; `content`, what a form is filled with."""
    form = {"action": "accept", "content": content}
    return {name: form if content and request["method"] == "elicitation/create" else ANSWERS[request["method"]]
            for name, request in requests.items()}


def complete(result):
    assert result["resultType"] == "complete" and not result.get("isError"), result
    return result


def one_round(client, tool, *methods, state=False, **content):
    first = call(client, tool)
    requests = asks(first, *methods)
    assert not state or first["requestState"], first
    return complete(call(client, tool, answered(requests, **content), first.get("requestState")))


@scenario("input-required-result-basic-elicitation", MODERN)
def asks_for_a_form(client):
    assert "Alice" in one_round(client, "elicitation", "elicitation/create", name="Alice")["content"][0]["text"]


@scenario("input-required-result-basic-sampling", MODERN)
def asks_for_a_sample(client):
    assert "Paris" in one_round(client, "sampling", "sampling/createMessage")["content"][0]["text"]


@scenario("input-required-result-basic-list-roots", MODERN)
def asks_for_roots(client):
    assert one_round(client, "list_roots", "roots/list")["content"]


@scenario("input-required-result-request-state", MODERN)
def gets_its_state_back(client):
    one_round(client, "request_state", "elicitation/create", state=True, ok=True)


@scenario("input-required-result-multiple-input-requests", MODERN)
def asks_for_several_things_at_once(client):
    one_round(client, "multiple_inputs", *ANSWERS, state=True)


@scenario("input-required-result-multi-round", MODERN)
def asks_again_and_again(client):
    first = call(client, "multi_round")
    name = answered(asks(first, "elicitation/create"), name="Alice")
    second = call(client, "multi_round", name, first["requestState"])
    assert second["requestState"] != first["requestState"], second
    color = answered(asks(second, "elicitation/create"), color="blue")
    last = complete(call(client, "multi_round", color, second["requestState"]))
    assert "Alice" in last["content"][0]["text"] and "blue" in last["content"][0]["text"], last


@scenario("input-required-result-missing-input-response", MODERN)
def asks_again_for_what_is_missing(client):
    asks(call(client, "elicitation", {"wrong_key": ANSWERS["elicitation/create"]}), "elicitation/create")


@scenario("input-required-result-non-tool-request", MODERN)
def asks_for_a_prompt_too(client):
    first = call(client, "prompt", method="prompts/get")
    responses = answered(asks(first, "elicitation/create"), context="test context")
    last = call(client, "prompt", responses, first.get("requestState"), method="prompts/get")
    assert last["resultType"] == "complete" and "test context" in last["messages"][0]["content"]["text"], last


@scenario("input-required-result-result-type", MODERN)
def says_what_kind_of_result_it_is(client):
    assert call(client, "elicitation")["resultType"] == "input_required"
    assert client.call("test_simple_text")["resultType"] == "complete"


@scenario("input-required-result-unsupported-methods", MODERN)
def asks_for_nothing_elsewhere(client):
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "server/discover"):
        result = client.request(method, {"inputResponses": {"user_name": ANSWERS["elicitation/create"]}})
        assert result["resultType"] == "complete", result


@scenario("input-required-result-tampered-state", MODERN)
def refuses_a_state_that_it_has_not_written(client):
    first = call(client, "tampered_state")
    responses, state = answered(asks(first, "elicitation/create"), ok=True), first["requestState"]
    for other in (state + "-TAMPERED", state[:-1], "", state[::-1], "A" + state[1:], "round-1", "\0", "é" * 4000):
        if other != state:
            refused(lambda: call(client, "tampered_state", responses, other), -32602)
    # Nor one of another tool.
    refused(lambda: call(client, "multi_round", responses, state), -32602)
    complete(call(client, "tampered_state", responses, state))


@scenario("input-required-result-capability-check", MODERN)
def asks_only_for_what_the_client_can(client):
    asks(call(client, "capabilities", **{f"{KEY}clientCapabilities": {"sampling": {}}}), "sampling/createMessage")
    asks(call(client, "capabilities", **{f"{KEY}clientCapabilities": {"elicitation": {}}}), "elicitation/create")


@scenario("input-required-result-ignore-extra-params", MODERN)
def ignores_answers_that_it_has_not_asked_for(client):
    responses = {"user_name": ANSWERS["elicitation/create"], "unknown_extra_key": ANSWERS["elicitation/create"],
                 "another_unexpected": {"action": "accept", "content": {"baz": 123}}}
    complete(call(client, "elicitation", responses))


@scenario("input-required-result-validate-input", MODERN)
def holds_answers_to_their_shape(client):
    for wrong in ({"user_name": 12345}, {"user_name": {"action": "perhaps"}}, {"user_name": []}, 7, "x", []):
        try:
            asks(call(client, "elicitation", wrong), "elicitation/create")
        except Failed as failed:
            assert failed.code == -32602 and failed.status == 400, failed
    message = client.message("tools/call", {"name": TOOL + "elicitation", "arguments": {}, "inputResponses": None})
    _, _, (answer,) = client.exchange(message)
    assert answer.get("error", {}).get("code") == -32602 or answer["result"]["resultType"] == "input_required", answer
