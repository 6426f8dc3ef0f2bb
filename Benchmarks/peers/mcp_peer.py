"""A server of the official Python SDK with the tool that is measured: a task, found by its key, as a model.

mcp_peer.py http PORT, or mcp_peer.py stdio."""

import logging
import sys

from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel

logging.disable(logging.WARNING)
server = MCPServer("peer", version="1")


class Task(BaseModel):
    id: str
    key: str
    title: str
    status: str
    priority: str
    description: str
    labels: list[str]
    createdAt: str
    updatedAt: str
    revision: int


TASKS = {f"ORC-{number}": Task(
    id=f"01990000-0000-7000-8000-{number:012}", key=f"ORC-{number}", title=f"Task {number}", status="todo",
    priority="medium", description="what is to be done", labels=["a", "b"], createdAt="2026-01-05T08:00:00.000Z",
    updatedAt="2026-01-05T08:00:00.000Z", revision=1) for number in range(1, 101)}


@server.tool()
async def tasks_get(id: str) -> Task:
    """A task by its key."""
    return TASKS[id]


if __name__ == "__main__":
    if sys.argv[1] == "http":
        server.run("streamable-http", port=int(sys.argv[2]), json_response=True, stateless_http=True)
    else:
        server.run("stdio")
