"""An operator at the command line, for tests: what is deployed, and how a command is run."""

import json
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from scimctl.main import app

TABLE = "scim-acme-table"
LOG_GROUP = "/scim/acme-of-operators"
BASE_URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/scim"
ACME = """
name = "acme"
description = "Acme"
directory = "acme-corp"
[aws]
account = "123456789012"
region = "eu-west-1"
[tokens]
lifetime_days = 30
"""
LOCAL = ACME.replace('name = "acme"', 'name = "local"\nplatform = "local"')


def scimctl(*arguments: str, answer: str | None = None) -> Result:
    """Run a command; `answer` is what the operator types."""
    return CliRunner().invoke(app, list(arguments), input=answer, env={"COLUMNS": "200"})


def told(*arguments: str) -> dict[str, Any]:
    """Run a command on acme and return what a program is told."""
    result = scimctl(*arguments, "--environment", "acme", "--output", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(*arguments: str, answer: str | None = None) -> str:
    """Return the text of a command that must end with exit status 1, without a trace and with nothing on stdout."""
    result = scimctl(*arguments, answer=answer)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())
