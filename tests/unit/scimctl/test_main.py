"""`scimctl` without a command: its help, version and completion come without what commands need."""

import subprocess
import sys
from importlib import metadata

import pytest
import typer
from typer.testing import CliRunner

from scimctl.lazy import LazyCommand
from scimctl.main import Commands, app

HEAVY = ("boto3", "botocore", "pydantic", "scim2_models", "scim2_server", "aws_lambda_powertools", "ministack")
"""Packages that take longer to import than the whole of `--help`."""

BY_TYPER = {"pydantic"}
"""What typer imports to parse the options of a command and to print the types of options."""

GROUPS = ("connections", "tokens", "log", "users", "groups", "permissions")
"""The groups of commands on a deployed environment."""


def heavy_imports_of(*arguments: str, **variables: str) -> tuple[list[str], str]:
    """Run a command in a process of its own; return the heavy packages that it imports, and what it prints."""
    code = (
        "import sys\nsys.argv[0] = 'scimctl'\nfrom scimctl.main import app\n"
        f"try:\n    app()\nexcept SystemExit:\n    pass\nprint('\\n@', *(each for each in {HEAVY!r} if each in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "HOME": "/nonexistent", **variables},
    )
    printed, _, imported = ran.stdout.rpartition("@")
    return imported.split(), printed


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str):
    imported, printed = heavy_imports_of(argument)
    assert imported == []
    assert printed.strip()


@pytest.mark.parametrize("group", GROUPS)
def test_the_help_of_a_group_imports_nothing_heavy_but_what_typer_does(group: str):
    imported, printed = heavy_imports_of(group, "--help")
    assert set(imported) <= BY_TYPER
    assert printed.strip()


@pytest.mark.parametrize(
    ("words", "completion"),
    [
        ("scimctl ", "connections"),
        ("scimctl us", "users"),
        ("scimctl users ", "show"),
        ("scimctl users list --f", "--filter"),
    ],
)
def test_completion_imports_nothing_heavy(words: str, completion: str):
    variables = {"_SCIMCTL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    imported, printed = heavy_imports_of(**variables)
    assert set(imported) <= BY_TYPER
    assert completion in printed.split()


def test_the_version_is_that_of_the_package():
    _, printed = heavy_imports_of("--version")
    assert printed.strip() == f"scimctl {metadata.version('serverless-scim')}"


@pytest.mark.parametrize("name", Commands.entries)
def test_the_list_of_commands_describes_each_as_its_own_help_does(name: str):
    listed = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert isinstance(listed, LazyCommand)
    first_paragraph = " ".join((listed.load().help or "").split("\n\n")[0].split())
    assert first_paragraph.startswith(listed.entry.summary)


def test_a_mistyped_command_gets_a_suggestion():
    ran = subprocess.run(
        [sys.executable, "-m", "scimctl.main", "conections"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "connections" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [["\u202enope"], ["users", "nope\x9b2J"], ["users", "list", "--nope\u202e"], ["users", "login", "a", "x\x1b[2J"]],
)
def test_arguments_in_errors_reach_the_terminal_without_control_characters(arguments: list[str]):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert not {"\x1b", "\x9b", "\u202e"} & set(result.stderr)
