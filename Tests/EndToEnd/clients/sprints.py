"""Sprints over REST: a sprint from its plan to its report with every figure checked; 20 sprints started at once, of
which one begins; tasks that join while their sprint ends; the events of all that."""

import random
from datetime import datetime, timedelta, timezone
from functools import partial

from orchestron import Host, at_once, curl, published, refusal, rest

TODAY = datetime.now(timezone.utc).date()


def day(n):
    return str(TODAY + timedelta(days=n))


def keys(tasks):
    return [task["key"] for task in tasks]


def plan(ask, refused):
    """Two sprints, three tasks, and what does not fit together."""
    for title, fields in {"A": {"storyPoints": 3, "estimatedHours": 4, "status": "backlog"},
                          "B": {"storyPoints": 5, "estimatedHours": 0.1}, "C": {"estimatedHours": 0.2}}.items():
        ask("POST", "/tasks", {"title": title, **fields})
    first = ask("POST", "/sprints", {"name": "One", "startDate": day(-3), "endDate": day(6)})
    second = ask("POST", "/sprints", {"name": "Two", "startDate": day(7)})
    assert (first["key"], second["endDate"]) == ("ORC-S1", day(20)), (first, second)
    ask("POST", "/projects", {"key": "api", "name": "API", "timeZone": "UTC"})
    ask("POST", "/sprints", {"name": "Foreign", "project": "api"})
    refused("PATCH", "/tasks/ORC-1", {"sprint": "API-S1"}, says="another project")
    refused("PATCH", "/tasks/ORC-1", {"sprint": "ORC-S9"}, says="ORC-S9")
    refused("POST", "/sprints/ORC-S1/tasks", {"tasks": ["ORC-1", "ORC-77"]}, says="ORC-77")
    assert "sprint" not in ask("GET", "/tasks/ORC-1"), "of a refused list the first task joined"
    joined = ask("POST", "/sprints/orc-s1/tasks", {"tasks": ["orc-1", "ORC-2"]})["items"]
    assert [task["sprint"] for task in joined] == [first["id"]] * 2, joined
    capacity = ask("GET", "/sprints/ORC-S1/capacity")
    workdays = sum((TODAY + timedelta(days=n)).weekday() < 5 for n in range(-3, 7))
    assert (capacity["workdays"], capacity["hours"]) == (workdays, workdays * 6), capacity
    assert (capacity["unit"], capacity["scope"], capacity["unestimated"]) == ("hours", 4.1, 0), capacity
    chart = ask("GET", "/sprints/ORC-S1/burndown")
    assert chart["start"]["remaining"] == 4.1, chart
    assert [row["remaining"] for row in chart["days"]] == [None] * 10, "a sprint that has not begun burnt down"


def run(ask, refused):
    """Begins the sprint, changes its scope in every way, and compares the charts."""
    begun = ask("POST", "/sprints/ORC-S1/start")
    assert (begun["status"], len(begun["committed"])) == ("active", 2), begun
    assert ask("GET", "/tasks/ORC-1")["status"] == "todo"
    refused("POST", "/sprints/ORC-S2/start", says="ORC-S1")
    refused("DELETE", "/sprints/ORC-S1", says="end it first")
    assert ask("GET", "/sprints/active")["key"] == "ORC-S1"
    ask("POST", "/sprints/API-S1/start")  # another project has its own
    ask("POST", "/tasks", {"title": "D", "status": "backlog", "sprint": "ORC-S1", "estimatedHours": 1})
    ask("PATCH", "/tasks/ORC-3", {"sprint": "orc-s1"})
    ask("PATCH", "/tasks/ORC-2", {"estimatedHours": 2.1})
    ask("POST", "/tasks/ORC-2/complete")
    ask("POST", "/sprints/ORC-S1/tasks/remove", {"tasks": ["ORC-1"]})
    ask("POST", "/tasks", {"title": "E", "status": "backlog", "estimatedHours": 8})
    assert ask("POST", "/sprints/ORC-S1/tasks", {"tasks": ["ORC-5"]})["items"][0]["status"] == "todo"
    chart = ask("GET", "/sprints/ORC-S1/burndown")
    # 4.1 committed, 4 removed, 0.2 and 1 and 8 added, 2 estimated anew; 2.1 of that is done.
    assert chart["days"][0]["day"] == day(0) and chart["days"][1]["remaining"] is None, chart
    assert (chart["days"][0]["scope"], chart["days"][0]["remaining"]) == (11.3, 9.2), chart
    assert chart["scopeChanges"] == [{"day": day(0), "added": 9.2, "removed": 4, "reestimated": 2}], chart
    up = ask("GET", "/sprints/ORC-S1/burnup")
    assert (up["unit"], up["days"][0]["done"]) == ("hours", 2.1), up
    for away_or_back in [("DELETE", "/tasks/ORC-2"), ("POST", "/tasks/ORC-2/restore")]:
        ask(*away_or_back)
        assert ask("GET", "/sprints/ORC-S1/burnup")["days"][0]["done"] == 2.1, "what was done is not done any more"
    report = ask("GET", "/sprints/ORC-S1/report")
    assert (report["planned"], report["completed"]) == (4.1, 2.1), report
    assert keys(report["incompleteTasks"]) == ["ORC-3", "ORC-4", "ORC-5"], report


def finish(ask, refused):
    """Ends the sprint; what comes later does not change its figures."""
    for target, sentence in {"API-S1": "another project", "ORC-S1": "planned", "nonsense": "nonsense"}.items():
        refused("POST", "/sprints/ORC-S1/end", {"carryOver": target}, says=sentence)
    ended = ask("POST", "/sprints/ORC-S1/end", {"carryOver": "next"})
    assert ended["status"] == "completed" and len(ended["carriedOver"]) == 3, ended
    metrics = ended["metrics"]
    assert metrics["planned"] == {"hours": 4.1, "points": 8, "count": 2}, metrics
    assert metrics["completed"] == {"hours": 2.1, "points": 5, "count": 1}, metrics
    assert metrics["carriedOver"] == {"hours": 9.2, "points": 0, "count": 3}, metrics
    second = ask("GET", "/sprints/ORC-S2")["id"]
    assert keys(ask("GET", f"/tasks?sprint={second}")["items"]) == ["ORC-3", "ORC-4", "ORC-5"]
    refused("PATCH", "/tasks/ORC-1", {"sprint": "ORC-S1"}, says="has ended")
    refused("PATCH", "/sprints/ORC-S1", {"endDate": day(30)}, says="history")
    before = ask("GET", "/sprints/ORC-S1/burndown")
    ask("POST", "/tasks/ORC-3/complete")
    assert ask("GET", "/sprints/ORC-S1/burndown") == before, "the past has changed"
    velocity = ask("GET", "/sprints/velocity?last=5")
    assert velocity["range"] == {"p15": 2.1, "p50": 2.1, "p85": 2.1, "samples": 1}, velocity
    notes = partial(ask, "PATCH", "/sprints/ORC-S1/retrospective")
    assert notes({"actionItems": ["x"], "whatWentWell": None})["retrospective"] == {"actionItems": ["x"]}
    assert "retrospective" not in notes({"actionItems": None})
    ask("DELETE", "/sprints/ORC-S2")
    assert "sprint" not in ask("GET", "/tasks/ORC-3"), "a task is in a sprint that was deleted"
    assert refused("GET", "/sprints/ORC-S2").status == 404


def storm(host, ask):
    """20 sprints started by 20 clients while their tasks change; then joining the one that began while it ends."""
    sprints = [ask("POST", "/sprints", {"name": f"S{n}"})["key"] for n in range(20)]
    tasks = [ask("POST", "/tasks", {"title": f"t{n}", "status": "backlog", "estimatedHours": 1})["key"]
             for n in range(60)]
    for n, sprint in enumerate(sprints):
        ask("POST", f"/sprints/{sprint}/tasks", {"tasks": tasks[3 * n:3 * n + 3]})
    replies = at_once(host, [("sprints.start", {"id": sprint}) for sprint in sprints]
                      + [("tasks.update", {"id": task, "title": f"new {task}"}) for task in tasks])
    assert sum("result" in reply for reply in replies[:20]) == 1, replies[:20]
    assert all("result" in reply for reply in replies[20:]), [r for r in replies[20:] if "error" in r]
    active = ask("GET", "/sprints/active")
    for key in tasks:
        task = ask("GET", f"/tasks/{key}")
        assert task["title"] == f"new {key}" and (task["status"] == "todo") == (task["sprint"] == active["id"]), task

    seed = random.randrange(1 << 32)
    late = [ask("POST", "/tasks", {"title": f"late {n}"})["key"] for n in range(30)]
    calls = [("sprints.addTasks", {"id": active["key"], "tasks": [key]}) for key in late[:15]]
    calls += [("tasks.update", {"id": key, "sprint": active["key"]}) for key in late[15:]]
    calls.append(("sprints.end", {"id": active["key"]}))
    random.Random(seed).shuffle(calls)
    replies = at_once(host, calls)
    assert "result" in replies[[method for method, _ in calls].index("sprints.end")], (seed, replies)
    left = [t["key"] for t in ask("GET", f"/tasks?sprint={active['id']}")["items"] if t["status"] != "done"]
    assert left == [], f"seed {seed}: open in a sprint that has ended: {left}"
    return sum("error" in reply for reply in replies)


def main():
    with Host() as host:
        ask, refused = partial(rest, host), partial(refusal, rest, host)
        status, _, body = curl(f"{host.http}/api/sprints/active")
        assert (status, body.strip()) == (200, b"null"), (status, body)
        plan(ask, refused)
        run(ask, refused)
        finish(ask, refused)
        too_late = storm(host, ask)
        seen = [(event["topic"], event["data"]["key"]) for event in published(host)]
        told = [topic for topic, key in seen if key == "ORC-S1"]
        wanted = ["created", "updated", "started", "updated", "ended", "updated", "updated"]
        assert told == [f"sprint:{what}" for what in wanted], told
        assert [key for topic, key in seen if topic == "sprint:deleted"] == ["ORC-S2"], seen
        assert len([key for topic, key in seen if topic == "sprint:started"]) == 3, "ORC-S1, API-S1 and one of 20"
        host.stop()
    print(f"every figure holds; of 20 starts one won; {too_late} of 30 tasks came too late to a sprint that ended")


main()
