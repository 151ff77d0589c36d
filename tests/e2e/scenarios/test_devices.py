"""The guide of a device management, played through its deployed environment: users and groups, in cycles and on demand.

Provision one person at once; one group with its people; let the cycles run; find people by the number that devices are assigned by.
"""

import pytest

from scimprobe.simulate.attributes import EMPLOYEE_NUMBER, email
from scimprobe.simulate.dialect import Dialect
from tests.e2e.endpoint import Endpoint, now
from tests.e2e.scenarios.actors import DIALECTS, Entra, refused
from tests.e2e.scenarios.conftest import EntraOf
from tests.e2e.test_clients import over_http
from tests.e2e.test_simulate import FORESEEN, simulate
from tests.protocol.replay import replay, scripts

ON_DEMAND = next(script for script in scripts() if script.name == "entra/on-demand")


@pytest.fixture(scope="module")
def entra(entra_of: EntraOf) -> Entra:
    return entra_of("devices")


def another_directory(endpoint: Endpoint, name: str) -> Endpoint:
    """The same environment for another, empty directory."""
    return endpoint.seen_by(endpoint.create_connection(directory=name))


def test_one_person_is_provisioned_on_demand_and_a_group_in_either_dialect(entra: Entra) -> None:
    replay(ON_DEMAND, over_http(another_directory(entra.endpoint, "on-demand")))


def test_a_group_is_provisioned_on_demand_together_with_its_five_people(entra: Entra) -> None:
    entra.test_connection()
    names = [f"{each}@devices.example" for each in ("ann.lee", "ben.ode", "cem.kaya", "dora.pinto", "eli.stone")]
    known = entra.provision(names[0])
    assert [each["id"] for each in entra.match("User", names[0])] == [known]
    people = [known, *(entra.provision(name) for name in names[1:])]
    assert entra.match("Group", "Field service") == []
    group = str(entra.create_group("Field service").json["id"])
    entra.add(group, *people)
    shown = entra.endpoint.send("GET", f"/Groups/{group}").json
    assert {each["value"] for each in shown["members"]} == set(people)
    assert [each["display"] for each in entra.read(known)["groups"]] == ["Field service"]

    entra.remove(group, people[1], dialect=Dialect.ENTRA_FLAG)
    entra.add(group, people[0], people[2])
    shown = entra.endpoint.send("GET", f"/Groups/{group}").json
    assert {each["value"] for each in shown["members"]} == set(people) - {people[1]}


def test_a_whole_job_with_groups_is_kept_as_it_was_meant(entra: Entra) -> None:
    directory = another_directory(entra.endpoint, "simulated")
    status, result = simulate(directory, "--users", "24", "--groups", "4")
    assert (status, result["stopped"], result["differences"]) == (0, None, [])
    assert {name for each in result["operations"] for name in each["statuses"]} <= FORESEEN


def test_no_two_people_share_an_address(entra: Entra) -> None:
    entra.provision("first.owner@devices.example")
    second = entra.create("second.owner@devices.example", {email("value"): "First.Owner@devices.example"})
    refused(second, 409, "emails.value", "first.owner@devices.example")
    assert second.json["scimType"] == "uniqueness"
    assert entra.match("User", "second.owner@devices.example") == []

    user = entra.provision("second.owner@devices.example")
    taken = {"op": "Replace", "path": email("value"), "value": "first.owner@devices.example"}
    refused(entra.patch(f"/Users/{user}", taken), 409, "emails.value")
    assert entra.update(user, {email("value"): "free@devices.example"})
    entra.update(user, {"active": False})
    refused(entra.create("third.owner@devices.example", {email("value"): "FREE@devices.example"}), 409)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_people_are_matched_by_their_employee_number_without_a_look_at_the_others(
    entra: Entra, dialect: Dialect
) -> None:
    number = f"E-{dialect}"
    user = entra.provision(f"numbered.{dialect}@devices.example", {EMPLOYEE_NUMBER: number})
    since = now()
    assert [each["id"] for each in entra.match("User", number, EMPLOYEE_NUMBER)] == [user]
    assert entra.match("User", f"{number}-nobody", EMPLOYEE_NUMBER) == []

    def calls(results: int) -> int:
        """DynamoDB calls of the search that found so many: the look-up of the value, and what it leads to."""
        found = entra.endpoint.wait_for_record(
            lambda record: record.get("filter") == f"{EMPLOYEE_NUMBER} eq ?" and record.get("results") == results, since
        )
        return int(found["dynamodb_calls"])

    assert (calls(results=1), calls(results=0)) == (2, 1)  # a look at everybody would be one call, whoever is found

    entra.update(user, {EMPLOYEE_NUMBER: f"{number}-2"}, dialect)
    assert entra.match("User", number, EMPLOYEE_NUMBER) == []
    assert [each["id"] for each in entra.match("User", f"{number}-2", EMPLOYEE_NUMBER)] == [user]


def test_who_is_enabled_again_is_still_in_its_groups(entra: Entra) -> None:
    user = entra.provision("returning.person@devices.example")
    entra.provision_group("Returning", user)
    for active in (False, True):
        entra.update(user, {"active": active})
        assert [each["display"] for each in entra.read(user)["groups"]] == ["Returning"]
