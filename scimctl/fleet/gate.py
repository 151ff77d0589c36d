"""The gate behind a deployment: the checks of identity providers, in a directory of their own, and the stack's alarms."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from lambdas.operations.connections import Connections, GeneratedToken
from lambdas.operations.directories import Directories
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.store import directory_list
from scimctl import console, targets
from scimctl.directories.deletion import delete
from scimctl.environments.expectations import expectations
from scimctl.environments.overview import alarms_of
from scimctl.fleet.deploying import folder_of
from scimctl.fleet.members import Member
from scimctl.fleet.places import Place

DIRECTORY = "scimprobe-check"
"""The directory of the checks: in no customer's, and deleted afterwards."""

LABEL = "fleet check"
CHECK_SECONDS = 900
SHOWN = 5
"""Failed checks that are named; the report has all."""


def pass_gate(place: Place, member: Member, suite: str, show: Callable[[str], None]) -> None:
    """Check a deployed environment, and on AWS its alarms.

    :param suite: The suite of ``scimctl check``, or ``none``.
    :raises Problem: When a check fails, an alarm is on, or the environment cannot be reached.
    """
    target = targets.resolve(member.name)
    if suite != "none":
        show("checking")
        with temporary_connection(target) as generated:
            check(generated, folder_of(place, member), expectations(member.environment), suite)
    if not place.is_local:
        require_quiet(target, member)


def require_quiet(target: Target, member: Member) -> None:
    """Check that no alarm of an environment is on.

    :raises Problem: With the names of those that are.
    """
    with target.aws_errors_as_problems():
        alarms = alarms_of(target, member.environment)
    if alarms:
        raise Problem(f"Alarms of {member.name} are on: {', '.join(alarms)}.")


@contextmanager
def temporary_connection(target: Target) -> Iterator[GeneratedToken]:
    """Return a connection to :data:`DIRECTORY`, which is deleted afterwards with all that is in it.

    What an interrupted check left is deleted first.

    :raises Problem: When the environment's own directory has this id.
    """
    if target.settings.directory == DIRECTORY:
        raise Problem(
            f"The directory of {target.settings.name} is called {DIRECTORY}, which is the one of the checks. Use `--check none`."
        )
    directories = Directories(target)
    _delete(directories)
    generated = Connections(target).generate(directory=DIRECTORY, label=LABEL, lifetime_days=1)
    try:
        yield generated
    finally:
        _delete(directories)


def _delete(directories: Directories) -> None:
    """Delete the directory of the checks. Its only token is known here alone, so no cached one has to be waited for."""
    with directories.target.aws_errors_as_problems():
        listed = directory_list.read(directories.table, DIRECTORY)
        connected = any(each.directory == DIRECTORY for each in directories.connections.store.connections())
    if listed or connected:
        delete(directories, DIRECTORY, wait=timedelta(0), show=console.silent_step)


def check(generated: GeneratedToken, folder: Path, expected: dict[str, Any], suite: str) -> None:
    """Run ``scimctl check`` against a connection. The report is kept in ``check.json``.

    :raises Problem: When a mandatory check fails, or not everything could be checked.
    """
    expect, report = folder / "expectations.json", folder / "check.json"
    expect.write_text(json.dumps(expected), encoding="utf-8")
    command = [sys.executable, "-m", "scimctl.main", "check", generated.tenant_url, "--suite", suite]
    try:
        ran = subprocess.run(
            [*command, "--expect", str(expect), "--output", "json"],
            env={**os.environ, "SCIM_TOKEN": generated.secret_token},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CHECK_SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise Problem(f"The checks did not end within {CHECK_SECONDS // 60} minutes.") from None
    report.write_text(ran.stdout, encoding="utf-8")
    if ran.returncode != 0:
        raise Problem(f"{_failed(ran)}\nThe report: {report}")


def _failed(ran: "subprocess.CompletedProcess[str]") -> str:
    """Return what failed, from the report, or else from the last line of stderr."""
    try:
        suites = json.loads(ran.stdout)["suites"]
    except (ValueError, KeyError):
        return f"It could not be checked: {(ran.stderr.strip().splitlines() or ['no answer'])[-1]}"
    failed = [
        each["name"]
        for suite in suites
        for each in suite["checks"]
        if each.get("level") == "mandatory" and each["outcome"] not in ("passed", "ruled_out")
    ]
    more = f" and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    return f"{len(failed)} checks failed: {'; '.join(failed[:SHOWN])}{more}."
