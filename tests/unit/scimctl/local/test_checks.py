"""What is missing, said before anything is started."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambdas.operations.problems import Problem
from scimctl.local import checks

Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Writes a program of this name, first on the path, that prints a text."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def write(name: str, says: str) -> Path:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho '{says}'\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def missing(**tools: object) -> str:
    with pytest.raises(Problem) as raised:
        checks.require_tools(**tools)
    return str(raised.value)


def test_a_machine_with_everything_passes(program: Program):
    program("node", "v20.11.0")
    checks.require_tools(cdk=program("cdk", ""))


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path):
    told = missing(node="no-such-node", cdk=tmp_path / "cdk").splitlines()
    assert told == [
        "Node.js is missing, which the CDK command line runs on: install version 20 or newer.",
        "The CDK command line is missing: run `make install`.",
    ]


def test_an_old_node_is_told_with_its_version(program: Program):
    program("node", "v18.20.4")
    assert missing(cdk=program("cdk", "")).startswith("Node.js v18.20.4 is too old")


def test_a_node_that_does_not_work_is_told(program: Program):
    program("node", "cannot execute")
    assert "is not a working Node.js" in missing(cdk=program("cdk", ""))


def test_a_free_port_passes():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        free = server.getsockname()[1]
    checks.require_free_port(free)


def test_a_busy_port_is_told_with_who_holds_it_and_another_one(busy_port: int):
    with pytest.raises(Problem) as raised:
        checks.require_free_port(busy_port)
    first, second = str(raised.value).splitlines()
    assert first.startswith(f"Port {busy_port} of 127.0.0.1 is already used by ")
    assert f"(process {os.getpid()})" in first
    advised = int(second.rpartition(" ")[2])
    assert second == f"Stop it, or choose another port: --port {advised}"
    checks.require_free_port(advised)
