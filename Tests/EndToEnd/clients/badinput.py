"""Bad input: each gets the right 4xx and a sentence that names the thing; afterwards all is as it was, nothing was
told, and the host has no fault in its log."""

import json
import sys
from base64 import b64encode
from urllib.parse import quote

from orchestron import Host, by_http, curl, published, rest

LONG = "x" * 501
DEEP = b"[" * 100_000 + b"]" * 100_000

# Verb, path, body (bytes are sent as they are), HTTP status, words that its sentence or its list of errors must have.
TABLE = [
    # Statuses
    ("PATCH", "/tasks/ORC-1/status", {"status": "nearly_done"}, 400, ["status", "in_progress", "cancelled"]),
    ("PATCH", "/tasks/ORC-1/status", {"status": "review"}, 409, ["ORC-1", "in_progress, blocked or cancelled"]),
    ("PATCH", "/tasks/ORC-1", {"status": "done", "title": "kept?"}, 409, ["ORC-1", "done", "in_progress"]),
    ("POST", "/tasks", {"title": "T", "status": "done"}, 400, ["status", "backlog", "todo"]),
    ("GET", "/tasks?status=nearly_done", None, 400, ["status", "in_progress"]),
    ("GET", "/search?text=status:nearly_done", None, 400, ["nearly_done", "in_progress"]),
    # Revisions
    ("PATCH", "/tasks/ORC-1", {"title": "T", "revision": 7}, 409, ["ORC-1", "revision 7", "revision 1"]),
    ("PATCH", "/tasks/ORC-1", {"title": "T", "revision": 0}, 400, ["revision"]),
    ("PATCH", "/tasks/ORC-1", b'{"title":"T","revision":9223372036854775808}', 400, ["revision"]),
    ("POST", "/history/ORC-1/restore", {"revision": 99}, 404, ["ORC-1", "99"]),
    # Lengths
    ("POST", "/tasks", {"title": LONG}, 400, ["title", "500"]),
    ("POST", "/tasks", {"title": " \n"}, 400, ["title"]),
    # What cannot be seen
    ("POST", "/tasks", {"title": "\u200b\u2060\ufeff"}, 400, ["title"]),
    ("POST", "/tasks", {"title": "\U000e0041"}, 400, ["title"]),
    ("PATCH", "/tasks/ORC-1", {"title": "\t\u00a0\u2800"}, 400, ["title"]),
    ("PATCH", "/tasks/ORC-1", {"assignee": " "}, 400, ["assignee"]),
    ("PATCH", "/tasks/ORC-1", {"assignee": "\u200d"}, 400, ["assignee"]),
    ("PATCH", "/tasks/ORC-1", {"labels": ["a", "\u200b"]}, 400, ["labels"]),
    ("PATCH", "/tasks/ORC-1", {"checkpoints": [{"name": " ", "completed": False}]}, 400, ["checkpoints"]),
    ("POST", "/tasks/bulk", {"ids": ["ORC-1"], "patch": {"title": "\u0007"}}, 400, ["patch", "title"]),
    ("POST", "/tasks/quick", {"text": "\u200b"}, 400, ["text"]),
    ("POST", "/sprints", {"name": "\u200b"}, 400, ["name"]),
    ("POST", "/projects", {"key": "abc", "name": "\u00ad"}, 400, ["name"]),
    ("POST", "/people", {"handle": "eve", "name": "\u3164"}, 400, ["name"]),
    ("POST", "/records", {"kind": "decision", "title": "\u200e"}, 400, ["title"]),
    ("POST", "/comments", {"task": "ORC-1", "text": "\u200b \n"}, 400, ["text"]),
    ("PATCH", "/tasks/ORC-1", {"description": "x" * 100_001}, 400, ["description", "100000"]),
    ("PATCH", "/tasks/ORC-1", {"labels": ["x" * 65]}, 400, ["labels", "64"]),
    ("PATCH", "/tasks/ORC-1", {"labels": [str(n) for n in range(51)]}, 400, ["labels", "50"]),
    ("PATCH", "/tasks/ORC-1", {"labels": ["a", "a"]}, 400, ["labels"]),
    ("PATCH", "/tasks/ORC-1", {"title": "T", "reason": "x" * 2001}, 400, ["reason", "2000"]),
    ("POST", "/comments", {"task": "ORC-1", "text": "x" * 100_001}, 400, ["text", "100000"]),
    ("GET", f"/search?text={'x' * 2001}", None, 400, ["text", "2000"]),
    ("GET", f"/tasks/{LONG}", None, 404, ["no task"]),
    ("POST", "/tasks/bulk", {"ids": [f"ORC-{n}" for n in range(1, 10_002)], "patch": {"priority": "low"}}, 400,
     ["ids", "1000"]),
    ("POST", "/sprints/ORC-S1/tasks", {"tasks": [f"ORC-{n}" for n in range(1, 10_002)]}, 400, ["tasks", "1000"]),
    ("POST", "/tasks", {"title": "T", "blockedBy": ["ORC-1"] * 501}, 400, ["blockedBy", "500"]),
    ("POST", "/tasks", b'{"title":"' + b"x" * (40 << 20) + b'"}', 413, ["body"]),
    # Days and moments
    ("PATCH", "/tasks/ORC-1", {"dueDate": "2026-02-30"}, 400, ["dueDate", "date such as"]),
    ("PATCH", "/tasks/ORC-1", {"dueDate": "2100-02-29"}, 400, ["dueDate", "date such as"]),
    ("PATCH", "/tasks/ORC-1", {"dueDate": "2026-13-01T00:00:00Z"}, 400, ["dueDate", "RFC 3339"]),
    ("PATCH", "/tasks/ORC-1", {"dueDate": "9999-12-31T23:30:00-01:00"}, 400, ["dueDate", "9999-12-31T23:30:00-01:00"]),
    ("POST", "/tasks", {"title": "T", "startDate": "0001-01-01T00:00:00+01:00"}, 400, ["startDate", "1 to 9999"]),
    ("POST", "/tasks/bulk", {"ids": ["ORC-1"], "patch": {"dueDate": "0000-01-01"}}, 400, ["dueDate", "1 to 9999"]),
    ("POST", "/sprints", {"name": "S", "startDate": "9999-12-31"}, 400, ["9999-12-31", "endDate"]),
    ("PATCH", "/sprints/ORC-S1", {"startDate": "0000-01-01", "endDate": "0000-01-13"}, 400, ["startDate"]),
    ("PATCH", "/tasks/ORC-1", {"startDate": "tomorrow"}, 400, ["startDate", "date such as"]),
    ("POST", "/sprints", {"name": "S", "startDate": "2026-02-30"}, 400, ["startDate", "date such as"]),
    ("POST", "/sprints", {"name": "S", "startDate": "2026-03-02", "endDate": "2026-03-01"}, 400, ["endDate"]),
    ("GET", "/time/timesheet?from=2026-02-30", None, 400, ["from", "date such as"]),
    ("GET", "/time/timesheet?from=2026-03-02&to=2026-03-01", None, 400, ["timesheet", "/to"]),
    ("GET", "/search?text=due:2026-02-30", None, 400, ["2026-02-30"]),
    ("GET", "/history/ORC-1?at=yesterday", None, 400, ["at", "RFC 3339"]),
    ("POST", "/tasks/quick", {"text": ""}, 400, ["text"]),
    # 02:30 is skipped in Berlin on that day: without an offset a time is no moment anywhere.
    ("PATCH", "/tasks/BER-1", {"dueDate": "2026-03-29T02:30:00"}, 400, ["dueDate", "RFC 3339"]),
    ("PATCH", "/tasks/BER-1", {"dueDate": "2026-03-29T02:30:00+99:00"}, 400, ["dueDate"]),
    ("POST", "/time/entries", {"task": "BER-1", "hours": 1, "startTime": "2026-03-29T02:30:00"}, 400, ["startTime"]),
    # Time zones
    ("POST", "/projects", {"key": "mars", "name": "M", "timeZone": "Mars/Olympus"}, 400, ["timeZone", "Mars/Olympus"]),
    ("PATCH", "/projects/ORC", {"timeZone": "../../etc/localtime"}, 400, ["timeZone"]),
    ("PATCH", "/projects/ORC", {"timeZone": ""}, 400, ["timeZone"]),
    ("PATCH", "/projects/ORC", {"timeZone": None}, 400, ["timeZone"]),
    # Numbers
    ("PATCH", "/tasks/ORC-1", {"estimatedHours": -1}, 400, ["estimatedHours", "0"]),
    ("PATCH", "/tasks/ORC-1", {"storyPoints": -0.5}, 400, ["storyPoints", "0"]),
    ("PATCH", "/tasks/ORC-1", {"estimatedHours": "5"}, 400, ["estimatedHours", "number"]),
    ("PATCH", "/tasks/ORC-1", b'{"estimatedHours":1e999}', 400, ["JSON"]),
    ("PATCH", "/tasks/ORC-1", b'{"estimatedHours":NaN}', 400, ["JSON"]),
    ("PATCH", "/tasks/ORC-1", {"progress": 101}, 400, ["progress", "100"]),
    ("PATCH", "/tasks/ORC-1", {"progress": 0.5}, 400, ["progress", "integer"]),
    ("POST", "/time/entries", {"task": "ORC-1", "hours": -2}, 400, ["hours"]),
    ("POST", "/time/entries", {"task": "ORC-1", "hours": 25}, 400, ["24"]),
    ("GET", "/tasks?limit=501", None, 400, ["limit", "500"]),
    ("GET", "/tasks?limit=-1", None, 400, ["limit", "1"]),
    ("GET", "/tasks?limit=ten", None, 400, ["limit", "integer"]),
    ("GET", "/search?text=points:>many", None, 400, ["many"]),
    # References
    ("GET", "/tasks/ORC-99", None, 404, ["ORC-99"]),
    ("GET", "/search?text=parent:nope", None, 404, ["nope", "no task"]),
    ("GET", "/search?text=-parent:ORC-1,ORC-99", None, 404, ["ORC-99"]),
    ("GET", "/search?text=sprint:ORC-S9", None, 404, ["ORC-S9", "no sprint"]),
    ("GET", "/search?text=order:priority&cursor=x", None, 400, ["cursor"]),
    ("POST", "/imports/run", {"dryRun": True, "format": "taskwarrior", "content": "{]"}, 400, ["line 1", "column 2"]),
    ("POST", "/imports/run", {"dryRun": True, "format": "json", "content": "[\n{\"title\" 1}]"}, 400, ["line 2", "column 1"]),
    ("POST", "/imports/run", {"dryRun": True, "format": "github", "content": '{"message":"Not Found"}'}, 400, ["no number"]),
    ("PATCH", "/tasks/ORC-3", {"title": "T"}, 404, ['"ORC-3"']),
    ("PATCH", "/tasks/orc-3/status", {"status": "done"}, 404, ['"orc-3"']),
    ("GET", "/tasks/not%20a%20key", None, 404, ["not a key"]),
    ("POST", "/tasks", {"title": "T", "parentTask": "ORC-99"}, 404, ["ORC-99"]),
    ("POST", "/tasks", {"title": "T", "blockedBy": ["ORC-1", "ORC-99"]}, 404, ["ORC-99"]),
    ("PATCH", "/tasks/ORC-1", {"parentTask": "ORC-1"}, 409, ["ORC-1"]),
    ("POST", "/tasks/ORC-1/links", {"other": "ORC-1"}, 400, ["ORC-1"]),
    ("GET", "/tasks?project=NOWHERE", None, 404, ["NOWHERE"]),
    ("POST", "/projects", {"key": "orc", "name": "Again"}, 409, ["ORC"]),
    ("POST", "/undo", {"change": "nonsense"}, 404, ["nonsense"]),
    # Cursors
    ("GET", "/tasks?cursor=x", None, 400, ["cursor"]),
    ("GET", "/tasks?cursor=" + quote(b64encode(b'{"after":["x"]}').decode()), None, 400, ["cursor"]),
    ("GET", "/tasks?cursor=" + "A" * 5000, None, 400, ["cursor"]),
    ("GET", "/tasks?cursor=" + "A" * 10_000, None, 414, ["8192"]),
    # JSON
    ("POST", "/tasks", b"", 400, ["title"]),
    ("POST", "/tasks", b"{", 400, ["JSON"]),
    ("POST", "/tasks", b"[]", 400, ["object"]),
    ("POST", "/tasks", DEEP, 400, ["512 levels"]),
    ("POST", "/tasks", b'{"title":"T","labels":' + DEEP + b"}", 400, ["512 levels"]),
    ("POST", "/tasks", {"title": ["T"]}, 400, ["title", "string"]),
    ("POST", "/tasks", {"title": "T", "colour": "red"}, 400, ["colour"]),
    ("POST", "/tasks", b'{"title":"T","title":"U"}', 400, ["title"]),
    ("GET", "/tasks?colour=red", None, 400, ["colour"]),
    # Texts
    ("POST", "/tasks", {"title": "a\0b"}, 400, ["title"]),
    ("PATCH", "/tasks/ORC-1", {"description": "a\0b"}, 400, ["description"]),
    ("PATCH", "/tasks/ORC-1", {"labels": ["a\0b"]}, 400, ["labels"]),
    ("POST", "/comments", {"task": "ORC-1", "text": "a\0b"}, 400, ["text"]),
    ("POST", "/tasks", b'{"title":"a\0b"}', 400, ["JSON"]),
    ("POST", "/tasks", b'{"title":"\xff\xfe"}', 400, ["UTF-8"]),
    ("POST", "/tasks", b'{"title":"\xc0\xaf"}', 400, ["UTF-8"]),
    ("POST", "/tasks", b'{"title":"\xed\xa0\x80"}', 400, ["UTF-8"]),
    ("POST", "/tasks", b'{"title":"\\ud800"}', 400, ["surrogate"]),
    ("GET", "/tasks/%FF", None, 400, ["path"]),
    ("GET", "/tasks/a%00b", None, 400, ["path"]),
    ("GET", "/search?text=%FF", None, 400, ["UTF-8"]),
    ("GET", "/search?text=%00", None, 400, ["query"]),
    ("GET", "/tasks?label=a%00b", None, 400, ["query"]),
]


def outcome(host, verb, path, body, *headers):
    """The status code and the problem."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    status, _, answer = curl(
        f"{host.http}/api{path}", "-X", verb, "-H", "Content-Type: application/json", "-H", "Expect:",
        *(w for h in headers for w in ("-H", h)), *(() if data is None else ("--data-binary", "@-")), data=data)
    try:
        return status, json.loads(answer)
    except ValueError:
        return status, {"detail": f"no JSON: {answer[:200]}"}


def state(host):
    """All that there is, and how many events told of it."""
    lists = ["tasks", "sprints", "projects", "comments", "time/entries", "history"]
    return {name: rest(host, "GET", f"/{name}?limit=500&" + ("project=*" if name != "projects" else ""))
            for name in lists} | {"events": len(published(host))}


def foreign_cursors(host):
    """Cursors of other lists, and one that was changed: (path, cursor)."""
    cursor = rest(host, "GET", "/tasks?limit=1")["next"]
    yield "/tasks?limit=1&order=-createdAt", cursor
    yield "/sprints?limit=1", cursor
    yield "/history?limit=1", cursor
    yield "/tasks?limit=1", cursor[:-3]
    yield "/tasks?limit=1", cursor.swapcase()


def main():
    faults = []
    with Host() as host:
        rest(host, "POST", "/projects", {"key": "ber", "name": "Berlin", "timeZone": "Europe/Berlin"})
        for n, project in enumerate(["ORC", "ORC", "ORC", "ber"]):
            rest(host, "POST", "/tasks", {"title": f"task {n}", "project": project, "idempotencyKey": f"key {n}"})
        rest(host, "POST", "/sprints", {"name": "One"})
        rest(host, "POST", "/comments", {"task": "ORC-2", "text": "before"})
        rest(host, "DELETE", "/tasks/ORC-3")
        before = state(host)
        table = [(*row, ()) for row in TABLE]
        table += [("GET", f"{path}&cursor={quote(cursor)}", None, 400, ["cursor"], ())
                  for path, cursor in foreign_cursors(host)]
        table.append(("PATCH", "/tasks/ORC-1", {"title": "T"}, 412, ["ORC-1", "revision 1"], ('If-Match: "7"',)))
        table.append(("POST", "/tasks", {"title": "another", "idempotencyKey": "key 0"}, 409, ["idempotency key", "key 0"], ()))
        for verb, path, body, wanted, words, headers in table:
            status, problem = outcome(host, verb, path, body, *headers)
            said = f"{problem.get('detail', '')} {json.dumps(problem.get('errors', []))}"
            missing = [word for word in words if word not in said]
            if status != wanted or missing or problem.get("status") != status or not problem.get("detail"):
                request = f"{verb} {path[:90]} {str(body)[:90]}"
                faults.append(f"{request}: {status} {said[:400]}; not {wanted} with {missing}")
        _, stale = outcome(host, "PATCH", "/tasks/ORC-1", {"title": "T", "revision": 7})
        if stale.get("current") != rest(host, "GET", "/tasks/ORC-1"):
            faults.append(f"a stale revision is refused without the current task: {stale}")
        _, refused = outcome(host, "PATCH", "/tasks/ORC-1/status", {"status": "review"})
        if refused["errors"][0].get("allowed") != ["in_progress", "blocked", "cancelled"]:
            faults.append(f"a transition is refused without what is allowed: {refused}")
        after = state(host)
        faults += [f"{name} has changed: {before[name]} became {after[name]}" for name in before
                   if before[name] != after[name]]
        integrity = by_http(host, "storage.integrity", {})
        if integrity.get("ok") is not True:
            faults.append(f"{integrity}")
        host.stop()
        faults += [f"logged: {line}" for line in host.logged().splitlines() if '"level":50' in line]
    print("\n".join(faults) or f"{len(table)} bad requests, each refused as it must be")
    sys.exit(1 if faults else 0)


main()
