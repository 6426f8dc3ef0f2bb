"""The OpenAPI document: valid, complete, true of what the server does, and changed by plugins that come and go.

openapi.py [EXAMPLES]: schemathesis tries every operation with so many generated requests (default 3)."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from openapi_spec_validator import validate

from orchestron import Host, curl, rest

# That a request which fits its schema may be refused, because the state does not allow it or two arguments exclude each
# other, is no fault: those sentences are held by badinput.py.
EXCLUDED = "positive_data_acceptance"


def document(host):
    status, headers, body = curl(f"{host.http}/openapi.json")
    assert (status, headers["content-type"]) == (200, "application/json"), (status, headers)
    return json.loads(body)


def holds_every_route(host):
    """Every declared route is an operation, and every operation one of them."""
    described = document(host)
    validate(described)
    operations = {f"{method.upper()} {path}": operation
                  for path, item in described["paths"].items() for method, operation in item.items()}
    routes = {method["route"]: f"{service['name']}.{method['name']}"
              for service in rest(host, "GET", "/services")["items"]
              for method in service["methods"] if method.get("route")}
    own = {"GET /health", "GET /health/live", "GET /health/ready", "GET /api/events"}
    assert set(operations) == set(routes) | own, set(operations) ^ set(routes)
    for route, name in routes.items():
        assert operations[route]["operationId"] == name, (route, name)
        assert operations[route]["summary"].endswith("."), route
    created = described["paths"]["/api/tasks"]["post"]["responses"]["201"]
    assert created["links"]["tasks.get"]["parameters"] == {"id": "$response.body#/id"}, created
    bulk = described["paths"]["/api/history/{id}/restore"]["post"]
    names = {parameter.get("name") or parameter["$ref"].rpartition("/")[2] for parameter in bulk["parameters"]}
    assert "ifMatch" not in names and "id" in names, "the revision to go back to is no precondition"
    return len(routes)


# The statuses that refuse a request which does not fit its schema.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "414", "415", "431"]
"""


# Who asks for less of an answer gets less than its schema says: rest.py holds that.
HOOKS = """
import schemathesis


@schemathesis.hook
def map_query(context, query):
    if query:
        query.pop("fields", None)
    return query
"""


def schemathesis(host, examples, folder):
    """No 5xx, no answer against its schema, no status or media type that is not described; links are followed."""
    (Path(folder) / "schemathesis.toml").write_text(CONFIGURATION)
    (Path(folder) / "hooks.py").write_text(HOOKS)
    tool = Path(sys.executable).parent / "schemathesis"
    run = subprocess.run(
        [tool, "run", f"{host.http}/openapi.json", "--max-examples", str(examples), "--checks", "all",
         "--exclude-checks", EXCLUDED, "--exclude-path", "/api/events", "--phases", "examples,fuzzing,stateful",
         "--continue-on-failure", "--header", f"Authorization: Bearer {host.token}", "--request-timeout", "30",
         "--seed", "1", "--no-color"],
        cwd=folder, env=dict(os.environ, HOME=folder, PYTHONPATH=folder, SCHEMATHESIS_HOOKS="hooks"), capture_output=True, text=True)
    failures, _, rest = run.stdout.partition("= WARNINGS =")
    print(rest[rest.find("= SUMMARY ="):])
    assert run.returncode == 0, f"schemathesis ended with {run.returncode}\n{failures[-4000:]}"


def main():
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with Host() as host, tempfile.TemporaryDirectory() as folder:
        print(holds_every_route(host), "routes are described")
        schemathesis(host, examples, folder)
        assert json.loads(curl(f"{host.http}/health")[2])["status"] == "ok"


if __name__ == "__main__":
    main()
