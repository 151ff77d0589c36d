"""What the documentation and the remedies tell an operator to type can be typed: every command and option exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from lambdas.operations.log.causes import REQUESTS, SWEEP
from lambdas.operations.log.refusals import CREDENTIALS, GATEWAY
from scimctl.guide import guide
from scimctl.lazy import LazyCommand
from scimctl.main import app

ROOT = Path(__file__).resolve().parents[4]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SPAN = re.compile(r"`((?:SCIM_TOKEN=\S+ |\S*/bin/)?scimctl [^`]+)`")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)\s]+)\)")


def commands_in(text: str) -> Iterator[str]:
    """The commands of `scimctl` in a text: in its fenced blocks, a line each, and between backticks."""
    for block in FENCE.findall(text):
        yield from (line for line in block.replace("\\\n", " ").splitlines() if "scimctl " in line)
    yield from (" ".join(span.split()) for span in SPAN.findall(FENCE.sub("", text)))


def fault_of(line: str) -> str | None:
    """What cannot be typed in a command; None when all can."""
    command: Any = typer.main.get_command(app)
    words = shlex.split(line.replace("\\|", "|").split(" | ")[0].split(" # ")[0].split(" > ")[0], comments=False)
    words = words[next(n for n, word in enumerate(words) if word.endswith("scimctl")) + 1 :]
    for word in words:
        if word.startswith("-"):
            if word.partition("=")[0] not in {"--help"} | {name for each in command.params for name in each.opts}:
                return f"{command.name} has no option {word}"
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
            command = command.load() if isinstance(command, LazyCommand) else command
        elif hasattr(command, "commands") and command.name != "log":
            return f"{command.name} has no command {word}"
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_the_documentation_can_be_typed(document: Path) -> None:
    faults = {line: fault_of(line) for line in commands_in(document.read_text(encoding="utf-8"))}
    assert {line: fault for line, fault in faults.items() if fault} == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_documentation_leads_somewhere(document: Path) -> None:
    links = LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    files = {link: document.parent / link.partition("#")[0] if not link.startswith("#") else document for link in links}
    broken = [link for link, file in files.items() if not file.exists() or _lacks(file, link.partition("#")[2])]
    assert broken == []


def _lacks(file: Path, anchor: str) -> bool:
    """Whether a file has no heading of which an anchor is made (as GitHub makes them)."""
    if not anchor:
        return False
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor not in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_command_in_a_remedy_can_be_typed() -> None:
    causes = (*CREDENTIALS.values(), *GATEWAY.values(), *REQUESTS.values(), SWEEP)
    remedies = [cause.of({}, guide("acme", "scimctl --local")).remedy for cause in causes]
    lines = [line for remedy in remedies for line in commands_in(remedy)]
    assert len(lines) >= 3
    assert [fault_of(line) for line in lines if fault_of(line)] == []


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert fault_of("scimctl users remove ada") == "users has no command remove"
    assert fault_of("scimctl users list --sort x") == "list has no option --sort"
    assert fault_of("scimctl log --failed --environment acme") is None
