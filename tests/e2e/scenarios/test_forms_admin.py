"""The guide of a forms platform, played through its deployed environment: groups of Entra ID mapped to sets of permissions.

Assign groups; see them on the groups page; map them; find out why somebody was not provisioned.
"""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.endpoint import Endpoint, now
from tests.e2e.scenarios.actors import Entra, Operator, refused, sets_of
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf


@pytest.fixture(scope="module")
def entra(entra_of: EntraOf) -> Entra:
    return entra_of("forms-admin")


@pytest.fixture(scope="module")
def operator(operator_of: OperatorOf) -> Operator:
    return operator_of("forms-admin")


def modified(entra: Entra, user: str) -> str:
    return str(entra.read(user)["meta"]["lastModified"])


def test_the_groups_page_has_the_groups_that_were_provisioned_and_no_others(entra: Entra, operator: Operator) -> None:
    entra.test_connection()
    assert entra.match("Group", "Surveyors, North") == []
    surveyors = entra.provision_group("Surveyors, North")
    offices = entra.provision_group("Offices, North")
    assert entra.endpoint.send("DELETE", f"/Groups/{offices}").status == 204
    listed = operator.read("""groups list --filter 'displayName ew ", North"'""")["Resources"]
    assert [(each["displayName"], each["id"]) for each in listed] == [("Surveyors, North", surveyors)]
    refused_command = operator.run('permissions map "Offices, North" forms.view', fails=True)
    assert "There is no group Offices, North" in refused_command.stderr


def test_mapping_a_group_changes_its_members_at_their_next_read_and_touches_none_of_them(
    entra: Entra, operator: Operator
) -> None:
    inspector = entra.provision("ida.rhodes@forms.example")
    office = entra.provision("mary.jackson@forms.example")
    group = entra.provision_group("Inspectors", inspector)
    entra.provision_group("Office", office)
    before = {each: modified(entra, each) for each in (inspector, office)}
    assert sets_of(entra.read(inspector)) == []

    operator.run("permissions map Inspectors forms.view submissions.view")
    assert sets_of(entra.read(inspector)) == ["forms.view", "submissions.view"]
    assert sets_of(entra.read(office)) == []
    (reason, *_) = operator.read("users show ida.rhodes@forms.example")["permissionSets"]
    assert reason == {"id": "forms.view", "reasons": ["mapped group Inspectors"]}
    assert {each: modified(entra, each) for each in before} == before

    entra.add(group, office)
    assert sets_of(entra.read(office)) == ["forms.view", "submissions.view"]
    entra.remove(group, office)
    assert sets_of(entra.read(office)) == []
    operator.run("permissions unmap Inspectors submissions.view")
    assert sets_of(entra.read(inspector)) == ["forms.view"]
    assert modified(entra, inspector) == before[inspector]


def test_a_member_of_no_mapped_group_has_no_permissions_and_the_operator_sees_why(
    entra: Entra, operator: Operator
) -> None:
    name = "grete.hermann@forms.example"
    entra.provision_group("Unmapped", entra.provision(name))
    shown = operator.read(f"users show {name}")
    assert [each["display"] for each in shown["groups"]] == ["Unmapped"]
    assert shown["permissionSets"] == []
    assert [each["name"] for each in operator.read("groups show Unmapped")["members"]] == [name]


def test_a_mapping_to_a_set_that_does_not_exist_is_refused_with_the_sets(entra: Entra, operator: Operator) -> None:
    entra.provision_group("Wrong names")
    ran = operator.run('permissions map "Wrong names" forms.admin', fails=True)
    assert "forms.admin" in ran.stderr
    assert "forms.view, forms.edit, submissions.view, submissions.export, users.manage" in ran.stderr


def test_a_member_who_is_disabled_and_enabled_again_has_the_permissions_of_its_groups(
    entra: Entra, operator: Operator
) -> None:
    user = entra.provision("jean.bartik@forms.example")
    entra.provision_group("Editors", user)
    operator.run("permissions map Editors forms.edit")
    entra.update(user, {"active": False})
    assert sets_of(entra.read(user)) == []
    entra.update(user, {"active": True})
    assert sets_of(entra.read(user)) == ["forms.edit"]


def test_only_direct_members_of_a_mapped_group_have_its_permissions(entra: Entra, operator: Operator) -> None:
    inner_user, outer_user = (entra.provision(f"{name}@forms.example") for name in ("kay.mcnulty", "betty.holberton"))
    inner = entra.provision_group("Berlin", inner_user)
    outer = entra.provision_group("Germany", outer_user, inner)
    operator.run("permissions map Germany submissions.export")
    members = entra.endpoint.send("GET", f"/Groups/{outer}").json["members"]
    assert {each["value"]: each["type"] for each in members} == {outer_user: "User", inner: "Group"}
    assert sets_of(entra.read(outer_user)) == ["submissions.export"]
    assert sets_of(entra.read(inner_user)) == []


def test_the_log_tells_whose_permissions_changed_and_why(entra: Entra, operator: Operator) -> None:
    user = entra.provision("adele.goldberg@forms.example")
    group = entra.provision_group("Managers")
    operator.run("permissions map Managers users.manage")
    since = now()
    entra.add(group, user)
    wait_for(entra, since, event="scim.permissions", resource_id=user)
    entra.endpoint.send("DELETE", f"/Groups/{group}")
    wait_for(entra, since, event="scim.permissions", resource_id=user, after=[])
    output = operator.output_of(f"log --user adele.goldberg@forms.example --since {since.isoformat()}")
    assert re.search(
        r"permission sets +adele\.goldberg@forms\.example +none → users\.manage \(mapped group Managers\)", output
    )
    assert re.search(r"permission sets +adele\.goldberg@forms\.example +users\.manage → none", output)


def test_the_log_explains_why_somebody_was_not_provisioned(entra: Entra, operator: Operator) -> None:
    since = now()
    entra.provision("frances.allen@forms.example")
    refused(entra.create("Frances.Allen@forms.example"), 409, "frances.allen@forms.example", "exists already")
    wait_for(entra, since, status=409)
    output = operator.output_of(f"log --user frances.allen@forms.example --failed --since {since.isoformat()}")
    assert re.search(
        r'409 +create user +frances\.allen@forms\.example +uniqueness A User whose userName is "\?" exists',
        output,
        re.I,
    )

    body = {"displayName": "Barbara Liskov", "externalId": "E-1939", "name": {"familyName": "Liskov"}}
    refused(entra.endpoint.send("POST", "/Users", body), 400, "userName is required")
    wait_for(entra, since, external_id="E-1939")
    output = operator.output_of(f"log --user E-1939 --failed --since {since.isoformat()}")
    assert re.search(r"400 +create user .*userName is required", output)


def wait_for(entra: Entra, since: datetime, **fields: Any) -> None:
    """Wait until a record with these fields is in the log, where an operator comes to read it minutes later."""
    entra.endpoint.wait_for_record(lambda record: all(record.get(name) == each for name, each in fields.items()), since)


def test_provisioning_that_stops_is_noticed_once_and_so_is_that_it_resumes(entra: Entra, operator: Operator) -> None:
    side = entra.endpoint.seen_by(entra.endpoint.create_connection(label="stopped"))
    connection = side.tenant_url.rpartition("/")[2]
    (token,) = side.access().connection(connection).tokens
    last_used(entra.endpoint, token.id, now() - timedelta(hours=8))
    functions = entra.endpoint.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    known = [each["FunctionName"] for page in pages for each in page["Functions"]]
    (name,) = [each for each in known if each.startswith("scim-forms-admin-Watch")]
    since = now()
    for _ in range(2):
        assert "FunctionError" not in functions.invoke(FunctionName=f"{name}:live", Payload=b"{}")
    own = {"connection": connection}
    stalled = side.wait_for_record(
        lambda each: each | own == each and each["event"] == "scim.provisioning.stalled", since
    )
    assert stalled["silent_hours"] == 8

    assert side.send("GET", "/Users?count=1").status == 200
    functions.invoke(FunctionName=f"{name}:live", Payload=b"{}")
    side.wait_for_record(lambda each: each | own == each and each["event"] == "scim.provisioning.resumed", since)
    runs = [each["connections_stalled"] for each in side.records(since) if each.get("event") == "scim.watch"]
    assert runs[0] == runs[1] == runs[2] + 1
    output = operator.output_of(f"log --since {since.isoformat()}")
    assert len(re.findall(rf"provisioning stalled +connection {connection} +silent for 8 hours", output)) == 1
    assert len(re.findall(rf"provisioning resumed +connection {connection}", output)) == 1


def last_used(endpoint: Endpoint, token: str, at: datetime) -> None:
    """Store a use of a token as if it had been at another time."""
    endpoint.client("dynamodb").update_item(
        TableName=endpoint.target().table_name,
        Key={"pk": {"S": f"TOKEN#{token}"}, "sk": {"S": "-"}},
        UpdateExpression="SET last_used = :at",
        ExpressionAttributeValues={":at": {"S": at.isoformat(timespec="seconds")}},
    )
