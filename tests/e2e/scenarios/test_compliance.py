"""The guide of a compliance platform, played through its deployed environment: people only, permissions from its operators.

Test the connection; assign people, who get base permissions; give some of them more, which stays; unassign and delete people;
regenerate the connection.
"""

import pytest

from scimprobe.simulate.attributes import DEPARTMENT
from scimprobe.simulate.dialect import Dialect
from tests.e2e.endpoint import SECRETS, Endpoint, now
from tests.e2e.scenarios.actors import DIALECTS, Entra, Operator, refused, sets_of
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf


@pytest.fixture(scope="module")
def entra(entra_of: EntraOf) -> Entra:
    return entra_of("compliance")


@pytest.fixture(scope="module")
def operator(operator_of: OperatorOf) -> Operator:
    return operator_of("compliance")


def test_the_connection_is_tested_and_people_are_created_with_base_permissions(entra: Entra) -> None:
    entra.test_connection()
    reply = entra.create("ada.lovelace@compliance.example")
    assert reply.status == 201
    assert reply.json["active"] is True
    assert reply.json["entitlements"] == [{"value": "base", "display": "Base"}]
    (matched,) = entra.match("User", "ADA.Lovelace@compliance.example")
    assert (matched["id"], sets_of(matched)) == (reply.json["id"], ["base"])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_an_operator_assigns_survives_cycles_and_a_replacement(
    entra: Entra, operator: Operator, dialect: Dialect
) -> None:
    name = f"grace.hopper.{dialect}@compliance.example"
    user = entra.provision(name)
    since = now()
    operator.run(f"permissions assign {name} base control-owner")
    before = entra.read(user)
    assert sets_of(before) == ["base", "control-owner"]

    assert entra.update(user, {"displayName": "Rear Admiral Hopper", DEPARTMENT: "Audit"}, dialect)
    assert entra.update(user, {"displayName": "Rear Admiral Hopper", DEPARTMENT: "Audit"}, dialect) == []
    assert sets_of(entra.read(user)) == ["base", "control-owner"]
    replaced = entra.endpoint.send("PUT", f"/Users/{user}", {"userName": name, "entitlements": [{"value": "base"}]})
    assert (replaced.status, sets_of(replaced.json)) == (200, ["base", "control-owner"])

    told = entra.endpoint.wait_for_record(
        lambda record: record.get("event") == "scim.permissions" and record.get("after") == ["base", "control-owner"],
        since,
    )
    assert (told["resource_name"], told["before"]) == (name, ["base"])
    shown = operator.read(f"users show {name}")["permissionSets"]
    assert shown == [{"id": "base", "reasons": ["operator"]}, {"id": "control-owner", "reasons": ["operator"]}]


def test_who_is_unassigned_is_disabled_and_keeps_what_it_had(entra: Entra, operator: Operator) -> None:
    name = "alan.turing@compliance.example"
    user = entra.provision(name)
    operator.run(f"permissions assign {name} compliance-manager")

    for dialect in DIALECTS:
        entra.update(user, {"active": False}, dialect)
        (found,) = entra.match("User", name)
        assert (found["id"], found["active"], sets_of(found)) == (user, False, [])
        entra.update(user, {"active": True}, dialect)
        assert sets_of(entra.read(user)) == ["compliance-manager"]


def test_who_is_deleted_for_good_is_removed_and_the_user_name_is_free(entra: Entra, operator: Operator) -> None:
    name = "kurt.goedel@compliance.example"
    user = entra.provision(name)
    operator.run(f"permissions assign {name} compliance-manager")
    entra.update(user, {"active": False})
    assert entra.endpoint.send("DELETE", f"/Users/{user}").status == 204
    assert entra.endpoint.send("GET", f"/Users/{user}").status == 404
    assert entra.match("User", name) == []
    again = entra.provision(name)
    assert again != user
    assert sets_of(entra.read(again)) == ["base"]


def test_groups_are_refused_in_words_for_an_administrator_and_announced_nowhere(entra: Entra) -> None:
    refused(entra.create_group("Auditors"), 400, "This directory does not serve Groups. Turn off their provisioning")
    assert entra.match("Group", "Auditors") == []
    types = entra.endpoint.send("GET", "/ResourceTypes").json["Resources"]
    assert [each["name"] for each in types] == ["User"]


def test_regenerating_ends_the_old_url_and_token_at_once_and_the_new_ones_reach_the_same_people(
    entra: Entra, operator: Operator
) -> None:
    user = entra.provision("emmy.noether@compliance.example")
    made = operator.read('connections create --label "Entra ID"')
    old = Endpoint(entra.endpoint.state, entra.endpoint.state_directory, made["tenant_url"], made["secret_token"])
    assert old.send("GET", f"/Users/{user}").status == 200
    connection = made["tenant_url"].rpartition("/")[2]

    made = operator.read(f"connections regenerate {connection} --yes")
    SECRETS.update({old.token, made["secret_token"]})
    new = Endpoint(old.state, old.state_directory, made["tenant_url"], made["secret_token"])
    refused(old.send("GET", f"/Users/{user}"), 401)
    refused(old.send("GET", f"/Users/{user}", token=new.token), 403)
    assert new.tenant_url != old.tenant_url
    Entra(new).test_connection()
    assert new.send("GET", f"/Users/{user}").status == 200
