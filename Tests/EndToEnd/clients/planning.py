"""A newcomer plans a release, half at the command line and half over REST: tasks that wait for several others, cycles
refused by their path, roll-up, critical path, search, changes of many at once, undo, a branch that is merged with a
conflict, and a workflow that follows what is done; the events of all that."""

import json
import subprocess
from datetime import datetime, timedelta, timezone
from functools import partial
from urllib.parse import quote

from orchestron import BINARY, ME, Host, published, refusal, rest


def command(host, *words):
    """`orchestron call` with the words that somebody types; gives the exit code, the JSON and what stands in errors."""
    run = subprocess.run(
        [BINARY, "call", *words, "--storage", host.storage], capture_output=True, text=True, timeout=60)
    return run.returncode, json.loads(run.stdout) if run.stdout.strip() else None, run.stderr


def typed(host, *words):
    code, answer, errors = command(host, *words)
    assert code == 0, (words, code, errors)
    return answer


def keys(tasks):
    return [task["key"] for task in tasks]


def status(ask, key):
    return ask("GET", f"/tasks/{key}")["status"]


def dependencies(host, ask, refused):
    """ORC-4 waits for three; ORC-1 to ORC-4 are left done, ORC-5 and ORC-6 as a chain."""
    for title in ["Write", "Draw", "Print"]:
        typed(host, "tasks.create", f"title={title}")
    ship = typed(host, "tasks.create", "title=Ship", 'blockedBy=["ORC-1","orc-2","ORC-3"]')
    assert (ship["status"], len(ship["blockedBy"])) == ("blocked", 3), ship
    refused("PATCH", "/tasks/ORC-4/status", {"status": "in_progress"}, says="ORC-4 waits for ORC-1, ORC-2 or ORC-3")
    ask("POST", "/tasks/ORC-1/complete")
    typed(host, "tasks.complete", "id=ORC-2")
    assert status(ask, "ORC-4") == "blocked", "one of three blockers is open"
    ask("PATCH", "/tasks/ORC-3/status", {"status": "cancelled"})
    refused("PATCH", "/tasks/ORC-4/status", {"status": "in_progress"}, says="ORC-3 (cancelled)")
    ask("PATCH", "/tasks/ORC-3/status", {"status": "todo"})
    ask("POST", "/tasks/ORC-3/complete")
    assert status(ask, "ORC-4") == "todo"
    ask("PATCH", "/tasks/ORC-2/status", {"status": "todo"})
    assert status(ask, "ORC-4") == "blocked", "a blocker was opened again"
    ask("DELETE", "/tasks/ORC-4/links/blockedBy/ORC-2")
    assert status(ask, "ORC-4") == "todo"
    for key in ["ORC-2", "ORC-4"]:
        ask("POST", f"/tasks/{key}/complete")

    for key in ["ORC-5", "ORC-6", "ORC-7"]:
        ask("POST", "/tasks", {"title": f"Step {key}"})
    ask("POST", "/tasks/ORC-6/links", {"other": "ORC-5"})
    ask("POST", "/tasks/ORC-7/links", {"other": "ORC-6"})
    code, _, errors = command(host, "tasks.addLink", "id=ORC-5", "other=ORC-7")
    assert code == 5 and "ORC-5 → ORC-7 → ORC-6 → ORC-5" in errors, (code, errors)
    refused("POST", "/tasks/ORC-5/links", {"other": "ORC-5"}, says="itself")
    assert ask("GET", "/tasks/ORC-5").get("blockedBy") is None, "a refused link was kept"


def structure(ask, refused):
    """An epic, ORC-8, with a story of two tasks, and the longest way through a net of waiting tasks."""
    epic = ask("POST", "/tasks", {"title": "Second edition", "type": "epic"})["key"]
    story = ask("POST", "/tasks", {"title": "Index", "type": "story", "parentTask": epic, "estimatedHours": 99})["key"]
    for hours, points in [(6, 3), (2, 1)]:
        ask("POST", "/tasks", {"title": f"{hours} hours", "parentTask": story, "estimatedHours": hours,
                               "storyPoints": points, "component": "index"})
    ask("POST", "/tasks", {"title": "No estimate", "parentTask": epic})
    sums = ask("GET", f"/tasks/{epic}/rollup")
    # The story's 99 hours do not count beside those of its parts.
    assert (sums["count"], sums["estimatedHours"], sums["storyPoints"], sums["withoutEstimate"]) == (4, 8, 4, 1), sums
    ask("POST", "/tasks/ORC-10/complete")
    sums = ask("GET", f"/tasks/{epic}/rollup")
    # 6 of 6 + 2 + their mean for the one without an estimate.
    assert (sums["done"], sums["progress"]) == (1, 50), sums
    assert status(ask, story) != "done"
    refused("PATCH", f"/tasks/{epic}", {"parentTask": story}, says=epic)

    for key, hours in {"ORC-5": 5, "ORC-6": 1, "ORC-7": 4}.items():
        ask("PATCH", f"/tasks/{key}", {"estimatedHours": hours})
    detour = ask("POST", "/tasks", {"title": "Detour", "estimatedHours": 3, "blockedBy": ["ORC-5"]})["key"]
    ask("POST", "/tasks/ORC-7/links", {"other": detour})
    path = ask("GET", "/tasks/critical-path?id=ORC-7")
    assert (keys(path["items"]), path["hours"]) == (["ORC-5", detour, "ORC-7"], 12), path
    ask("PATCH", "/tasks/ORC-6", {"estimatedHours": 7})
    path = ask("GET", "/tasks/critical-path")
    assert (keys(path["items"]), path["hours"]) == (["ORC-5", "ORC-6", "ORC-7"], 16), path


def search(host, ask, refused):
    """Every kind of word that a search may have."""
    soon = str(datetime.now(timezone.utc).date() + timedelta(days=3))
    for title, fields in {
            "Fix the sign-in form": {"labels": ["api", "ui"], "dueDate": soon, "priority": "high", "type": "bug"},
            "Sign the new form": {"labels": ["api"], "dueDate": "2030-01-31", "assignee": ME, "storyPoints": 5},
            "Café opening": {"description": "croissants, and a form", "labels": ["ui"], "storyPoints": 1}}.items():
        ask("POST", "/tasks", {"title": title, **fields})
    form, sign, cafe = "ORC-14", "ORC-15", "ORC-16"
    for text, wanted in {
            "form": {form, sign, cafe}, '"new form"': {sign}, "form -sign": {cafe}, "CAFE": {cafe},
            "label:api": {form, sign}, "label:api label:ui": {form}, "label:api due:<7d": {form},
            "due:2030-01-31": {sign}, "due:>=2030-01-31 form": {sign}, "form due:none": {cafe},
            "type:bug status:todo": {form}, "form -type:bug": {sign, cafe}, "form priority:high,low": {form},
            "assignee:me": {sign}, "points:>1 form": {sign}, "form points:<=1": {cafe},
            "parent:ORC-9": {"ORC-10", "ORC-11"}, "component:index is:open": {"ORC-11"}, "is:done ship": {"ORC-4"},
            "12:30 form": set()}.items():
        found = keys(ask("GET", f"/search?text={quote(text)}")["items"])
        assert set(found) == wanted and len(found) == len(wanted), (text, found)
    assert keys(typed(host, "search.tasks", "text=label:api due:<7d")["items"]) == [form]
    refused("GET", "/search?text=status:nearly", says="in_progress")
    refused("GET", "/search?text=due:2026-02-30", says="2026-02-30")


def many(host, ask, refused):
    """Changes of many tasks happen to all or to none, and are taken back as one."""
    before = [ask("GET", f"/tasks/{key}") for key in ["ORC-14", "ORC-15", "ORC-4"]]
    # A task that is done cannot be cancelled: the two before it, which can, stay as they are.
    refused("POST", "/tasks/bulk", {"ids": ["ORC-14", "ORC-15", "ORC-4"], "patch": {"status": "cancelled"}},
            says="ORC-4 ")
    refused("POST", "/tasks/bulk", {"ids": ["ORC-14", "ORC-999"], "patch": {"priority": "low"}}, says="ORC-999")
    refused("POST", "/tasks/bulk", {"ids": ["ORC-14", "orc-14"], "patch": {"priority": "low"}}, says="twice")
    assert [ask("GET", f"/tasks/{task['key']}") for task in before] == before, "a part of a refused change was kept"
    changed = ask("POST", "/tasks/bulk", {"ids": ["ORC-14", "ORC-15"], "patch": {"priority": "low", "dueDate": None},
                                          "reason": "moved to spring"})["items"]
    assert [(t["priority"], t.get("dueDate")) for t in changed] == [("low", None)] * 2, changed
    undone = ask("POST", "/undo", {})
    assert len(undone["items"]) == 2, undone
    for old in before[:2]:
        now = ask("GET", f"/tasks/{old['key']}")
        assert now["revision"] == old["revision"] + 2, "undoing is a change as well"
        assert {**now, "revision": 0, "updatedAt": 0} == {**old, "revision": 0, "updatedAt": 0}, (old, now)
    history = ask("GET", "/history?id=ORC-14")["items"]
    assert [r.get("reason") for r in history][1] == "moved to spring", history

    # Completing is undone with what it set free.
    ask("POST", "/tasks/ORC-5/complete")
    assert status(ask, "ORC-6") == "todo"
    change = ask("GET", "/history?id=ORC-5&limit=1")["items"][0]["change"]
    ask("POST", "/undo", {"change": change})
    assert (status(ask, "ORC-5"), status(ask, "ORC-6")) == ("todo", "blocked")
    ask("PATCH", "/tasks/ORC-16", {"title": "Bar opening"})
    change = ask("GET", "/history?id=ORC-16&limit=1")["items"][0]["change"]
    ask("PATCH", "/tasks/ORC-16", {"title": "Pub opening"})
    stale = refused("POST", "/undo", {"change": change}, says="ORC-16 has changed since")
    assert stale.problem["current"]["title"] == "Pub opening", stale.problem


def what_if(host, ask, refused):
    """A what-if changes nothing until it is merged; a field that both have changed needs a word."""
    typed(host, "branches.create", "name=spring")
    ask("PATCH", "/tasks/ORC-15", {"branch": "spring", "title": "Sign in spring", "priority": "critical"})
    new = ask("POST", "/tasks", {"branch": "spring", "title": "Only in spring", "blockedBy": ["ORC-15"]})
    assert ask("GET", "/tasks/ORC-15")["title"] == "Sign the new form"
    assert refused("GET", f"/tasks/{new['id']}").status == 404, "a task of the branch is in the plan"
    ask("PATCH", "/tasks/ORC-15", {"title": "Sign in summer", "storyPoints": 8})
    tried = ask("POST", "/branches/spring/merge", {"dryRun": True})
    sides = [(c["field"], c["base"], c["ours"], c["theirs"]) for c in tried["conflicts"]]
    assert sides == [("title", "Sign the new form", "Sign in spring", "Sign in summer")], tried
    conflict = refused("POST", "/branches/spring/merge", {}, says="resolve")
    assert conflict.code == "aborted" and conflict.problem["conflicts"][0]["key"] == "ORC-15", conflict.problem
    assert ask("GET", "/tasks/ORC-15")["title"] == "Sign in summer", "a refused merge has changed the plan"
    ask("POST", "/branches/spring/merge", {"resolutions": [{"entity": "ORC-15", "field": "title", "take": "theirs"}]})
    merged = ask("GET", "/tasks/ORC-15")
    assert (merged["title"], merged["priority"], merged["storyPoints"]) == ("Sign in summer", "critical", 8), merged
    arrived = ask("GET", f"/tasks/{new['id']}")
    assert (arrived["status"], arrived["blockedBy"]) == ("blocked", [merged["id"]]), arrived
    refused("POST", "/branches/spring/merge", {}, says="merged already")
    return arrived["key"]


def automate(host, ask):
    """A workflow that follows each finished bug; gives all events once its run has ended."""
    ask("POST", "/workflows", {
        "name": "announce", "triggers": [{"type": "event", "topic": "task:completed"}],
        "condition": "task.type == 'bug'", "stages": [{"name": "tell", "actions": [
            {"name": "make", "action": "createTask", "with": {"title": "Announce ${ task.title }"}}]}]})
    ask("POST", "/workflows/announce/enable", {})
    ask("POST", "/tasks/ORC-14/complete")
    for _ in range(1000):
        events = published(host)
        if "workflow:completed" in (event["topic"] for event in events):
            break
    made = ask("GET", "/search?text=announce")["items"]
    assert [t["title"] for t in made] == ["Announce Fix the sign-in form"], made
    topics = [event["topic"] for event in events]
    assert topics.index("task:completed") < topics.index("workflow:triggered") < topics.index("workflow:completed")
    assert topics.count("workflow:triggered") == 1, topics
    return events


def tell(events, born_on_a_branch):
    """Completing tells of the update first; a branch's changes are told when they are merged."""
    told = [event["topic"] for event in events if event["data"].get("key") == "ORC-1"]
    # Made, waited for by ORC-4, done.
    assert told == ["task:created", "task:updated", "task:updated", "task:completed"], told
    event = next(event["data"] for event in events if event["topic"] == "task:completed")
    assert event["changes"]["status"] == ["todo", "done"] and event["task"]["progress"] == 100, event
    assert event["actor"] == f"user:{ME}" and event["task"]["revision"] == event["revision"], event
    topics = [event["topic"] for event in events]
    created = [n for n, e in enumerate(events) if e["topic"] == "task:created" and e["data"]["key"] == born_on_a_branch]
    assert len(created) == 1 and created[0] > topics.index("branch:created"), created
    assert topics.index("branch:updated") > topics.index("branch:created")
    assert not any("Sign in spring" in json.dumps(event) for event in events), "a branch's change was told"


def main():
    with Host() as host:
        ask, refused = partial(rest, host), partial(refusal, rest, host)
        dependencies(host, ask, refused)
        structure(ask, refused)
        search(host, ask, refused)
        many(host, ask, refused)
        born = what_if(host, ask, refused)
        events = automate(host, ask)
        tell(events, born)
        host.stop()
    print(f"planned with {len(events)} events")


main()
