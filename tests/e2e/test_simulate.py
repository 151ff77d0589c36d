"""A provisioning job of Microsoft Entra ID against the deployed endpoint, as `scimctl simulate` plays it."""

import json
import os
import subprocess
from typing import Any

import pytest

from scimprobe.simulate.dialect import Dialect
from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import COMMAND_SECONDS, SCIMCTL

FORESEEN = {"200", "201", "204", "404", "409"}
"""Every status that a job meets when nothing has to be retried: 404 and 409 where it asks for them."""


def simulate(endpoint: Endpoint, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the result of the command; the token goes by the environment."""
    finished = subprocess.run(
        [str(SCIMCTL), "simulate", endpoint.tenant_url, "--output", "json", *options],
        env=os.environ | {"SCIM_TOKEN": endpoint.token},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert endpoint.token not in finished.stdout + finished.stderr
    assert finished.stdout, finished.stderr
    return finished.returncode, json.loads(finished.stdout)


@pytest.fixture(scope="module")
def warm(endpoint: Endpoint) -> Endpoint:
    """The endpoint with as many functions started as a job keeps busy: on a slow machine their start may time out."""
    simulate(own_directory(endpoint, "simulate-warm"), "--users", "5", "--groups", "1")
    return endpoint


def own_directory(endpoint: Endpoint, name: str) -> Endpoint:
    """The endpoint as a connection to a directory of this name alone sees it."""
    return endpoint.seen_by(endpoint.create_connection(directory=name))


@pytest.mark.parametrize(
    "dialect",
    [Dialect.ENTRA, pytest.param(Dialect.ENTRA_FLAG, marks=pytest.mark.full)],
    ids=lambda dialect: str(dialect),
)
def test_a_hundred_users_and_ten_groups_are_kept_as_they_were_meant(warm: Endpoint, dialect: Dialect) -> None:
    directory = own_directory(warm, f"simulate-{dialect}")
    status, result = simulate(directory, "--users", "100", "--groups", "10", "--dialect", dialect)
    assert result["stopped"] is None
    assert result["differences"] == []
    assert status == 0
    assert result["users"] > 100
    assert result["groups"] > 10
    assert {name for each in result["operations"] for name in each["statuses"]} <= FORESEEN


def test_a_second_job_does_not_mind_the_first_and_can_leave_nothing_behind(warm: Endpoint) -> None:
    directory = own_directory(warm, "simulate-twice")
    assert simulate(directory, "--users", "12", "--groups", "3")[0] == 0
    before = {kind: directory.send("GET", f"/{kind}?count=0").json["totalResults"] for kind in ("Users", "Groups")}
    status, result = simulate(directory, "--users", "12", "--groups", "3", "--cleanup")
    assert (status, result["differences"]) == (0, [])
    after = {kind: directory.send("GET", f"/{kind}?count=0").json["totalResults"] for kind in ("Users", "Groups")}
    assert after == before
    assert all(before.values())
