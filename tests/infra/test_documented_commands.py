"""The command lines of the documentation run: as far as they get without an AWS account."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from infra.choice import CONTEXT, read_choice
from lambdas.environment import file as settings
from lambdas.environment.file import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDERS = ("NAME", "acme", "globex")
"""The names of environments in the documentation."""

ACCOUNT = "210987654321"
NO_CREDENTIALS = f"Need to perform AWS calls for account {ACCOUNT}, but no credentials have been configured"
"""The last sentence of the CDK where a command is right and there are no credentials."""


def lines_with(program: str) -> list[str]:
    """Return the commands of a program in the documentation, each once: between backticks, and lines of blocks."""
    found: dict[str, None] = {}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for match in re.finditer(rf"(?:`|^[ ]*)({program} [^`\n#]+)", text.replace("\\\n", " "), re.MULTILINE):
            found[" ".join(match[1].split())] = None
    return list(found)


CDK = [line for line in lines_with("npx cdk") if "-c " in line]
AWS = lines_with("aws")
MAKE = lines_with("make")


def test_the_documentation_has_commands_of_each_program():
    assert {line.split()[2] for line in CDK} == {"bootstrap", "deploy", "diff", "destroy"}
    assert len(AWS) >= 12
    assert "make install" in MAKE


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of environment files as an operator has them, for the names in the documentation."""
    text = (ROOT / "environments" / "devices.toml").read_text().replace("123456789012", ACCOUNT)
    for name in PLACEHOLDERS:
        renamed = re.sub(r'^name = ".*"$', f'name = "{name.lower()}"', text, flags=re.MULTILINE)
        (tmp_path / f"{name.lower()}.toml").write_text(renamed)
    monkeypatch.setattr(settings, "ENVIRONMENTS", tmp_path)
    return tmp_path


def arguments_of(line: str) -> list[str]:
    """Return the arguments of the CDK in a line, with the names of files that exist."""
    return shlex.split(line.replace("NAME", "name"))[2:]


@pytest.mark.parametrize("line", CDK)
@pytest.mark.usefixtures("environments")
def test_the_app_accepts_the_context_of_a_documented_command(line: str, monkeypatch: pytest.MonkeyPatch):
    arguments = arguments_of(line)
    options = [arguments[place + 1] for place, word in enumerate(arguments) if word == "-c"]
    monkeypatch.setenv(CONTEXT, json.dumps(dict(each.split("=", 1) for each in options)))
    choice = read_choice()
    assert choice.environments or choice.account_of


@pytest.mark.full
@pytest.mark.parametrize("line", CDK)
def test_a_documented_command_of_the_cdk_runs_until_it_needs_credentials(line: str, environments: Path, tmp_path: Path):
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "HOME": str(tmp_path),
        "SCIMCTL_ENVIRONMENTS": str(environments),
    }
    arguments = arguments_of(line)
    if "-o" in arguments:
        del arguments[arguments.index("-o") : arguments.index("-o") + 2]
    own = ["--app", f"{shlex.quote(sys.executable)} app.py", "--output", str(tmp_path / "cdk.out"), "--no-notices"]
    force = ["--force"] if arguments[0] == "destroy" else []
    command = [str(ROOT / "node_modules" / ".bin" / "cdk"), *arguments, *own, *force]
    if "platform=local" in arguments:
        pytest.skip("the local cloud's own; tests/e2e runs it")
    ran = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert NO_CREDENTIALS in ran.stdout + ran.stderr


def options_of(words: list[str]) -> Iterator[str]:
    yield from (word.removeprefix("--").partition("=")[0] for word in words if word.startswith("--"))


@pytest.mark.parametrize("line", AWS)
def test_a_documented_command_of_the_aws_cli_names_an_operation_and_its_parameters(line: str):
    """The AWS CLI derives its commands from the same descriptions as botocore."""
    _, service, operation, *rest = shlex.split(re.sub(r"\.{3}|…", "", line))
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing")
    client = session.create_client({"deploy": "codedeploy"}.get(service, service), "eu-central-1")
    if operation == "wait":
        assert rest[0].replace("-", "_") in client.waiter_names
        return
    operations = {xform_name(each, "-"): each for each in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(operations[operation]).input_shape
    parameters = {xform_name(each, "-") for each in (shape.members if shape else ())}
    unknown = {each.removeprefix("no-") for each in options_of(rest)} - parameters - {"region", "profile", "query"}
    assert unknown == set()


@pytest.mark.parametrize("line", MAKE)
def test_a_documented_target_of_make_exists(line: str):
    target = line.split()[1].strip("`.,:;)")
    ran = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert "No rule to make target" not in ran.stderr
