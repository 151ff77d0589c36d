"""The authorizer's function as Lambda imports and calls it: in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from support.tables import TABLE_NAME


@pytest.fixture
def function_environment() -> dict[str, str]:
    return {
        **os.environ,
        "TABLE_NAME": TABLE_NAME,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "authorizer",
    }


def test_the_function_imports_no_heavy_package(function_environment):
    program = (
        "import sys, lambdas.authorizer.handler\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'boto3', 'pydantic', 'scim2_models', 'scim2_server', 's3transfer'}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('lambdas.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=function_environment, capture_output=True, text=True, check=True
    )
    heavy, ours = done.stdout.split("\n")[:2]
    assert heavy == ""
    assert {name.split(".")[1] for name in ours.split()} == {
        "authorizer",
        "credentials",
        "metrics",
        "records",
        "snapshots",
        "store",
        "version",
    }
    assert {"lambdas.store.keys", "lambdas.credentials.scopes", "lambdas.credentials.tokens"} == {
        name for name in ours.split() if name.count(".") == 2 and not name.startswith("lambdas.authorizer.")
    }


def test_the_function_refuses_with_the_text_that_api_gateway_turns_into_401(function_environment):
    program = (
        "from types import SimpleNamespace\n"
        "from lambdas.authorizer.handler import handler\n"
        "try:\n"
        "    handler({'authorizationToken': 'Bearer x', 'methodArn': ''}, SimpleNamespace(aws_request_id='r1'))\n"
        "except Exception as error:\n"
        "    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=function_environment, capture_output=True, text=True, check=True
    )
    record, error = done.stdout.splitlines()
    assert error == "Unauthorized"
    assert json.loads(record)["service"] == "authorizer"
    assert json.loads(record)["function_request_id"] == "r1"
