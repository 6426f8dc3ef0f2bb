"""Every public method's examples, over HTTP, WebSocket and the command line, each on a fresh store: equal results, equal
errors, equal sentences, and what the declaration promises. Arguments: plugin folders to load beside the bundled ones."""

import sys

from orchestron import Host, Refused, by_command_line, by_http, by_websocket, normalised

FACES = {"HTTP": by_http, "WebSocket": by_websocket, "command line": by_command_line}
# Arguments that are wrong for every method, whatever it takes: the sentences come from one place.
WRONG = [{"noSuchArgument": 1}]


def outcome(face, host, method, arguments):
    try:
        answer = normalised(face(host, method, arguments))
        # Each face has a caller of its own.
        if method == "people.me":
            answer["name"] = "…"
        if method in ("tasks.watch", "tasks.unwatch"):
            answer.pop("watchers", None)
        return "answer", answer
    except Refused as refusal:
        return "error", refusal.code, normalised(refusal.detail)


def main():
    faults, seen = [], {}
    for name, face in FACES.items():
        with Host(*sys.argv[1:]) as host:
            services = by_http(host, "host.services", {})["items"]
            for service in services:
                for method in service["methods"]:
                    full = f"{service['name']}.{method['name']}"
                    examples = method.get("examples") or []
                    if not examples:
                        faults.append(f"{full} has no example")
                    for index, example in enumerate(examples):
                        got = outcome(face, host, full, example["args"])
                        place = f"{full}, example {index + 1}, by {name}"
                        if "error" in example and (got[0] != "error" or got[1] != example["error"]):
                            faults.append(f"{place}: {got} instead of the error {example['error']}")
                        if "result" in example and got != ("answer", normalised(example["result"])):
                            faults.append(f"{place}: {got} instead of {example['result']}")
                        if "error" not in example and got[0] == "error":
                            faults.append(f"{place}: {got}")
                        seen.setdefault((full, index), {})[name] = got
                    for index, wrong in enumerate(WRONG):
                        seen.setdefault((full, f"wrong {index}"), {})[name] = outcome(face, host, full, wrong)
            host.stop()
    for (method, index), faces in seen.items():
        if len({repr(got) for got in faces.values()}) > 1:
            faults.append(f"{method}, {index}: the faces differ: {faces}")
    print("\n".join(faults) or f"{len(seen)} cases are equal on {len(FACES)} faces")
    sys.exit(1 if faults or len(seen) < 20 else 0)


main()
