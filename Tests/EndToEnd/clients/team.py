"""Two people and their time: timers that run on through kill -9, timesheets over midnight and over the hour that a
clock skips, hours logged by many at once, mentions; the sums of tasks always equal those of their entries."""

import random
from datetime import datetime, timedelta, timezone
from functools import partial

from orchestron import ME, Host, at_once, published, refusal, rest


def seconds(entries):
    """Hours are kept as seconds: sums are compared as those."""
    return round(sum(entry.get("hours", 0) for entry in entries) * 3600)


def everything(ask, path):
    """The items of all pages."""
    items, cursor = [], ""
    while cursor is not None:
        page = ask("GET", f"{path}{'&' if '?' in path else '?'}limit=500" + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page["next"]
    return items


def compare_sums(ask):
    for task in everything(ask, "/tasks"):
        entries = everything(ask, f"/time/entries?task={task['key']}")
        assert seconds(entries) == round(task.get("actualHours", 0) * 3600), (task, entries)


def timers(host, ask, refused):
    """One timer per person, through a kill, and what stops it."""
    ask("POST", "/people", {"handle": ME, "name": "Lo Cal"})
    assert ask("GET", "/people/me")["name"] == "Lo Cal"
    first = ask("POST", "/tasks", {"title": "A", "assignee": "me", "watchers": ["me", "bob", ME]})
    assert (first["assignee"], first["watchers"]) == (ME, [ME, "bob"]), first
    ask("POST", "/tasks", {"title": "B"})
    timer = ask("POST", "/time/start", {"task": "orc-1", "note": "n"})
    assert timer["running"] and ask("GET", "/tasks/ORC-1")["status"] == "in_progress"
    assert ask("POST", "/time/start", {"task": "ORC-1"})["id"] == timer["id"], "a second timer on the same task"
    begun = datetime.now(timezone.utc) - timedelta(hours=1)
    ask("PATCH", f"/time/entries/{timer['id']}", {"startTime": begun.isoformat(timespec="milliseconds")})
    host.kill()
    host.start()
    assert [entry["id"] for entry in ask("GET", "/time/running")["items"]] == [timer["id"]]
    second = ask("POST", "/time/start", {"task": "ORC-2"})
    assert [entry["id"] for entry in ask("GET", "/time/running?person=*")["items"]] == [second["id"]]
    stopped = ask("GET", f"/time/entries/{timer['id']}")
    assert "running" not in stopped and 1 <= stopped["hours"] < 1.02, stopped
    # Completing the task stops the timers of both.
    ask("POST", "/users", {"name": "grace", "role": "member"})
    token = ask("POST", "/tokens", {"name": "watch", "user": "grace", "scopes": ["*"]})["token"]
    other = rest(host, "POST", "/time/start", {"task": "ORC-2"}, token=token)
    assert (other["person"], second["person"]) == ("grace", ME) and len(ask("GET", "/time/running?person=*")["items"]) == 2
    ask("POST", "/tasks/ORC-2/complete")
    assert ask("GET", "/time/running?person=*")["items"] == []
    refused("POST", "/time/start", {"task": "ORC-2"}, says="ORC-2 is done")
    refused("POST", "/time/stop", {}, says="is running; time.start begins one")
    ask("POST", "/time/start", {"task": "ORC-1"})
    refused("POST", "/time/stop", {"task": "ORC-2"}, says="not on ORC-2")
    ask("DELETE", "/tasks/ORC-1")
    assert ask("GET", "/time/running?person=*")["items"] == [], "a timer runs on a deleted task"
    ask("POST", "/tasks/ORC-1/restore")


def timesheets(ask, refused):
    """Sessions over midnight count for both days, overlaps are told, corrections carry over to the task."""
    task = ask("POST", "/tasks", {"title": "C"})["key"]
    log = lambda **fields: ask("POST", "/time/entries", {"task": task, **fields})
    late = log(hours=2, startTime="2026-01-30T23:00:00Z")
    assert (late["day"], late["lastDay"], late["endTime"]) == ("2026-01-30", "2026-01-31", "2026-01-31T01:00:00.000Z")
    crossing = log(minutes=30, startTime="2026-01-31T00:45:00Z")
    assert crossing["overlaps"] == [late["id"]], crossing
    loose = log(minutes=20, day="2026-01-31")
    sheet = ask("GET", "/time/timesheet?person=me&from=2026-01-30&to=2026-01-31")
    minutes = [(row["day"], round(row["hours"] * 60)) for row in sheet["days"]]
    assert minutes == [("2026-01-30", 60), ("2026-01-31", 110)], sheet
    assert [round(overlap["hours"] * 60) for overlap in sheet["overlaps"]] == [15], sheet
    moved = ask("PATCH", f"/time/entries/{crossing['id']}", {"startTime": "2026-01-31T01:00:00Z"})
    assert "overlaps" not in moved and moved["hours"] == 0.25, moved
    assert refused("PATCH", f"/time/entries/{moved['id']}", {"endTime": "2026-01-30T01:00:00Z"}).status == 400
    ask("PATCH", f"/time/entries/{loose['id']}", {"hours": 1, "day": "2026-02-01"})
    assert refused("PATCH", f"/time/entries/{loose['id']}", {"hours": 3, "revision": 1}).code == "aborted"
    ask("DELETE", f"/time/entries/{late['id']}")
    assert ask("GET", f"/tasks/{task}")["actualHours"] == 1.25


def summer_time(ask):
    """In Berlin 29 March 2026 has 23 hours, 25 October has 25; in Beirut the first has no midnight."""
    ask("POST", "/projects", {"key": "ber", "name": "Berlin", "timeZone": "Europe/Berlin"})
    ask("POST", "/projects", {"key": "bei", "name": "Beirut", "timeZone": "Asia/Beirut"})
    for project in ["ber", "bei"]:
        ask("POST", "/tasks", {"title": "Travel", "project": project})
    for task, hours, start, days in [
            ("BER-1", 4, "2026-03-28T22:00:00Z", {"2026-03-28": 1, "2026-03-29": 3}),
            ("BER-1", 24, "2026-03-28T23:00:00Z", {"2026-03-29": 3 + 23, "2026-03-30": 1}),
            ("BER-1", 24, "2026-10-24T23:00:00Z", {"2026-10-25": 24}),
            ("BEI-1", 2, "2026-03-28T21:00:00Z", {"2026-03-28": 1, "2026-03-29": 1})]:
        entry = ask("POST", "/time/entries", {"task": task, "hours": hours, "startTime": start})
        sheet = ask("GET", f"/time/timesheet?project={task[:3]}&from={entry['day']}&to={entry['lastDay']}")
        got = {row["day"]: row["hours"] for row in sheet["days"]}
        assert got == days, (task, start, got)
    # The text has an offset, so that there is one instant even where the clock is set back.
    entry = ask("POST", "/time/entries", {"task": "BER-1", "hours": 1, "startTime": "2026-03-29T01:30:00+01:00"})
    assert entry["endTime"] == "2026-03-29T01:30:00.000Z", entry


def storm(host, ask, chance):
    """Many log and start timers at once; a kill in between loses nothing that was acknowledged."""
    tasks = [ask("POST", "/tasks", {"title": f"T{n}"})["key"] for n in range(4)]
    calls = [("time.log", {"task": chance.choice(tasks), "minutes": chance.randint(1, 99), "day": "2026-05-01",
                           "person": f"p{n % 6}"}) for n in range(90)]
    calls += [("time.start", {"task": chance.choice(tasks)}) for _ in range(30)]
    chance.shuffle(calls)
    replies = at_once(host, calls)
    assert all("result" in reply for reply in replies), [reply for reply in replies if "error" in reply]
    compare_sums(ask)
    host.kill()
    host.start()
    assert len(ask("GET", "/time/running?person=*")["items"]) == 1, "one person, one timer"
    ask("POST", "/time/stop", {})
    for reply in replies:
        ask("GET", f"/time/entries/{reply['result']['id']}")
    compare_sums(ask)


def talk(ask):
    """Whom a comment names becomes a watcher."""
    comment = ask("POST", "/comments", {"task": "ORC-1", "text": "Hi @bob and @Zed, see `@no`"})
    assert (comment["mentions"], comment["author"]) == (["bob", "zed"], f"user:{ME}"), comment
    ask("PATCH", f"/comments/{comment['id']}", {"text": "@new"})
    assert ask("GET", "/tasks/ORC-1")["watchers"] == [ME, "bob", "zed", "new"]
    ask("DELETE", f"/comments/{comment['id']}")
    assert ask("GET", "/comments?task=ORC-1")["items"] == []


def main():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    with Host() as host:
        ask, refused = partial(rest, host), partial(refusal, rest, host)
        timers(host, ask, refused)
        timesheets(ask, refused)
        summer_time(ask)
        storm(host, ask, random.Random(seed))
        talk(ask)
        events = published(host)
        started = [e["data"]["id"] for e in events if e["topic"] == "timer:started"]
        stopped = [e["data"]["id"] for e in events if e["topic"] == "timer:stopped"]
        assert len(started) == len(set(started)) and sorted(started) == sorted(stopped), (started, stopped)
        assert {"person:created", "comment:created", "comment:deleted", "timeEntry:created", "timeEntry:updated",
                "timeEntry:deleted"} <= {e["topic"] for e in events}
        host.stop()
    print(f"{len(started)} timers, each started and stopped once")


main()
