"""`orchestron mcp` between a client and hosts that come, go, and are killed.

    bridge.py STAND_IN

STAND_IN is the folder of the fixture mcp-stand-in, which answers in the place of the plugin mcp."""

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

BINARY = Path(os.environ["ORCHESTRON_BIN"]).absolute()
LISTEN = {"notifications": {"toolsListChanged": True, "resourceSubscriptions": ["a:b"]}}
META = "io.modelcontextprotocol/subscriptionId"


class Folder:
    """A folder with a storage folder to come, and the environment of whoever works there."""

    def __init__(self, plugins, **settings):
        self.path = Path(tempfile.mkdtemp(prefix="orchestron-mcp-"))
        self.storage = self.path / ".orchestron"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.path), "ORCHESTRON_PLUGIN_PATH": plugins}
        self.configure(providers={"mcp": "mcp-stand-in"}, **settings)

    def configure(self, **settings):
        (self.path / "orchestron.config.json").write_text(json.dumps(settings))

    def command(self, *words):
        return [BINARY, *words, "--storage", self.storage]

    @property
    def lock(self):
        try:
            return json.loads((self.storage / "host.lock").read_text())
        except (OSError, ValueError):
            return {}

    @contextmanager
    def host(self):
        """A host in the foreground, as `orchestron run` starts it."""
        process = subprocess.Popen(
            self.command("run", "--json", "--port", "0", "--ws-port", "0"), env=self.environment, cwd=self.path,
            stdout=subprocess.PIPE, stderr=open(self.path / "run.log", "ab"))
        assert process.stdout.readline(), (self.path / "run.log").read_text()
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def hosts(self):
        """The processes of hosts of this folder."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"run" in words and str(self.storage).encode() in words:
                found.append(int(entry.name))
        return found

    def end(self):
        for pid in self.hosts():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.path, ignore_errors=True)


class Bridge:
    """An `orchestron mcp` and what it says."""

    def __init__(self, folder, *words, linger=60):
        self.folder = folder
        self.log = open(folder.path / "bridge.log", "ab")
        self.process = subprocess.Popen(
            folder.command("mcp", "--linger", str(linger), *words), env=folder.environment, cwd=folder.path,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, bufsize=0)
        self.rest = b""

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view):]

    def say(self, method, id=None, **params):
        message = {"jsonrpc": "2.0"} | ({} if id is None else {"id": id}) | {"method": method}
        self.write(json.dumps(message | ({"params": params} if params else {})).encode() + b"\n")

    def hear(self, timeout=30):
        """The next message; None at the end."""
        until = time.monotonic() + timeout
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            assert ready, f"nothing within {timeout} s; {self.logged()}"
            part = os.read(self.process.stdout.fileno(), 1 << 20)
            if not part:
                assert not self.rest, self.rest
                return None
            self.rest += part
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def ask(self, method, id, **params):
        self.say(method, id, **params)
        answer = self.hear()
        assert answer["id"] == id, answer
        return answer

    def logged(self):
        return (self.folder.path / "bridge.log").read_text()

    def end(self, within=5):
        """Closes its input; gives what it still says. The exit code must be 0."""
        self.process.stdin.close()
        start, said = time.monotonic(), []
        while (message := self.hear()) is not None:
            said.append(message)
        code = self.process.wait(10)
        assert code == 0, (code, self.logged())
        assert time.monotonic() - start < within, f"it took {time.monotonic() - start:.1f} s to end"
        return said


def wait_until(is_so, what, timeout=20):
    until = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.01)


def alive(pid):
    return Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


# What the client says


def says_nothing(folder):
    assert Bridge(folder).end() == []
    assert not folder.storage.exists(), "a client that only looks leaves no trace"


def starts_a_host_in_the_background(folder):
    bridge = Bridge(folder)
    answer = bridge.ask("first", "a")
    pid = answer["result"]["pid"]
    lock = folder.lock
    assert lock["pid"] == pid and lock["background"] is True and "http" not in lock, lock
    assert os.getsid(pid) == pid, "it has a session of its own"
    files = [os.readlink(f"/proc/{pid}/fd/{n}") for n in (0, 1, 2)]
    assert files == ["/dev/null"] + 2 * [str(folder.storage / "background.log")], files
    assert bridge.end() == []
    assert alive(pid)
    second = Bridge(folder)
    assert second.ask("second", 0)["result"]["pid"] == pid, "the next client finds it"
    second.end()
    opened = subprocess.run(folder.command("open"), env=folder.environment, capture_output=True, text=True)
    assert opened.returncode == 6 and "takes over" in opened.stderr, opened


def answers_what_has_no_line_end(folder):
    bridge = Bridge(folder)
    bridge.write(b'{"jsonrpc":"2.0","id":1,"method":"a"}\r\n\n  \n{"jsonrpc":"2.0","id":2,"method":"b"}')
    assert [m["id"] for m in bridge.end()] == [1, 2]
    bridge = Bridge(folder)
    bridge.write(b'{"jsonrpc":"2.0","id":1,"method":"a"}\n{"jsonrpc":"2.0","id":2,"met')
    said = bridge.end()
    assert said[0]["id"] == 1 and said[1]["error"]["code"] == -32700, said


def answers_what_is_no_message(folder):
    bridge = Bridge(folder)
    deep = b"[" * 511 + b"]" * 511
    escape = b'null}},"method":"tasks.list","params":{"x":{"y":1'
    for line in (b"hello", b"{", b'"\xff\xfe"', b"\0", deep, b"[" * 100_000, escape, b'{"id":1}}', b"x" * 1_000_000):
        bridge.write(line + b"\n")
        answer = bridge.hear()
        assert answer["error"]["code"] == -32700, (line[:50], answer)
    bridge.write(b'{"jsonrpc":"2.0","id":7,"method":"long","params":"' + b"x" * (17 << 20) + b'"}\n')
    answer = bridge.hear()
    assert answer["error"]["code"] == -32600 and "16 MiB" in answer["error"]["message"], answer
    assert bridge.ask("after", 8)["result"]["method"] == "after"
    nearly = b'{"jsonrpc":"2.0","id":9,"method":"long","params":"' + b"x" * (15 << 20) + b'"}'
    bridge.write(nearly + b"\n")
    assert bridge.hear()["result"]["length"] == len(nearly)
    assert bridge.end() == []


def lets_no_call_wait_for_another(folder):
    bridge = Bridge(folder)
    bridge.say("slow", 1, ms=400)
    assert bridge.ask("fast", 2)["result"]["method"] == "fast"
    assert bridge.hear()["id"] == 1
    bridge.end()


def takes_ten_thousand_messages_at_once(folder):
    bridge = Bridge(folder)
    bridge.ask("first", "first")
    start = time.monotonic()
    bridge.write(b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"m"}\n' % n for n in range(10_000)))
    assert [bridge.hear()["id"] for _ in range(10_000)] == list(range(10_000))
    print(f"10,000 messages: {time.monotonic() - start:.2f} s")
    bridge.end()


def waits_for_a_slow_reader_without_growing(folder):
    bridge, quick = Bridge(folder), Bridge(folder)
    for n in range(200):
        bridge.say("large", n, size=1 << 20)
    assert quick.ask("quick", 1)["result"]["method"] == "quick", "others do not wait with it"
    time.sleep(1)
    assert quick.ask("quick", 2)["result"]["method"] == "quick"
    size = int(Path(f"/proc/{bridge.process.pid}/statm").read_text().split()[1]) * 4 >> 10
    assert size < 120, f"{size} MiB"
    assert [bridge.hear()["id"] for _ in range(200)] == list(range(200))
    bridge.end()
    quick.end()


def answers_what_is_under_way_at_the_end(folder):
    bridge = Bridge(folder)
    bridge.say("slow", 1, ms=500)
    assert [m["id"] for m in bridge.end()] == [1]
    bridge = Bridge(folder)
    bridge.say("never", 1)
    bridge.say("subscriptions/listen", 2, **LISTEN)
    assert bridge.hear()["method"] == "notifications/subscriptions/acknowledged"
    assert bridge.end() == [], "what nobody answers is not waited for long"
    bridge = Bridge(folder)
    bridge.say("subscriptions/listen", 2, **LISTEN)
    bridge.say("never", 3)
    bridge.say("notifications/cancelled", requestId=3)
    assert bridge.hear()["method"] == "notifications/subscriptions/acknowledged"
    assert bridge.end(within=1.8) == []


def ends_at_a_signal_and_with_its_reader(folder):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        bridge = Bridge(folder)
        bridge.ask("first", 1)
        bridge.say("never", 2)
        start = time.monotonic()
        bridge.process.send_signal(number)
        assert bridge.process.wait(5) == 0 and time.monotonic() - start < 1.5
    bridge = Bridge(folder)
    bridge.ask("first", 1)
    bridge.process.stdout.close()
    assert bridge.process.wait(5) == 0


# Hosts that come and go


def starts_one_host_for_bridges_that_come_at_once(folder):
    bridges = [Bridge(folder) for _ in range(6)]
    for n, bridge in enumerate(bridges):
        bridge.say("hello", n)
    pids = {bridge.hear()["result"]["pid"] for bridge in bridges}
    assert len(pids) == 1 and folder.hosts() == list(pids), (pids, folder.hosts())
    for bridge in bridges:
        bridge.end()


def outlives_a_host_that_is_killed(folder):
    modern, legacy = Bridge(folder), Bridge(folder)
    modern.say("subscriptions/listen", "listen:0", **LISTEN)
    assert modern.hear()["params"]["_meta"][META] == "listen:0"
    legacy.ask("initialize", 0)
    legacy.say("notifications/initialized")
    first = legacy.ask("which", 1)["result"]["pid"]
    modern.say("never", "n")
    modern.ask("which", 2)
    os.kill(first, signal.SIGKILL)
    lost = modern.hear()
    assert lost["id"] == "n" and "try again" in lost["error"]["message"], lost
    changed = [modern.hear(), modern.hear()]
    assert [m["method"] for m in changed] == ["notifications/tools/list_changed", "notifications/resources/updated"]
    assert all(m["params"]["_meta"][META] == "listen:0" for m in changed) and changed[1]["params"]["uri"] == "a:b"
    assert legacy.hear() == {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
    second = {b.ask("which", 3)["result"]["pid"] for b in (modern, legacy)}
    assert len(second) == 1 and first not in second
    assert modern.end() == [] and legacy.end() == []


def outlives_a_plugin_that_fails(folder):
    bridge = Bridge(folder)
    bridge.say("crash", 1)
    assert "try again" in bridge.hear()["error"]["message"], "one that takes the host with it"
    old = bridge.ask("which", 2)["result"]["pid"]
    bridge.say("never", 3)
    bridge.say("throw", 4)
    said = {m["id"]: m["error"]["message"] for m in (bridge.hear(), bridge.hear())}
    assert "try again" in said[3], said
    start = time.monotonic()
    answer = bridge.ask("which", 5)
    assert "plugin mcp" in answer["error"]["message"] and time.monotonic() - start < 10, answer
    assert old in folder.hosts(), "the host goes on without it"
    os.kill(old, signal.SIGKILL)
    assert bridge.ask("which", 6)["result"]["pid"] != old
    bridge.end()


def makes_way_for_run(folder):
    bridge = Bridge(folder)
    old = bridge.ask("which", 1)["result"]["pid"]
    bridge.say("subscriptions/listen", 5, **LISTEN)
    bridge.hear()
    bridge.say("slow", 2, ms=300)
    bridge.say("never", 3)
    bridge.ask("which", 4)
    start = time.monotonic()
    with folder.host() as host:
        print(f"run takes over: {time.monotonic() - start:.2f} s")
        assert not alive(old)
        said = [bridge.hear() for _ in range(4)]
        answers = {m["id"]: m for m in said if "id" in m}
        assert "pid" in answers[2]["result"] and "try again" in answers[3]["error"]["message"], said
        assert bridge.ask("which", 6)["result"]["pid"] == host.pid
        lock = folder.lock
        assert "background" not in lock and lock["pid"] == host.pid
        second = subprocess.run(folder.command("run"), env=folder.environment, capture_output=True, text=True)
        assert second.returncode == 5, "a host in the foreground stays"
        host.terminate()
        assert host.wait(20) == 0
        assert bridge.hear()["method"] == "notifications/tools/list_changed"
        bridge.hear()
        assert bridge.ask("which", 7)["result"]["pid"] not in (host.pid, old), "it starts one in the background again"
    bridge.end()


def makes_way_for_restore(folder):
    def run(*words):
        done = subprocess.run(
            folder.command(*words), env=folder.environment, cwd=folder.path, capture_output=True, text=True)
        assert done.returncode == 0, done

    bridge = Bridge(folder)
    old = bridge.ask("which", 1)["result"]["pid"]
    run("backup", "plan.db")
    assert alive(old), "a backup needs no folder of its own"
    run("restore", "plan.db")
    wait_until(lambda: not alive(old), "it has made way")
    bridge.ask("which", 2)  # It may be on its way to the one that has ended.
    assert bridge.ask("which", 3)["result"]["pid"] != old
    bridge.end()


def ends_the_host_that_nobody_needs(folder):
    bridge = Bridge(folder, linger=1)
    pid = bridge.ask("which", 1)["result"]["pid"]
    time.sleep(2)
    assert alive(pid), "it stays as long as a client is there"
    bridge.process.kill()
    wait_until(lambda: not alive(pid), "it ends after its last client")
    assert (folder.storage / "host.lock").read_text() == ""
    bridge.process.wait()


def ends_the_host_whose_folder_is_gone(folder):
    bridge = Bridge(folder)
    pid = bridge.ask("which", 1)["result"]["pid"]
    shutil.rmtree(folder.storage)
    wait_until(lambda: not alive(pid), "it ends with its folder")
    time.sleep(1)
    assert not folder.storage.exists(), "nobody makes it anew before somebody asks"
    assert bridge.ask("which", 2)["result"]["pid"] != pid
    bridge.end()


def answers_every_request_once_whatever_is_killed(folder):
    dice = random.Random(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    bridge, asked, answered = Bridge(folder), 0, {}

    def hear():
        message = bridge.hear()
        assert message["id"] not in answered, message
        answered[message["id"]] = message

    for _ in range(8):
        for _ in range(dice.randrange(1, 400)):
            bridge.say(dice.choice(["m", "m", "large"]), asked, size=dice.randrange(20_000))
            asked += 1
        for _ in range(dice.randrange(asked - len(answered) + 1)):
            hear()
        for pid in folder.hosts():
            os.kill(pid, signal.SIGKILL)
    while len(answered) < asked:
        hear()
    good = sum("result" in m for m in answered.values())
    print(f"{asked} requests, {good} answered by a host")
    assert all("result" in m or "try again" in m["error"]["message"] for m in answered.values())
    bridge.ask("m", "last")  # It may be on its way to the host that was killed last.
    assert bridge.ask("m", "very last")["result"] and bridge.end() == []


def frees_what_a_killed_bridge_had(folder):
    with folder.host() as host:
        for _ in range(20):
            bridge = Bridge(folder)
            bridge.ask("first", 1)
            bridge.say("never", 2)
            bridge.process.kill()
            bridge.process.wait()
        sockets = lambda: sum("socket:" in os.readlink(p) for p in Path(f"/proc/{host.pid}/fd").iterdir())
        wait_until(lambda: sockets() < 10, "the host closes the connections of dead bridges")


def says_why_there_is_no_host(folder):
    folder.configure(host={"wrkers": 1})
    bridge = Bridge(folder)
    answer = bridge.ask("first", 1)
    assert answer["error"]["code"] == -32603 and "workers" in answer["error"]["message"], answer
    folder.configure(disabled=["mcp", "mcp-stand-in"])
    answer = bridge.ask("second", 2)
    assert "plugin mcp" in answer["error"]["message"], answer
    for pid in folder.hosts():
        os.kill(pid, signal.SIGKILL)
    folder.configure(providers={"mcp": "mcp-stand-in"}, disabled=["storage"])
    answer = bridge.ask("third", 3)
    assert "could not be started" in answer["error"]["message"] and "storage" in answer["error"]["message"], answer
    folder.configure(providers={"mcp": "mcp-stand-in"})
    assert bridge.ask("fourth", 4)["result"]["pid"], "what was corrected counts at once"
    bridge.end()
    wrong = Bridge(folder, "--profile", "none").ask("first", 1)
    assert 'no profile "none"' in wrong["error"]["message"], wrong


def waits_for_whoever_has_the_folder(folder):
    with folder.host() as host:
        host.send_signal(signal.SIGSTOP)
        bridge = Bridge(folder)
        bridge.say("first", 1)
        time.sleep(0.5)
        host.send_signal(signal.SIGCONT)
        assert bridge.hear()["result"]["pid"] == host.pid
        bridge.end()


def answers_soon(folder):
    with folder.host():
        times = []
        for _ in range(10):
            start = time.monotonic()
            bridge = Bridge(folder)
            bridge.ask("first", 1)
            times.append(time.monotonic() - start)
            bridge.end()
        print(f"first answer with a running host: {sorted(times)[5] * 1000:.0f} ms (median of 10)")
        assert sorted(times)[5] < 0.5


def main():
    stand_in, only = sys.argv[1], sys.argv[2:]
    tests = [
        says_nothing, starts_a_host_in_the_background, answers_what_has_no_line_end, answers_what_is_no_message,
        lets_no_call_wait_for_another, takes_ten_thousand_messages_at_once, waits_for_a_slow_reader_without_growing,
        answers_what_is_under_way_at_the_end, ends_at_a_signal_and_with_its_reader,
        starts_one_host_for_bridges_that_come_at_once, outlives_a_host_that_is_killed, outlives_a_plugin_that_fails,
        makes_way_for_run, makes_way_for_restore, ends_the_host_that_nobody_needs, ends_the_host_whose_folder_is_gone,
        answers_every_request_once_whatever_is_killed, frees_what_a_killed_bridge_had, says_why_there_is_no_host,
        waits_for_whoever_has_the_folder, answers_soon]
    for test in tests:
        if only and test.__name__ not in only:
            continue
        folder = Folder(stand_in)
        try:
            test(folder)
            print(f"ok {test.__name__}", flush=True)
        except BaseException:
            print(f"FAILED {test.__name__}")
            for log in ("bridge.log", "run.log", ".orchestron/background.log"):
                if (folder.path / log).exists():
                    print(f"--- {log}\n{(folder.path / log).read_text()[-3000:]}")
            raise
        finally:
            folder.end()


main()
