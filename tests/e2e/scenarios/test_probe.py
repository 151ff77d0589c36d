"""`scimprobe` against a deployed environment with rules: everything passes by its file, and nothing of it without."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scimprobe.simulate.dialect import Dialect
from tests.e2e.endpoint import FIVE, Endpoint
from tests.e2e.local_cloud import COMMAND_SECONDS, SCIMCTL, LocalCloud
from tests.e2e.scenarios.conftest import EntraOf
from tests.e2e.test_simulate import FORESEEN

SCIMPROBE = SCIMCTL.with_name("scimprobe")

RULED_OUT = "compliance"
"""The environment whose file rules most of a client's requests out; the others are run for a release."""

SIMULATED = ["forms-admin", "devices", "formulation"]
"""The environments for which a job in each dialect is part of every run; a scenario deploys each of them anyway."""


def run(*command: object, token: str = "") -> tuple[int, dict[str, Any]]:
    """Return the exit status and the JSON of a command."""
    finished = subprocess.run(
        [str(each) for each in command],
        env=os.environ | {"SCIM_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert not token or token not in finished.stdout + finished.stderr
    assert finished.stdout, finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def own_directory(endpoint: Endpoint) -> Endpoint:
    return endpoint.seen_by(endpoint.create_connection(directory="probed"))


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=[] if each == RULED_OUT else pytest.mark.full) for each in FIVE]
)
def test_scimprobe_passes_by_the_file_of_the_environment(
    entra_of: EntraOf, local_cloud: LocalCloud, name: str, tmp_path: Path
) -> None:
    directory = own_directory(entra_of(name).endpoint)
    _, expectations = run(SCIMCTL, "environments", "expectations", name)
    path = tmp_path / "expectations.json"
    path.write_text(json.dumps(expectations))
    url = directory.tenant_url
    status, checked = run(SCIMPROBE, "check", url, "--expect", path, "--output", "json", token=directory.token)
    failed = [
        each
        for suite in checked["suites"]
        for each in suite["checks"]
        if each["outcome"] not in ("passed", "ruled out")
    ]
    assert (status, failed, checked["left_behind"]) == (0, [], [])
    assert checked["expectations"] == f"{name}.toml"
    state = ("--state-dir", local_cloud.directory)
    own = ("--environment", name, "--users", "12", "--groups", "3", "--cleanup")
    status, simulated = run(SCIMCTL, "simulate", *own, *state, "--output", "json")
    assert (status, simulated["differences"]) == (0, [])
    assert simulated["expectations"] == f"{name}.toml"


@pytest.mark.parametrize("dialect", Dialect, ids=str)
@pytest.mark.parametrize("name", SIMULATED)
def test_a_job_of_entra_in_either_dialect_ends_as_it_was_meant(
    entra_of: EntraOf, local_cloud: LocalCloud, name: str, dialect: Dialect
) -> None:
    entra_of(name)
    own = ("--environment", name, "--state-dir", local_cloud.directory, "--cleanup", "--output", "json")
    status, simulated = run(SCIMCTL, "simulate", *own, "--dialect", dialect, "--users", "4", "--groups", "1")
    assert (status, simulated["stopped"], simulated["differences"]) == (0, None, [])
    assert {each for done in simulated["operations"] for each in done["statuses"]} <= FORESEEN
    assert simulated["expectations"] == f"{name}.toml"


def test_without_the_file_the_endpoint_is_judged_by_the_rfcs(entra_of: EntraOf) -> None:
    directory = own_directory(entra_of(RULED_OUT).endpoint)
    command = (SCIMPROBE, "check", directory.tenant_url, "--suite", "entra", "--output", "json")
    status, checked = run(*command, token=directory.token)
    assert (status, checked["passed"]) == (1, False)
    assert checked["checks"]["ruled out"] == 0
