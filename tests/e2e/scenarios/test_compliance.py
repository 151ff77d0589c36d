"""The guide of a compliance platform, played through its deployed environment: people only, permissions from its operators.

Test the connection; assign people, who get base permissions; give some of them more, which stays; unassign and delete people;
remove somebody urgently by hand; regenerate the connection.
"""

import re

import pytest

from lambdas.credentials.scopes import Scope
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

    record = entra.endpoint.wait_for_record(
        lambda record: record.get("event") == "scim.permissions" and record.get("after") == ["base", "control-owner"],
        since,
    )
    assert (record["resource_name"], record["before"]) == (name, ["base"])
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


def test_urgent_manual_removal_ends_access_at_once_and_is_not_undone_by_the_next_cycle(
    entra: Entra, operator: Operator
) -> None:
    name = "mallory.stone@compliance.example"
    user = entra.provision(name)
    operator.run(f"permissions assign {name} control-owner")
    product = entra.endpoint.seen_by(entra.endpoint.create_connection(scope=Scope.READ))
    assert product.send("GET", f"/Users/{user}").json["active"] is True

    since = now()
    assert "is disabled" in operator.output_of(f"users disable {name}")
    for reader in (product, entra.endpoint):
        seen = reader.send("GET", f"/Users/{user}").json
        assert (seen["active"], sets_of(seen), seen["userName"]) == (False, [], name)
    entra.update(user, {"displayName": "Mallory (left)"})  # a change of another attribute does not send `active`
    assert entra.read(user)["active"] is False
    assert entra.update(user, {"active": False}) == []  # unassigned in Entra as well: nothing is left to be sent
    output = operator.output_of(f"log --user {name} --since {since.isoformat()}")
    assert re.search(rf"200 +disable user +{re.escape(name)} +active +by ", output)

    operator.run(f"users enable {name}")
    assert sets_of(entra.read(user)) == ["control-owner"]


def test_urgent_manual_deletion_removes_the_user_and_a_later_assignment_begins_with_the_base(
    entra: Entra, operator: Operator
) -> None:
    name = "oscar.pond@compliance.example"
    user = entra.provision(name)
    operator.run(f"permissions assign {name} compliance-manager")
    since = now()
    refused_command = operator.run(f"users delete {name}", fails=True)  # asks, and nobody answers
    assert "will be deleted from directory compliance" in refused_command.stderr
    operator.run(f"users delete {name} --yes")
    assert entra.endpoint.send("GET", f"/Users/{user}").status == 404
    refused(entra.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"}), 404)
    assert operator.explain(entra.endpoint, since, status=404, method="PATCH").why == "the resource does not exist"
    again = entra.provision(name)
    assert again != user
    assert sets_of(entra.read(again)) == ["base"]
    output = operator.output_of(f"log --user {name} --since {since.isoformat()}")
    assert re.search(rf"204 +delete user +{re.escape(name)} +by ", output)


def test_roles_and_permissions_that_entra_sends_give_nobody_anything(entra: Entra) -> None:
    sent = {"roles": [{"value": "compliance-manager"}], "entitlements": [{"value": "compliance-manager"}]}
    assert sets_of(entra.create("eve.hill@compliance.example", beside=sent).json) == ["base"]


def test_groups_are_refused_in_words_for_an_administrator_and_announced_nowhere(
    entra: Entra, operator: Operator
) -> None:
    since = now()
    refused(entra.create_group("Auditors"), 400, "This directory does not serve Groups. Turn off their provisioning")
    found = operator.explain(entra.endpoint, since, status=400, resource_type="Group")
    assert "This directory does not serve Groups" in found.line
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
