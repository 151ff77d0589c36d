"""The function before its snapshot and in the instances that are restored from it, each in a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.storage.container_credentials import serving_credentials
from tests.storage.scripted_server import scripted_server, success

INSTANCES = 2

TAKE_SNAPSHOT = """
import json, os, random, time
import snapshot_restore_py as runtime
import lambdas.api.handler as api

def run(hooks):
    for hook, arguments, keywords in hooks:
        hook(*arguments, **keywords)

def call():
    api.CLIENT.get_item(TableName="t", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})

run(runtime._before_snapshot_registry)
"""

RESTORE_TWICE = """
call()  # a connection is open, and credentials are known
state = random.getstate()
for _ in range(2):
    if os.fork() == 0:
        random.setstate(state)  # Python reseeds after a fork; Lambda does not after a restore
        run(runtime._after_restore_registry)
        call()
        print(json.dumps(random.random()), flush=True)
        os._exit(0)
    os.wait()
"""

FIRST_REQUESTS = """
from scim2_server.requests import ScimRequest
from lambdas.api import priming
from lambdas.scim.trace import Trace

def seconds(method, path, query, body):
    headers = {"Content-Type": "application/scim+json"}
    request = ScimRequest(method, "https://scim.example", path, query, headers, json.dumps(body).encode())
    started = time.process_time()
    api.ENDPOINT.directories.handle(priming.DIRECTORY, request, Trace())
    return time.process_time() - started

api.TRANSPORT.send = priming.answer
print(json.dumps([[seconds(*each) for _ in range(4)] for each in priming.requests()]))
"""


def run(program: str, **variables: str) -> list[Any]:
    """Run a program as the function's process, and return the JSON values that it printed."""
    left_out = ("AWS_", "HTTP", "REQUESTS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    function = {
        "TABLE_NAME": "t",
        "ENVIRONMENT": "local",
        "POWERTOOLS_SERVICE_NAME": "scim",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_CONFIG_FILE": "/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", TAKE_SNAPSHOT + program],
        env={**kept, **function, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="an instance is a copy of the process")
def test_each_restored_instance_has_numbers_connections_and_credentials_of_its_own():
    with scripted_server() as server, serving_credentials() as (credentials, given):
        server.play(success({}))
        drawn = run(RESTORE_TWICE, AWS_ENDPOINT_URL_DYNAMODB=server.url, AWS_CONTAINER_CREDENTIALS_FULL_URI=credentials)
        assert len(server.requests) == 1 + INSTANCES
        assert len({each.connection for each in server.requests}) == 1 + INSTANCES
        keys = [each.headers["authorization"].split("Credential=")[1].split("/")[0] for each in server.requests]
    assert len(set(drawn)) == INSTANCES
    assert len(set(keys)) == 1 + INSTANCES
    assert set(keys) <= set(given)


def test_the_first_requests_of_a_restored_instance_take_no_more_than_twice_the_next_ones():
    (seconds,) = run(FIRST_REQUESTS, AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s")
    firsts = sum(first for first, *_ in seconds)
    nexts = sum(sorted(others)[len(others) // 2] for _, *others in seconds)
    assert firsts <= 2 * nexts
