"""Calls that become tasks: the extension io.modelcontextprotocol/tasks (SEP-2663)."""

import time

from mcp_wire import ALL, MODERN

from . import refused, scenario

EXTENSION = "io.modelcontextprotocol/tasks"
FIELDS = {"taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs", "pollIntervalMs"}
YES = {"action": "accept", "content": {"confirm": True}}


def knowing(client):
    """The same client, which declares the extension with each request."""
    client.capabilities = ALL | {"extensions": {EXTENSION: {}}}
    return client


def begin(client, tool, **arguments):
    """Calls a tool that becomes a task; gives its id."""
    result = client.call(tool, arguments)
    assert result["resultType"] == "task" and result["status"] == "working" and FIELDS <= set(result), result
    assert not {"content", "requestState", "inputRequests", "result"} & set(result), result
    return result["taskId"]


def until(client, task, *statuses):
    end = time.monotonic() + 15
    while (found := client.request("tasks/get", {"taskId": task}))["status"] not in statuses:
        assert time.monotonic() < end, found
        time.sleep(0.1)
    assert found["resultType"] == "complete" and found["taskId"] == task, found
    return found


def update(client, task, **responses):
    answer = client.request("tasks/update", {"taskId": task, "inputResponses": responses})
    assert set(answer) <= {"resultType", "_meta"}, answer


@scenario("tasks-lifecycle", MODERN)
def ends_in_each_of_the_ways_that_there_are(client):
    knowing(client)
    assert client.call("greet", {"name": "you"})["resultType"] == "complete"
    assert client.call("slow_compute", {"seconds": 0})["resultType"] == "complete"
    assert "result" in until(client, begin(client, "slow_compute", seconds=1), "completed")
    assert until(client, begin(client, "failing_job"), "completed", "failed")["result"]["isError"] is True
    broken = until(client, begin(client, "protocol_error_job"), "completed", "failed")
    assert broken["status"] == "failed" and broken["error"]["code"] == -32603 and "result" not in broken, broken
    task = begin(client, "slow_compute", seconds=60)
    client.request("tasks/cancel", {"taskId": task})
    assert "result" not in until(client, task, "cancelled")
    client.request("tasks/cancel", {"taskId": task})


@scenario("tasks-required-task-error", MODERN)
def needs_a_client_that_knows_tasks(client):
    failed = refused(lambda: client.call("failing_job"), -32021)
    assert failed.data["requiredCapabilities"] == {"extensions": {EXTENSION: {}}}, failed.data
    assert client.call("slow_compute", {"seconds": 0.5})["resultType"] == "complete"
    refused(lambda: client.request("subscriptions/listen", {"notifications": {"taskIds": ["x"]}}), -32021)


@scenario("tasks-mrtr-input", MODERN)
def asks_in_a_task(client):
    knowing(client)
    task = begin(client, "confirm_delete", filename="x")
    (key, question), = until(client, task, "input_required")["inputRequests"].items()
    assert question["method"] == "elicitation/create", question
    update(client, task, unknown=YES)
    refused(lambda: update(client, task, **{key: {"action": "perhaps"}}), -32602)
    assert key in until(client, task, "input_required")["inputRequests"], "what was answered wrongly is still asked"
    update(client, task, **{key: YES})
    assert until(client, task, "completed", "failed")["status"] == "completed"
    update(client, task, **{key: YES})


@scenario("tasks-mrtr-input", MODERN)
def takes_answers_one_by_one(client):
    knowing(client)
    task = begin(client, "multi_input")
    first, second = until(client, task, "input_required")["inputRequests"]
    update(client, task, **{first: YES})
    assert list(until(client, task, "input_required")["inputRequests"]) == [second]
    update(client, task, **{first: {"action": "decline"}})
    assert list(until(client, task, "input_required")["inputRequests"]) == [second]
    update(client, task, **{second: YES})
    assert until(client, task, "completed", "failed")["status"] == "completed"


@scenario("tasks-mrtr-composition", MODERN)
def asks_before_there_is_a_task(client):
    knowing(client)
    first = client.call("test_tool_with_task")
    assert first["resultType"] == "input_required" and "taskId" not in first, first
    answers = {key: {"action": "accept", "content": {"name": "Alice"}} for key in first["inputRequests"]}
    second = client.request("tools/call", {
        "name": "test_tool_with_task", "arguments": {}, "inputResponses": answers,
        "requestState": first["requestState"]})
    assert second["resultType"] == "task" and not {"requestState", "inputRequests"} & set(second), second
    done = until(client, second["taskId"], "completed", "failed")
    assert "Alice" in done["result"]["content"][0]["text"], done


@scenario("tasks-status-notifications", MODERN, http=True)
def tells_of_tasks(client):
    knowing(client)
    task = begin(client, "slow_compute", seconds=1)
    with client.listen("subscriptions/listen", {"notifications": {"taskIds": [task, "of-nobody"]}}) as stream:
        assert stream.next()["params"]["notifications"] == {"taskIds": [task]}
        told = []
        while not told or told[-1]["status"] == "working":
            message = stream.next()
            assert message["method"] == "notifications/tasks", message
            told.append(message["params"])
        assert told[-1]["status"] == "completed" and told[-1]["result"]["content"], told
