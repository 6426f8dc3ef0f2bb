"""`orchestron mcp install`, `uninstall` and `doctor`: what they make of files that other programs have written.

    mcp_install.py STAND_IN

STAND_IN is the folder of the fixture mcp-stand-in. Where ORCHESTRON_CLAUDE names the program of Claude Code, that one
is asked as well."""

import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

BINARY = Path(os.environ["ORCHESTRON_BIN"]).absolute()


class Home:
    """A home folder with a project in it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="orchestron-mcp-")
        self.path = Path(self.folder.name).resolve()
        self.project = self.path / "project"
        (self.project / "src").mkdir(parents=True)
        (self.project / ".git").mkdir()
        self.settings = self.path / ".claude.json"
        self.desktop = self.path / ".config/Claude/claude_desktop_config.json"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.path)}

    def run(self, *words, cwd=None, code=0):
        outcome = subprocess.run(
            [BINARY, "mcp", *words], env=self.environment, cwd=cwd or self.project, capture_output=True, text=True)
        assert outcome.returncode == code, (words, outcome)
        return json.loads(outcome.stdout) if "--json" in words else outcome.stdout + outcome.stderr

    def install(self, *words, **keywords):
        return self.run("install", "--client", "claude-code", *words, "--json", **keywords)

    def backups(self):
        return sorted(self.path.rglob("*.backup-*"))


def writes_absolute_paths_and_no_token(home):
    answer = home.install("--profile", "full", cwd=home.project / "src")
    server = json.loads(home.settings.read_text())["projects"][str(home.project)]["mcpServers"]["orchestron"]
    assert server == answer["server"] and server["type"] == "stdio" and server["env"] == {}
    assert Path(server["command"]).is_absolute() and os.access(server["command"], os.X_OK)
    storage = str(home.project / "src/.orchestron")
    assert server["args"] == ["mcp", "--storage", storage, "--profile", "full"], server
    assert home.settings.stat().st_mode & 0o777 == 0o600 and home.backups() == []
    web = home.install("--scope", "project", "--http", "http://127.0.0.1:3001/mcp")["server"]
    assert web["headers"] == {"Authorization": "Bearer ${ORCHESTRON_TOKEN}"}
    assert json.loads((home.project / ".mcp.json").read_text()) == {"mcpServers": {"orchestron": web}}
    home.run("install", "--client", "claude-desktop")
    desktop = json.loads(home.desktop.read_text())["mcpServers"]["orchestron"]
    assert "type" not in desktop and desktop["command"] == server["command"]


def leaves_all_else_as_it_was(home):
    text = '{\r\n\t"a" : 1.0,\r\n\t"mcpServers":{"x":{"command":"\\u0079"}},\r\n\t"z":[1e2 , {"b":"}{\\"" }]}\r\n\r\n'
    home.settings.write_bytes(text.encode())
    home.settings.chmod(0o640)
    answer = home.install("--scope", "user")
    now = home.settings.read_bytes().decode()
    at = text.index("}}")
    head, tail = text[:at + 1], text[at + 1:]
    assert now.startswith(head) and now.endswith(tail) and "\n" not in now.replace("\r\n", ""), now
    assert home.settings.stat().st_mode & 0o777 == 0o640
    backup = Path(answer["backup"])
    assert backup.read_bytes().decode() == text and backup.stat().st_mode & 0o777 == 0o640
    again = home.install("--scope", "user")
    assert again["changed"] is False and again["backup"] is None and home.backups() == [backup]
    home.run("uninstall", "--client", "claude-code", "--scope", "user")
    assert home.settings.read_bytes().decode() == text, "what was put in is taken out to the byte"


def keeps_the_meaning_of_any_file(home):
    dice = random.Random(seed := random.randrange(1 << 32))
    print(f"seed {seed}")

    def value(depth):
        kind = dice.randrange(8 if depth < 4 else 5)
        if kind > 5:
            keys = dice.sample(["a", "", "mcp", "\u00e9\"\\", "x y", "\U0001f600", "{"], dice.randrange(4))
            return {key: value(depth + 1) for key in keys}
        if kind == 5:
            return [value(depth + 1) for _ in range(dice.randrange(4))]
        return dice.choice([None, True, -0.5, 1e300, 12345678901234567, "", "}{][,:\"\\\n\u2028", "\U0001f600"])

    for _ in range(150):
        original = {"first": value(0)} | value_of_object(dice, value)
        if dice.random() < 0.5:
            original["mcpServers"] = {name: value(1) for name in dice.sample(["a", "b", "c"], dice.randrange(3))}
        indent = dice.choice([None, 0, 1, 2, 4, "\t"])
        separators = dice.choice([None, (",", ":"), (" , ", " : ")]) if indent is None else None
        text = json.dumps(original, indent=indent, separators=separators, ensure_ascii=dice.random() < 0.5)
        home.settings.write_text(text)
        server = home.install("--scope", "user")["server"]
        expected = original | {"mcpServers": original.get("mcpServers", {}) | {"orchestron": server}}
        now = home.settings.read_text()
        assert json.loads(now) == expected, (text, now)
        same = len(os.path.commonprefix([text, now])) + len(os.path.commonprefix([text[::-1], now[::-1]]))
        assert same >= len(text) - 2, (text, now)
        home.run("uninstall", "--client", "claude-code", "--scope", "user")
        assert json.loads(home.settings.read_text()) == {"mcpServers": {}} | original, (text, now)


def value_of_object(dice, value):
    return {key: value(1) for key in dice.sample(["k", "l", "projects", "n"], dice.randrange(4))}


def never_touches_what_it_cannot_read(home):
    for text in ("{", '{"a":1,}', "// words\n{}", "[]", '"x"', '{"a":1,"a":2}', "\ufeff{}",
                 '{"mcpServers":[]}', '{"mcpServers":null}', '{"mcpServers":{"orchestron":1,"orchestron":2}}'):
        home.settings.write_text(text)
        answer = home.install("--scope", "user", code=5)
        assert str(home.settings) in answer["detail"], answer
        has_none = text in ('{"mcpServers":[]}', '{"mcpServers":null}')
        home.run("uninstall", "--client", "claude-code", "--scope", "user", code=3 if has_none else 5)
        assert home.settings.read_text() == text and home.backups() == []
    home.settings.write_bytes(b'{"a":"\xff"}')
    home.install("--scope", "user", code=5)
    home.settings.write_text("")
    home.install("--scope", "user")
    assert list(json.loads(home.settings.read_text())) == ["mcpServers"], "an empty file is no reason to give up"
    home.settings.unlink()
    home.settings.mkdir()
    home.install("--scope", "user", code=5)


def follows_links(home):
    real = home.path / "dotfiles/claude.json"
    real.parent.mkdir()
    real.write_text("{}")
    home.settings.symlink_to(real)
    answer = home.install("--scope", "user")
    assert home.settings.is_symlink() and "orchestron" in real.read_text()
    assert Path(answer["backup"]).parent == real.parent
    real.unlink()
    home.install("--scope", "user", code=5)
    assert home.settings.is_symlink()


def replaces_no_other_server(home):
    home.settings.write_text('{"mcpServers":{"orchestron":{"command":"/bin/other","args":["mcp"]}}}')
    assert "--force" in home.install("--scope", "user", code=5)["detail"]
    assert "--force" in home.run("uninstall", "--client", "claude-code", "--scope", "user", code=5)
    assert home.install("--scope", "user", "--name", "plan")["changed"]
    assert home.install("--scope", "user", "--force")["changed"]
    servers = json.loads(home.settings.read_text())["mcpServers"]
    assert servers["plan"] == servers["orchestron"]
    assert "--scope user" in home.run("uninstall", "--client", "claude-code", code=3)


def refuses_what_makes_no_sense(home):
    home.install("--scope", "user", "--http", "ftp://x", code=2)
    home.install("--name", "two words", code=2)
    home.run("install", "--client", "claude-desktop", "--scope", "local", code=2)
    assert "Connectors" in home.run("install", "--client", "claude-desktop", "--http", "http://x/mcp", code=2)
    home.run("install", code=2)
    home.run("install", "--client", "emacs", code=2)
    assert not home.settings.exists()


def examines_what_is_installed(home, stand_in):
    outcome = home.run("doctor", code=1)
    assert "mcp install --client claude-code" in outcome, outcome
    (home.project / "orchestron.config.json").write_text('{"providers":{"mcp":"mcp-stand-in"}}')
    home.install("--plugin-dir", stand_in)
    report = home.run("doctor", "--json")
    assert report["ok"] and any("answers after" in check["detail"] for check in report["checks"]), report
    text = home.settings.read_text()
    home.settings.write_text(text.replace('"command": "', '"command": "/nowhere'))
    outcome = home.run("doctor", code=1)
    assert "is not there" in outcome and "mcp install" in outcome, outcome
    home.settings.write_text(text.replace(str(BINARY.parent), "/bin").replace("/bin/orchestron", "/bin/true"))
    assert "ended without an answer" in home.run("doctor", code=1)
    home.settings.write_text(text.replace(str(BINARY.parent), "/bin").replace("/bin/orchestron", "/bin/echo"))
    assert "no message of MCP" in home.run("doctor", code=1)
    home.settings.write_text("{")
    assert "cannot be read as JSON" in home.run("doctor", code=1)
    home.settings.unlink()
    home.install("--http", "http://127.0.0.1:9/mcp")
    assert "ORCHESTRON_TOKEN is not set" in home.run("doctor", code=1)
    home.environment["ORCHESTRON_TOKEN"] = "x"
    assert "cannot be reached" in home.run("doctor", code=1)


class Web(http.server.BaseHTTPRequestHandler):
    """A server of MCP, as far as the doctor asks it."""

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Mcp-Method"] == message["method"] and self.headers["MCP-Protocol-Version"] == "2026-07-28"
        assert self.headers["Content-Type"] == "application/json" and "text/event-stream" in self.headers["Accept"]
        if self.headers["Authorization"] != "Bearer right":
            return self.send_error(401)
        if self.path != "/mcp":
            return self.send_error(404)
        result = {"supportedVersions": ["2026-07-28"]}
        if message["method"] == "tools/list":
            result = {"tools": [{"name": "a"}]} if "cursor" in message["params"] else {"tools": [], "nextCursor": "x"}
        answer = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
        is_stream = message["method"] == "tools/list"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if is_stream else "application/json")
        self.end_headers()
        self.wfile.write((f": hello\n\ndata: {answer}\n\n" if is_stream else answer).encode())

    def log_message(self, *_):
        pass


def examines_servers_of_the_web(home):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    home.install("--http", f"{base}/mcp")
    home.environment["ORCHESTRON_TOKEN"] = "wrong"
    assert "does not know the token" in home.run("doctor", code=1)
    home.environment["ORCHESTRON_TOKEN"] = "right"
    report = home.run("doctor")
    assert "MCP 2026-07-28" in report and "1 tool" in report, report
    home.install("--http", f"{base}/else")
    assert "ends with /mcp" in home.run("doctor", code=1)
    server.shutdown()


def is_read_by_claude_code(home, stand_in):
    claude = os.environ.get("ORCHESTRON_CLAUDE")
    if not claude:
        return print("without Claude Code")

    def ask(*words):
        environment = home.environment | {"DISABLE_TELEMETRY": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
        return subprocess.run(
            [claude, "mcp", *words], env=environment, cwd=home.project, capture_output=True, text=True).stdout

    ask("add", "other", "--", "/bin/true")
    (home.project / "orchestron.config.json").write_text('{"providers":{"mcp":"mcp-stand-in"}}')
    home.install("--plugin-dir", stand_in)
    seen = ask("get", "orchestron")
    assert "Scope: Local" in seen and str(BINARY.name) in seen, seen
    assert "Command: /bin/true" in ask("get", "other")
    home.run("uninstall", "--client", "claude-code")
    assert "No MCP server" in ask("get", "orchestron") or not ask("get", "orchestron")


def main():
    for test in (writes_absolute_paths_and_no_token, leaves_all_else_as_it_was, keeps_the_meaning_of_any_file,
                 never_touches_what_it_cannot_read, follows_links, replaces_no_other_server,
                 refuses_what_makes_no_sense, examines_what_is_installed, examines_servers_of_the_web,
                 is_read_by_claude_code):
        home = Home()
        test(*([home] if test.__code__.co_argcount == 1 else [home, sys.argv[1]]))
        print(f"ok {test.__name__}", flush=True)
        home.folder.cleanup()


main()
