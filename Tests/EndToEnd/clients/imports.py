"""A file of MEGABYTES that is posted whole to an import by curl: it is stored as it comes, with progress, in memory that does
not grow with it. What is no import, no content or broken off is refused or taken up again. Argument: MEGABYTES."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from orchestron import Host, bearer, by_http, connect, curl

# What the host may grow by: pieces, items of a batch, the cache and the log of storage.
ROOM = 96 << 20


def check(condition, sentence):
    if not condition:
        sys.exit(sentence)


def line(number):
    """A task of some seven kilobytes."""
    return json.dumps({"id": f"t{number}", "title": f"Task {number}", "description": f"{number} " * (10_000 // 6)}) + "\n"


def write(path, megabytes):
    """Writes a file of our own format; how many tasks it has."""
    count = 0
    with path.open("w") as file:
        while file.tell() < megabytes << 20:
            file.write(line(count))
            count += 1
    return count


def resident(host):
    """The memory of the host that is no file's: the system takes pages of files back as it needs them."""
    status = Path(f"/proc/{host.process.pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


class Memory(threading.Thread):
    """Watches how much memory the host has at most."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.most, self.over = host, 0, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, resident(self.host))


async def progress(host, ready, over):
    """The bytes that events of progress tell of until it is over."""
    told = []
    async with connect(host.ws) as socket:
        await socket.send(json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"topics": ["import:progress"]}}))
        await socket.recv()
        ready.set()
        while not over.is_set():
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), 0.2))
                told.append(message["params"]["data"]["received"])
            except TimeoutError:
                pass
    return told


def watch(host):
    """Hears of progress in a thread; gives what to call for what was told."""
    ready, over, told = threading.Event(), threading.Event(), []
    thread = threading.Thread(target=lambda: told.extend(asyncio.run(progress(host, ready, over))), daemon=True)
    thread.start()
    check(ready.wait(30), "nobody could subscribe to import:progress")

    def end():
        over.set()
        thread.join()
        return told

    return end


def begin(host, **arguments):
    return by_http(host, "imports.begin", {"format": "json", **arguments})["id"]


def post(host, id, *arguments):
    status, _, body = curl(f"{host.http}/api/imports/{id}/content", "--max-time", "600", *arguments)
    return status, json.loads(body)


def found(item):
    """The tasks that an import has made or found as they are."""
    return sum(item["counts"][name] for name in ("tasksCreated", "tasksUpdated", "tasksUnchanged"))


def refusals(host, path):
    status, problem = post(host, "01890000-0000-7000-8000-000000000000", "--data-binary", f"@{path}")
    check(status == 404 and "there is no import" in problem["detail"], f"an import that is none: {status} {problem}")
    id = begin(host)
    status, problem = post(host, id, "-F", f"file=@{path}")
    check(status == 400 and "--data-binary" in problem["detail"], f"a form: {status} {problem}")
    status, problem = post(host, id, "-H", "Content-Encoding: gzip", "--data-binary", f"@{path}")
    check(status == 400 and "Content-Encoding gzip" in problem["detail"], f"a coding: {status} {problem}")
    status, problem = post(host, id, "--data-binary", "{broken")
    check(status == 400, f"a content that is none: {status} {problem}")
    status, problem = post(host, id, "--data-binary", "{}")
    check(status == 409 and "failed" in problem["detail"], f"an import that has failed: {status} {problem}")


def broken_off(host, path, count):
    """Cut in the middle, then posted again: everything is there once."""
    id = begin(host)
    headers = [part for name, value in bearer(host.http).items() for part in ("-H", f"{name}: {value}")]
    sender = subprocess.Popen(
        ["curl", "-sS", *headers, "--limit-rate", "8M", "--data-binary", f"@{path}",
         f"{host.http}/api/imports/{id}/content"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while by_http(host, "imports.get", {"id": id})["received"] == 0:
        check(time.monotonic() < end and sender.poll() is None, "nothing was received of a slow sender")
        time.sleep(0.02)
    sender.kill()
    sender.wait()
    before = by_http(host, "imports.get", {"id": id})
    check(before["status"] == "receiving", f"broken off: {before['status']}")
    status, done = post(host, id, "--data-binary", f"@{path}")
    check(status == 200 and done["status"] == "finished", f"posted again: {status} {done}")
    check(done["received"] == path.stat().st_size, f"{done['received']} bytes were received")
    check(found(done) == count, f"{done['counts']} of {count} tasks")


def main():
    megabytes = int(sys.argv[1])
    with Host() as host:
        path = Path(host.folder.name) / "tasks.ndjson"
        small = Path(host.folder.name) / "small.ndjson"
        write(small, 1)
        status, problem = post(host, begin(host), "--data-binary", f"@{small}")  # What the host has once, it has before.
        check(status == 200, f"a small content: {status} {problem}")
        count = write(path, megabytes)
        id, before = begin(host), resident(host)
        memory, told = Memory(host), watch(host)
        began = time.monotonic()
        status, done = post(host, id, "-T", path, "-X", "POST")
        took = time.monotonic() - began
        memory.over.set()
        marks = told()
        check(status == 200 and done["status"] == "finished", f"the whole content: {status} {done}")
        check(done["received"] == path.stat().st_size, f"{done['received']} of {path.stat().st_size} bytes")
        check(found(done) == count, f"{done['counts']} of {count} tasks")
        check(len(marks) > 3 and marks == sorted(marks), f"progress: {marks}")
        grown = memory.most - before
        check(grown < ROOM, f"the host has grown by {grown >> 20} MiB for {megabytes} MB")
        status, problem = post(host, id, "--data-binary", "{}")
        check(status == 409 and "finished" in problem["detail"], f"a second content: {status} {problem}")
        refusals(host, small)
        broken_off(host, path, count)
        status, dry = post(host, begin(host, dryRun=True), "--data-binary", f"@{path}")
        check(status == 200 and dry["counts"]["tasksUnchanged"] == count, f"a dry run: {status} {dry['counts']}")
        host.stop()
        print(f"{megabytes} MB, {count} tasks: {took:.1f} s, {len(marks)} signs of progress, the host has grown by "
              f"{grown >> 20} MiB")


if __name__ == "__main__":
    main()
