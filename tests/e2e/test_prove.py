"""`scimctl environments prove` on the local cloud, which proves what needs no AWS and says what it could not prove."""

import json

from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import LocalCloud


def test_the_local_cloud_proves_what_it_can_and_says_what_it_cannot(
    local_cloud: LocalCloud, endpoint: Endpoint
) -> None:
    before = local_cloud.scimctl_here("connections", "list", "--environment", "local", "--output", "json").stdout
    ran = local_cloud.scimctl("environments", "prove", "local", "--yes", "--output", "json")
    assert ran.returncode == 0, ran.stderr
    proof = json.loads(ran.stdout)
    outcomes = {each["number"]: each["outcome"] for each in proof["steps"]}
    assert outcomes == {
        7: "unproved",
        8: "proved",
        9: "proved",
        11: "unproved",
        12: "unproved",
        13: "unproved",
    }
    assert all(each["details"] for each in proof["steps"])
    assert proof["remaining"]
    after = local_cloud.scimctl_here("connections", "list", "--environment", "local", "--output", "json").stdout
    assert after == before, "the temporary connection is deleted"
    listed = local_cloud.scimctl_here("users", "list", "--environment", "local", "--directory", "scimprobe-check")
    assert "0 users" in listed.stdout or listed.returncode != 0
    assert endpoint.send("GET", "/ServiceProviderConfig").status == 200


def test_a_proof_asks_before_it_raises_an_alarm(local_cloud: LocalCloud, endpoint: Endpoint) -> None:
    ran = local_cloud.scimctl("environments", "prove", "local")
    assert ran.returncode == 1
    assert "raises an alarm" in ran.stderr
    assert "Nothing was changed" in ran.stderr
    assert endpoint.send("GET", "/ServiceProviderConfig").status == 200
