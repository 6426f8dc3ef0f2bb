"""The real Claude Code: it connects by stdio and by HTTP, and changes a task with our tools, on the word of a model
that is a stand-in; as it is set up by itself, and by `orchestron mcp install`.

mcp_claude.py; or mcp_claude.py URL: only whether it connects to another server."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import claude_agent_sdk

from anthropic_api import Model
from orchestron import BINARY, Host, rest

CLAUDE = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
PREFIX = "mcp__orchestron__"
TOOLS = [PREFIX + name for name in ("tasks_create", "tasks_update", "tasks_get", "call_read")]


class Claude:
    """Claude Code with a home and a project of its own, as somebody who has just installed it."""

    def __init__(self, folder, model=None, **environment):
        self.home, self.project = Path(folder) / "home", Path(folder) / "project"
        self.home.mkdir(parents=True)
        self.project.mkdir()
        self.model = model
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", **environment}
        if model:
            self.environment |= {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "stand-in"}

    def run(self, *words, program=CLAUDE, code=0):
        done = subprocess.run([program, *words], env=self.environment, cwd=self.project, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{words} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def is_connected(self, name="orchestron"):
        said = self.run("mcp", "get", name)
        assert "Connected" in said, said
        assert f"{name}" in self.run("mcp", "list")

    def does(self, *calls):
        """Lets the model make calls; gives what the tools answered, pairs of the text and whether it is an error."""
        self.model.script(*((PREFIX + tool, given) for tool, given in calls))
        said = json.loads(self.run("-p", "Do what is to be done.", "--output-format", "json", "--allowedTools",
                                   ",".join(TOOLS), "--max-turns", "20"))
        assert not self.model.failures, self.model.failures
        assert said["result"] == "That is done." and not said["is_error"], said
        assert len(self.model.results) == len(calls), (calls, self.model.results)
        return [(json.dumps(result["content"]), bool(result.get("is_error"))) for result in self.model.results]


def changes_a_task(claude, host, title):
    claude.is_connected()
    (made, _), = claude.does(("tasks_create", {"title": title, "priority": "high"}))
    task, = [task for task in rest(host, "GET", "/tasks?limit=200")["items"] if task["title"] == title]
    assert task["key"] in made and task["priority"] == "high", (task, made)
    answers = claude.does(
        ("tasks_update", {"id": task["key"], "status": "in_progress"}),
        ("tasks_update", {"id": "ORC-99999", "status": "in_progress"}), ("tasks_get", {"id": task["key"]}),
        ("call_read", {"method": "host.health", "arguments": {}}))
    assert [error for _, error in answers] == [False, True, False, False], answers
    assert "ORC-99999" in answers[1][0] and "in_progress" in answers[2][0], answers
    assert rest(host, "GET", f"/tasks/{task['key']}")["status"] == "in_progress"
    revisions = json.dumps(rest(host, "GET", f"/history?id={task['id']}"))
    assert "agent:claude-code" in revisions, revisions
    print(title, flush=True)


def main():
    with Model() as model:
        if sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder:
                claude = Claude(folder)
                claude.run("mcp", "add", "--transport", "http", "other", sys.argv[1])
                claude.is_connected("other")
            return
        with Host() as host:
            folder = Path(host.folder.name)
            bearer = "Authorization: Bearer ${ORCHESTRON_TOKEN}"
            one = Claude(folder / "one", model, ORCHESTRON_TOKEN=host.token)
            one.run("mcp", "add", "--transport", "http", "orchestron", f"{host.http}/mcp", "-H", bearer)
            changes_a_task(one, host, "by HTTP, added by Claude Code")
            two = Claude(folder / "two", model)
            two.run("mcp", "add", "orchestron", "--", BINARY, "mcp", "--storage", host.storage)
            changes_a_task(two, host, "by stdio, added by Claude Code")
            three = Claude(folder / "three", model)
            three.run("mcp", "install", "--client", "claude-code", "--storage", host.storage, program=BINARY)
            changes_a_task(three, host, "by stdio, installed by us")
            four = Claude(folder / "four", model, ORCHESTRON_TOKEN=host.token)
            four.run("mcp", "install", "--client", "claude-code", "--http", f"{host.http}/mcp", program=BINARY)
            changes_a_task(four, host, "by HTTP, installed by us")
            four.run("mcp", "uninstall", "--client", "claude-code", program=BINARY)
            assert "orchestron" not in four.run("mcp", "list")


if __name__ == "__main__":
    main()
