"""The guide of a formulation management, played through its deployed environment: five roles, each of which is a group.

Assign the groups of the same names; or send the role with the person. The groups are the product's and stay as they are.
"""

from pathlib import Path
from typing import Any

import pytest

from lambdas.environment.file import load
from scimctl.local_state import PROJECT
from tests.e2e.endpoint import now
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.scenarios.actors import Entra, Operator, refused, sets_of
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf
from tests.e2e.test_side_by_side import checkout

GROUPS = ["Owner", "Admin", "Formulator", "Production", "Viewer"]
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
GROUP_IDS = {each.id: each.group_id for each in load("formulation").permissions.sets}
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture(scope="module")
def entra(entra_of: EntraOf) -> Entra:
    return entra_of("formulation")


@pytest.fixture(scope="module")
def operator(operator_of: OperatorOf) -> Operator:
    return operator_of("formulation")


def group_of(entra: Entra, name: str) -> str:
    (found,) = entra.match("Group", name)
    return str(found["id"])


def test_the_five_groups_are_there_at_the_first_request_to_a_directory(entra: Entra) -> None:
    for _ in range(2):
        first = entra.endpoint.seen_by(entra.endpoint.create_connection(directory="first-request"))
        listed = first.send("GET", "/Groups").json
        assert sorted(each["displayName"] for each in listed["Resources"]) == sorted(GROUPS)
        assert listed["totalResults"] == len(GROUPS)


@pytest.mark.parametrize("name", ["Owner", "viewer"])
def test_no_group_of_a_role_is_created_a_second_time(entra: Entra, name: str) -> None:
    refused(entra.create_group(name), 409, "exists already")
    assert len(entra.match("Group", name)) == 1


def test_another_group_is_an_ordinary_one_and_gives_nobody_a_role(entra: Entra) -> None:
    user = entra.provision("chien-shiung.wu@formulation.example")
    created = entra.create_group("Laboratory")
    assert created.status == 201
    laboratory = str(created.json["id"])
    entra.add(laboratory, user)
    assert sets_of(entra.read(user)) == ["formulator"]
    assert entra.endpoint.send("DELETE", f"/Groups/{laboratory}").status == 204
    assert entra.match("Group", "Laboratory") == []


def test_a_group_is_matched_and_not_renamed_or_deleted(entra: Entra) -> None:
    production = group_of(entra, "production")
    path = f"/Groups/{production}"
    for change in (
        {"op": "Replace", "path": "displayName", "value": "Plant"},
        {"op": "replace", "value": {"displayName": "Plant"}},
    ):
        refused(entra.patch(path, change), 400, 'Group "Production" cannot be renamed')
    refused(entra.endpoint.send("PUT", path, {"displayName": "Plant"}), 400, 'Group "Production" cannot be renamed')
    refused(
        entra.endpoint.send("DELETE", path), 400, 'Group "Production" cannot be deleted', "remove its members instead"
    )
    assert entra.endpoint.send("GET", path).json["displayName"] == "Production"


def test_members_have_the_role_of_their_group_and_everybody_else_is_a_formulator(
    entra: Entra, operator: Operator
) -> None:
    name = "marie.curie@formulation.example"
    reply = entra.create(name)
    user = str(reply.json["id"])
    assert reply.json["entitlements"] == [{"value": "formulator", "display": "Formulator"}]
    owner, viewer = group_of(entra, "Owner"), group_of(entra, "Viewer")
    since = now()
    entra.add(owner, user)
    assert sets_of(entra.read(user)) == ["owner"]
    entra.add(viewer, user)
    assert sets_of(entra.read(user)) == ["owner", "viewer"]
    shown = operator.read(f"users show {name}")["permissionSets"]
    assert shown[0] == {"id": "owner", "reasons": ["system group Owner"]}
    entra.remove(owner, user)
    entra.remove(viewer, user)
    assert sets_of(entra.read(user)) == ["formulator"]
    record = entra.endpoint.wait_for_record(
        lambda record: record.get("event") == "scim.permissions" and record.get("after") == ["owner"], since
    )
    assert (record["resource_name"], record["before"]) == (name, ["formulator"])


@pytest.mark.parametrize(
    ("name", "roles", "sets"),
    [
        ("by.id", [{"primary": True, "value": "production"}], ["production"]),
        ("by.name", [{"primary": True, "value": "Production"}], ["production"]),
        ("by.display", [{"value": "4711", "display": "Viewer"}], ["viewer"]),
        ("by.two", [{"value": "Admin"}, {"value": "owner"}], ["owner", "admin"]),
        ("by.group.id", [{"value": GROUP_IDS["production"]}], ["production"]),
        ("by.nothing.known", [{"value": "Astronaut"}], ["formulator"]),
    ],
)
def test_a_role_comes_with_the_person_by_its_id_or_the_name_of_its_group(
    entra: Entra, name: str, roles: list[dict[str, Any]], sets: list[str]
) -> None:
    reply = entra.create(f"{name}@roles.example", beside={"roles": roles})
    assert (reply.status, sets_of(reply.json)) == (201, sets)


@pytest.mark.parametrize(
    ("name", "groups", "sets"),
    [
        ("group.by.name", [{"display": "Production"}], ["production"]),
        ("group.by.id", [{"value": GROUP_IDS["viewer"]}], ["viewer"]),
        ("group.as.text", ["Admin"], ["admin"]),
        ("group.unknown", [{"display": "Laboratory"}], ["formulator"]),
    ],
)
def test_groups_that_come_with_the_person_are_its_roles(
    entra: Entra, name: str, groups: list[Any], sets: list[str]
) -> None:
    reply = entra.create(f"{name}@groups.example", beside={"groups": groups})
    assert (reply.status, sets_of(reply.json)) == (201, sets)


def test_a_group_with_a_wrong_name_is_no_role_and_the_operator_sees_the_default(
    entra: Entra, operator: Operator
) -> None:
    name = "ida.noddack@formulation.example"
    user = entra.provision(name, beside={"roles": [{"value": "Owners"}]})
    entra.provision_group("Owners", user)
    shown = operator.read(f"users show {name}")
    assert shown["permissionSets"] == [{"id": "formulator", "reasons": ["default"]}]
    assert [each["display"] for each in shown["groups"]] == ["Owners"]
    assert [each["value"] for each in shown["roles"]] == ["Owners"]


def test_without_etags_no_answer_has_a_version_and_conditions_are_ignored(entra: Entra) -> None:
    created = entra.create("no.version@formulation.example")
    path = f"/Users/{created.json['id']}"
    for reply in (created, entra.endpoint.send("GET", path)):
        assert "etag" not in reply.headers
        assert "version" not in reply.json["meta"]
    assert entra.endpoint.send("GET", path, headers={"If-None-Match": "*"}).status == 200
    change = entra.endpoint.send(
        "PATCH",
        path,
        {"Operations": [{"op": "replace", "path": "title", "value": "Chemist"}]},
        headers={"If-Match": 'W/"another"'},
    )
    assert (change.status, change.json["title"]) == (200, "Chemist")


def test_what_is_switched_off_is_announced_as_unsupported_and_answered_with_501(entra: Entra) -> None:
    config = entra.endpoint.send("GET", "/ServiceProviderConfig").json
    assert config["bulk"] == {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}
    assert config["sort"] == {"supported": False}
    assert config["etag"] == {"supported": False}
    assert config["changePassword"] == {"supported": False}
    assert config["patch"] == {"supported": True}
    assert config["filter"]["supported"] is True
    operation = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "bulk@formulation.example"}}
    bulk = entra.endpoint.send("POST", "/Bulk", {"schemas": [BULK], "Operations": [operation]})
    refused(bulk, 501, "Bulk is not supported here")
    refused(entra.endpoint.send("GET", "/Users?sortBy=userName"), 501, "Sorting is not supported here")
    search = {"schemas": [SEARCH], "sortBy": "userName"}
    refused(entra.endpoint.send("POST", "/Users/.search", search), 501, "Sorting is not supported here")
    assert entra.match("User", "bulk@formulation.example") == []


@pytest.mark.last
def test_another_default_in_the_file_is_everybody_s_at_the_next_read_once_it_is_deployed(
    entra: Entra, local_cloud: LocalCloud, tmp_path: Path
) -> None:
    name = "lise.meitner@formulation.example"
    user = entra.provision(name)
    member = entra.provision("otto.hahn@formulation.example")
    entra.add(group_of(entra, "Owner"), member)
    before = entra.read(user)
    assert sets_of(before) == ["formulator"]

    changed = checkout(tmp_path / "checkout", {})
    file = (PROJECT / "environments" / "formulation.toml").read_text(encoding="utf-8")
    (changed / "environments" / "formulation.toml").write_text(
        file.replace('default = ["formulator"]', 'default = ["viewer"]')
    )
    done = LocalCloud(local_cloud.directory, local_cloud.port, changed).deploy("formulation")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"

    after = entra.read(user)
    assert sets_of(after) == ["viewer"]
    assert after["meta"]["lastModified"] == before["meta"]["lastModified"]
    assert "version" not in after["meta"]
    assert sets_of(entra.read(member)) == ["owner"]
