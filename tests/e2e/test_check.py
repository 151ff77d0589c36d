"""`scimctl check` against the deployed endpoint: it passes in every point, and leaves the directory as it was."""

import json
import os
import subprocess
from typing import Any

from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import COMMAND_SECONDS, SCIMCTL


def check(endpoint: Endpoint, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the result of the command; the token goes by the environment."""
    finished = subprocess.run(
        [str(SCIMCTL), "check", endpoint.tenant_url, "--output", "json", *options],
        env=os.environ | {"SCIM_TOKEN": endpoint.token},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert endpoint.token not in finished.stdout + finished.stderr
    assert finished.stdout, finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def test_the_deployed_endpoint_passes_in_every_point_and_is_left_as_it_was(endpoint: Endpoint) -> None:
    directory = endpoint.seen_by(endpoint.create_connection(directory="checked"))
    directory.send("POST", "/Users", {"userName": "somebody@example.com", "name": {"familyName": "S"}})
    directory.send("POST", "/Groups", {"displayName": "Somebody's"})
    before = [directory.send("GET", f"/{kind}").json["Resources"] for kind in ("Users", "Groups")]
    status, result = check(directory, "--verbose")
    checks = [each for suite in result["suites"] for each in suite["checks"]]
    assert [each for each in checks if each["outcome"] != "passed"] == []
    assert len(checks) > 90
    assert (status, result["passed"], result["left_behind"]) == (0, True, [])
    assert [directory.send("GET", f"/{kind}").json["Resources"] for kind in ("Users", "Groups")] == before


def test_another_connection_s_token_cannot_be_used_for_a_check(endpoint: Endpoint) -> None:
    mine = endpoint.seen_by(endpoint.create_connection(directory="checked-mine"))
    theirs = endpoint.seen_by(endpoint.create_connection(directory="checked-theirs"))
    finished = subprocess.run(
        [str(SCIMCTL), "check", mine.tenant_url],
        env=os.environ | {"SCIM_TOKEN": theirs.token},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert finished.returncode == 2
    assert "The request is refused: 403" in finished.stderr
    assert theirs.token not in finished.stdout + finished.stderr
    assert mine.send("GET", "/Users").json["totalResults"] == 0
