"""The official Python SDK's client, in every mode, by HTTP and stdio; and fastmcp's command line.

mcp_sdk.py FIXTURE: the folder of the conformance fixture, which is loaded beside what is bundled.
mcp_sdk.py URL [COMMAND…]: another server with the fixture's tools, by its address and as a program."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import mcp_types as types
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from orchestron import BINARY, Host, bearer, rest

MODERN, LEGACY = "2026-07-28", "2025-11-25"
MODES = {"auto": MODERN, "legacy": LEGACY, MODERN: MODERN}


class Way:
    """How a server is reached: by its address, or by the program that speaks for it."""

    def __init__(self, url=None, command=None, environment=None, folder=None):
        self.url, self.command, self.environment, self.folder = url, command, environment, folder
        self.name = "http" if url else "stdio"

    @contextlib.asynccontextmanager
    async def client(self, mode, **options):
        if self.url:
            async with create_mcp_http_client(headers=bearer(self.url)) as http:
                server = streamable_http_client(self.url, http_client=http)
                async with Client(server, mode=mode, **options) as client:
                    yield client
        else:
            server = StdioServerParameters(
                command=str(self.command[0]), args=[str(word) for word in self.command[1:]], env=self.environment,
                cwd=self.folder)
            async with Client(server, mode=mode, **options) as client:
                yield client


def text(result):
    assert not result.is_error, result
    return result.content[0].text


async def refusal(call, code):
    try:
        answer = await call
    except MCPError as error:
        assert error.error.code == code and error.error.message, error.error
        return error.error
    raise AssertionError(f"was not refused: {answer}")


class Person:
    """Who answers what a server asks a client."""

    def __init__(self):
        self.asked, self.logged = [], []
        self.options = {
            "elicitation_callback": self.fill, "sampling_callback": self.sample, "list_roots_callback": self.roots,
            "logging_callback": self.log}

    async def fill(self, context, params):
        self.asked.append(params.message)
        return types.ElicitResult(action="accept", content={"name": "Alice", "color": "blue", "ok": True,
                                                            "context": "ours", "response": "yes"})

    async def sample(self, context, params):
        self.asked.append(params.messages[0].content.text)
        return types.CreateMessageResult(
            role="assistant", model="none", content=types.TextContent(type="text", text="Paris"))

    async def roots(self, context):
        self.asked.append("roots")
        return types.ListRootsResult(roots=[types.Root(uri="file:///here", name="here")])

    async def log(self, params):
        self.logged.append(params)


async def uses_all_of_the_fixture(way, mode):
    person = Person()
    async with way.client(mode, **person.options) as client:
        modern = client.protocol_version == MODERN
        assert client.protocol_version == MODES[mode], (mode, client.protocol_version)
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "test_simple_text" in tools and tools["test_simple_text"].description
        assert "text response" in text(await client.call_tool("test_simple_text"))
        kinds = [part.type for part in (await client.call_tool("test_multiple_content_types")).content]
        assert kinds == ["text", "image", "resource"], kinds
        assert (await client.call_tool("test_error_handling")).is_error

        told = []

        async def progressed(progress, total, message):
            told.append((progress, total))

        await client.call_tool("test_tool_with_progress", progress_callback=progressed)
        assert told == [(0, 100), (50, 100), (100, 100)], told

        if modern:
            assert "Alice" in text(await client.call_tool("test_input_required_result_elicitation"))
            assert "Paris" in text(await client.call_tool("test_input_required_result_sampling"))
            assert text(await client.call_tool("test_input_required_result_list_roots"))
            last = text(await client.call_tool("test_input_required_result_multi_round"))
            assert "Alice" in last and "blue" in last, last
            prompt = await client.get_prompt("test_input_required_result_prompt")
            assert "ours" in prompt.messages[0].content.text, prompt
            assert len(person.asked) >= 6, person.asked
            async with client.listen(tools_list_changed=True) as changes:
                await client.call_tool("test_trigger_tool_change")
                change = await asyncio.wait_for(anext(aiter(changes)), 10)
                assert "Tool" in type(change).__name__, change
        else:
            assert "Paris" in text(await client.call_tool("test_sampling", {"prompt": "The capital of France?"}))
            assert "accept" in text(await client.call_tool("test_elicitation", {"message": "Your name?"}))
            assert person.asked == ["The capital of France?", "Your name?"], person.asked
            await client.set_logging_level("debug")
            await client.call_tool("test_tool_with_logging")
            assert len(person.logged) == 3, person.logged
            await client.send_ping()
            await client.subscribe_resource("test://watched-resource")
            await client.unsubscribe_resource("test://watched-resource")

        resources = {str(resource.uri) for resource in (await client.list_resources()).resources}
        assert {"test://static-text", "test://static-binary"} <= resources, resources
        content, = (await client.read_resource("test://static-text")).contents
        assert content.text == "This is the content of the static text resource.", content
        content, = (await client.read_resource("test://template/42/data")).contents
        assert "42" in content.text, content
        await refusal(client.read_resource("test://no-such"), -32602)
        assert (await client.list_resource_templates()).resource_templates
        assert "test_simple_prompt" in {prompt.name for prompt in (await client.list_prompts()).prompts}
        prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"})
        assert "one" in prompt.messages[0].content.text and "two" in prompt.messages[0].content.text, prompt
        await client.complete(types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments"),
                              {"name": "arg1", "value": "o"})
        calls = [client.call_tool("test_simple_text") for _ in range(50)]
        assert all(text(result) for result in await asyncio.gather(*calls))


async def works_with_tasks(way, mode, host):
    """What an agent does with the tools of the profile `minimal`, checked by REST."""
    async with way.client(mode) as client:
        assert client.server_info is None or client.server_info.name == "orchestron", client.server_info
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        minimal = {"tasks_list", "tasks_get", "tasks_create", "tasks_update", "find_methods", "call_read", "call_write"}
        assert minimal <= set(tools), set(tools)
        for name in ("tasks_list", "tasks_get", "find_methods", "call_read"):
            assert tools[name].annotations.read_only_hint is True, tools[name]
        for name in ("tasks_create", "tasks_update", "call_write"):
            assert not tools[name].annotations.read_only_hint, tools[name]
        made = await client.call_tool("tasks_create", {"title": f"by {way.name}, {mode}", "priority": "high"})
        assert not made.is_error, made
        task = made.structured_content
        assert json.loads(made.content[0].text) == task, "the text is not the structured content"
        assert rest(host, "GET", f"/tasks/{task['key']}")["title"] == f"by {way.name}, {mode}"
        changed = await client.call_tool("tasks_update", {"id": task["key"], "status": "in_progress"})
        assert not changed.is_error, changed
        assert rest(host, "GET", f"/tasks/{task['key']}")["status"] == "in_progress"
        got = (await client.call_tool("tasks_get", {"id": task["key"]})).structured_content
        assert got["id"] == task["id"] and got["status"] == "in_progress", got
        listed = json.loads(text(await client.call_tool("tasks_list", {"limit": 100})))
        assert task["key"] in [entry["key"] for entry in listed["items"]], listed

        # An error says what is wrong, where the model can read it.
        wrong = await client.call_tool("tasks_create", {"title": "no", "priority": "enormous"})
        assert wrong.is_error and "priority" in wrong.content[0].text, wrong
        missing = await client.call_tool("tasks_get", {"id": "ORC-99999"})
        assert missing.is_error and "ORC-99999" in missing.content[0].text, missing
        await refusal(client.call_tool("no_such_tool"), -32602)

        # Every other method is found and called.
        found = await client.call_tool("find_methods", {"query": "sprint"})
        assert not found.is_error and "sprints.create" in json.dumps(found.structured_content or text(found)), found
        health = await client.call_tool("call_read", {"method": "host.health", "arguments": {}})
        assert not health.is_error, health
        refused = await client.call_tool("call_read", {"method": "tasks.create", "arguments": {"title": "no"}})
        assert refused.is_error and "call_write" in refused.content[0].text, refused
        comment = await client.call_tool("call_write", {"method": "comments.create", "arguments": {
            "task": task["key"], "text": "by MCP"}})
        assert not comment.is_error, comment
        assert "by MCP" in json.dumps(rest(host, "GET", f"/comments?task={task['key']}"))
        # Callers of MCP are members: what destroys is theirs no more than it is listed.
        removed = await client.call_tool("call_write", {"method": "tasks.delete", "arguments": {"id": task["key"]}})
        assert removed.is_error, removed
        assert rest(host, "GET", f"/tasks/{task['key']}")["key"] == task["key"]


def fastmcp(host, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": host.folder.name, "NO_COLOR": "1", "COLUMNS": "200"}
    command = [Path(sys.executable).with_name("fastmcp"), *words]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, f"{words} ended with {run.returncode}:\n{run.stdout}\n{run.stderr}"
    return run.stdout


def is_used_from_the_command_line(host, stdio):
    url, token = f"{host.http}/mcp", ("--auth", host.token)
    assert "tasks_create" in fastmcp(host, "list", url, "--resources", "--prompts", *token)
    answer = json.loads(fastmcp(host, "call", url, "tasks_create", "title=by fastmcp", "--json", *token))
    assert "by fastmcp" in json.dumps(answer), answer
    assert "by fastmcp" in [task["title"] for task in rest(host, "GET", "/tasks?limit=100")["items"]]
    assert "tasks_create" in fastmcp(host, "list", "--command", " ".join(map(str, stdio.command)))


async def in_every_mode(ways, *parts):
    for part, *more in parts:
        for way in ways:
            for mode in MODES:
                await asyncio.wait_for(part(way, mode, *more), 60)
                print(f"{part.__name__}, {way.name}, {mode}", flush=True)


def main():
    warnings.simplefilter("ignore")  # The SDK warns of what 2026-07-28 deprecates; both eras are wanted here.
    where, *command = sys.argv[1:]
    if where.startswith("http"):
        ways = [Way(where), *([Way(command=command, environment=dict(os.environ))] if command else [])]
        asyncio.run(in_every_mode(ways, (uses_all_of_the_fixture,)))
        return
    with Host(where) as host:
        environment = {"PATH": os.environ["PATH"], "HOME": host.folder.name}
        stdio = Way(command=[BINARY, "mcp", "--storage", host.storage], environment=environment,
                    folder=host.folder.name)
        ways = [Way(f"{host.http}/mcp"), stdio]
        asyncio.run(in_every_mode(ways, (works_with_tasks, host), (uses_all_of_the_fixture,)))
        is_used_from_the_command_line(host, stdio)
        print("fastmcp's command line")


if __name__ == "__main__":
    main()
