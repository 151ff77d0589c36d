"""The guide of a forms platform for mobile teams, played through its deployed environment.

Enter URL, user name and password; import who is there; provision people with a type, folders, a role and metadata; let a guest sign
in with a password.
"""

import base64
import re
from dataclasses import replace
from typing import Any

import pytest

from lambdas.credentials.scopes import Scope
from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import email
from scimprobe.simulate.dialect import Dialect
from tests.e2e.endpoint import NO_TOKEN, SECRETS, Reply, now
from tests.e2e.scenarios.actors import DIALECTS, Entra, Operator, refused, sets_of
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf

CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"
FOLDERS = f"{CUSTOM}:folders"
METADATA = "urn:ietf:params:scim:schemas:extension:2.0:Metadata"
PRODUCT = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"
ROLE_TYPE = "WindowsAzureActiveDirectoryRole"


@pytest.fixture(scope="module")
def entra(entra_of: EntraOf) -> Entra:
    return entra_of("forms-mobile")


@pytest.fixture(scope="module")
def operator(operator_of: OperatorOf) -> Operator:
    return operator_of("forms-mobile")


# Connecting and importing ------------------------------------------------------------------------------------------------


def basic(entra: Entra, path: str, password: str | None = None) -> Reply:
    """GET with the user name and the password that the set-up page was given: the connection's id, and the token."""
    name = entra.endpoint.tenant_url.rpartition("/")[2]
    credentials = base64.b64encode(f"{name}:{password or entra.endpoint.token}".encode()).decode()
    return entra.endpoint.send("GET", path, token=NO_TOKEN, headers={"Authorization": f"Basic {credentials}"})


def test_one_screen_has_all_that_an_administrator_pastes(entra: Entra, operator: Operator) -> None:
    uris = ["https://forms.example.com/signin-oidc", "com.example.forms:/signin"]
    made = operator.output_of('connections create --label "Entra ID"')
    lines = dict(re.split(r": +", line, maxsplit=1) for line in made.splitlines() if ":" in line)
    SECRETS.add(lines["Secret Token"])
    assert lines["Password"] == lines["Secret Token"]
    assert lines["User Name"] == lines["Tenant URL"].rpartition("/")[2]
    assert [line.split()[-1] for line in made.splitlines() if line.startswith("Redirect URI")] == uris
    side = replace(entra.endpoint, tenant_url=lines["Tenant URL"], token=lines["Secret Token"])
    assert basic(Entra(side), "/Users?count=1").status == 200
    shown = operator.output_of(f"connections show {lines['User Name']}")
    assert lines["Tenant URL"] in shown
    assert f"User Name:     {lines['User Name']}" in shown
    assert lines["Secret Token"] not in shown
    assert all(uri in shown for uri in uris)
    described = operator.read(f"connections show {lines['User Name']}")
    assert (described["user_name"], described["redirect_uris"]) == (lines["User Name"], uris)


def test_the_url_is_connected_with_user_name_and_password(entra: Entra) -> None:
    entra.test_connection()
    found = basic(entra, '/Users?filter=userName+eq+"nobody"')
    assert (found.status, found.json["totalResults"]) == (200, 0)
    refused(basic(entra, "/Users", password=entra.endpoint.token[:-1] + "x"), 401)


def test_existing_people_are_imported_page_by_page_each_exactly_once(entra: Entra) -> None:
    side = Entra(entra.endpoint.seen_by(entra.endpoint.create_connection(directory="imported")))
    created = [side.create(f"person.no{number}@imported.example").json["id"] for number in range(23)]

    def walked(first: str, following: Any) -> list[str]:
        ids, query = [], first
        while query is not None:
            page = basic(side, f"/Users?{query}&count=5").json
            assert page["totalResults"] == len(created)
            ids += [each["id"] for each in page["Resources"]]
            query = following(page)
        return ids

    def next_index(page: dict[str, Any]) -> str | None:
        index = page["startIndex"] + page["itemsPerPage"]
        return f"startIndex={index}" if index <= page["totalResults"] else None

    def next_cursor(page: dict[str, Any]) -> str | None:
        return f"cursor={page['nextCursor']}" if page.get("nextCursor") else None

    assert sorted(walked("startIndex=1", next_index)) == sorted(created)
    assert sorted(walked("cursor", next_cursor)) == sorted(created)


# What a user must be -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "named"),
    [("name.givenName", "name.givenName"), ("name.familyName", "name.familyName"), ("emails", "emails.value")],
)
def test_a_person_without_a_required_value_is_refused_and_the_value_is_named(
    entra: Entra, missing: str, named: str
) -> None:
    body: dict[str, Any] = {
        "userName": "incomplete@mobile.example",
        "name": {"givenName": "In", "familyName": "Complete"},
        "emails": [{"type": "work", "value": "incomplete@mobile.example"}],
    }
    outer, _, inner = missing.partition(".")
    del (body[outer] if inner else body)[inner or outer]
    refused(entra.endpoint.send("POST", "/Users", body), 400, f"{named} is required")
    assert entra.match("User", "incomplete@mobile.example") == []


def test_a_required_value_can_be_changed_and_not_taken_away(entra: Entra) -> None:
    user = entra.provision("rosa.parks@mobile.example")
    removal = {"op": "Remove", "path": "name.givenName"}
    refused(entra.patch(f"/Users/{user}", removal), 400, "name.givenName is required")
    assert entra.update(user, {"name.givenName": "Rosa Louise"})
    assert entra.read(user)["name"]["givenName"] == "Rosa Louise"


def test_a_second_person_with_the_same_address_is_a_conflict(entra: Entra) -> None:
    entra.provision("shared.address@mobile.example")
    second = entra.create("other.person@mobile.example", {email("value"): "SHARED.address@mobile.example"})
    refused(second, 409, "emails.value")
    assert second.json["scimType"] == "uniqueness"


def test_the_user_type_is_exactly_one_of_two(entra: Entra) -> None:
    standard = entra.provision("default.type@mobile.example")
    assert entra.read(standard)["userType"] == "Standard"
    premium = entra.create("premium.type@mobile.example", {"userType": "Premium"})
    assert premium.json["userType"] == "Premium"
    wrong = entra.create("gold.type@mobile.example", {"userType": "Gold"})
    refused(wrong, 400, 'userType must be "Premium" or "Standard", not "Gold"')
    for dialect, wanted in zip(DIALECTS, ("Premium", "Standard"), strict=True):
        entra.update(standard, {"userType": wanted}, dialect)
        assert entra.read(standard)["userType"] == wanted
    refused(entra.patch(f"/Users/{standard}", {"op": "Replace", "path": "userType", "value": "Gold"}), 400, "userType")


# Folders and metadata ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_folders_are_added_and_removed_and_adding_one_again_changes_nothing(entra: Entra, dialect: Dialect) -> None:
    user = entra.provision(f"folders.{dialect}@mobile.example", beside={CUSTOM: {"folders": ["North"]}})

    def send(op: str, value: Any) -> list[str]:
        operation = {"op": op if dialect is Dialect.ENTRA else op.lower(), "path": FOLDERS, "value": value}
        reply = entra.patch(f"/Users/{user}", operation)
        assert reply.status == 200, reply.content
        folders: list[str] = reply.json[CUSTOM]["folders"]
        return folders

    assert send("Add", [{"value": "South"}]) == ["North", "South"]
    version = entra.read(user)["meta"]["version"]
    assert send("Add", [{"value": "South"}, {"value": "North"}]) == ["North", "South"]
    assert entra.read(user)["meta"]["version"] == version
    assert send("Add", "East") == ["North", "South", "East"]
    assert send("Remove", [{"value": "North"}]) == ["South", "East"]
    assert send("Replace", ["West"]) == ["West"]
    found = entra.match("User", "West", FOLDERS)
    assert user in [each["id"] for each in found]
    assert CUSTOM in entra.read(user)["schemas"]


def test_any_metadata_is_kept_under_the_key_that_was_sent_and_is_not_sent_again(entra: Entra) -> None:
    keys: dict[str, Value] = {
        "costCentre": "7",
        "Büro (alt)": "B2",
        "a.b": "dotted",
        "x:y": "colon",
        "{{key}}": "braces",
    }
    name = "meta.data@mobile.example"
    user = entra.provision(name, beside={METADATA: {**keys, "number": 7, "flag": True}})
    shown = entra.read(user)[METADATA]
    assert {key: shown[key] for key in keys} == keys
    assert (shown["number"], shown["flag"].lower()) == ("7", "true")
    for dialect in DIALECTS:
        wanted: dict[str, Value] = {f"{METADATA}:{key}": f"{value} {dialect}" for key, value in keys.items()}
        assert entra.update(user, wanted, dialect)
        assert entra.update(user, wanted, dialect) == []
        assert [each["id"] for each in entra.match("User", f"7 {dialect}", f"{METADATA}:costCentre")] == [user]
    assert entra.update(user, {f"{METADATA}:later.key": "new"}, Dialect.ENTRA)
    assert entra.read(user)[METADATA]["later.key"] == "new"


def test_folders_split_by_entra_reach_the_product_trimmed_and_are_not_sent_again(
    entra: Entra,
) -> None:
    user = entra.provision("split.folders@mobile.example")
    split = ["Folder 1", " Folder 2"]
    operation = {"op": "Replace", "path": FOLDERS, "value": split}
    assert entra.patch(f"/Users/{user}", operation).json[CUSTOM]["folders"] == split
    version = entra.read(user)["meta"]["version"]
    entra.patch(f"/Users/{user}", operation)
    assert entra.read(user)["meta"]["version"] == version
    product = entra.endpoint.seen_by(entra.endpoint.create_connection(scope=Scope.READ))
    assert product.send("GET", f"/Users/{user}").json[CUSTOM]["folders"] == ["Folder 1", "Folder 2"]


def test_a_group_of_seventeen_people_is_shown_with_all_its_members_by_name(entra: Entra, operator: Operator) -> None:
    names = [f"sales.person{n:02}@mobile.example" for n in range(17)]
    members = {entra.provision(name): name for name in names}
    group = entra.provision_group("Sales and Marketing", *members)
    read = entra.endpoint.send("GET", f"/Groups/{group}").json
    assert sorted(each["value"] for each in read["members"]) == sorted(members)
    shown = operator.read('groups show "Sales and Marketing"')["members"]
    assert {each["value"]: each["name"] for each in shown} == members
    output = operator.output_of('groups show "Sales and Marketing"')
    assert "Members: 17" in output
    assert sorted(line.split()[1] for line in output.splitlines() if "@mobile.example" in line) == names


# Roles and signing in ----------------------------------------------------------------------------------------------------


def test_who_has_no_role_has_access_to_the_app_only(entra: Entra, operator: Operator) -> None:
    reply = entra.create("no.role@mobile.example")
    shown = operator.read("users show no.role@mobile.example")
    assert shown["permissionSets"] == [{"id": "AppAccess", "reasons": ["every active user"]}]
    assert reply.json["entitlements"] == [{"value": "AppAccess", "display": "App access only"}]


@pytest.mark.parametrize("role", ["ReadOnly", "User", "Admin", "EnterpriseAdmin"])
def test_a_role_of_the_identity_provider_decides_what_a_person_may_do(entra: Entra, role: str) -> None:
    sent = [{"primary": True, "type": ROLE_TYPE, "value": role, "display": role}]
    reply = entra.create(f"role.{role}@mobile.example".lower(), beside={"roles": sent})
    assert (reply.status, sets_of(reply.json)) == (201, ["AppAccess", role])
    user = str(reply.json["id"])
    admin = {"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "Admin"}
    shown = {"op": "Replace", "path": 'roles[primary eq "True"].display', "value": "Administrator"}
    assert sets_of(entra.patch(f"/Users/{user}", admin, shown).json) == ["AppAccess", "Admin"]
    in_a_text = [{"value": '{"id":"18d1","value":"ReadOnly","displayName":"Read only"}'}]
    replaced = entra.patch(f"/Users/{user}", {"op": "replace", "path": "roles", "value": in_a_text})
    assert sets_of(replaced.json) == ["AppAccess", "ReadOnly"]
    # SingleAppRoleAssignment sends a changed role as an addition.
    added = entra.patch(f"/Users/{user}", {"op": "Add", "path": "roles", "value": [{"value": '{"value":"User"}'}]})
    assert sets_of(added.json) == ["AppAccess", "User"]
    assert (
        "entitlements" not in entra.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"}).json
    )


def test_an_administrator_keeps_the_app_and_each_set_has_its_reason(entra: Entra, operator: Operator) -> None:
    name = "admin.with.app@mobile.example"
    entra.provision(name, beside={"roles": [{"primary": True, "value": "Admin"}]})
    shown = operator.read(f"users show {name}")["permissionSets"]
    assert shown == [
        {"id": "AppAccess", "reasons": ["every active user"]},
        {"id": "Admin", "reasons": ["role Admin"]},
    ]


def test_groups_sent_with_the_user_are_ignored_and_named_in_the_log(entra: Entra, operator: Operator) -> None:
    name = "sent.with.groups@mobile.example"
    since = now()
    reply = entra.create(name, beside={"groups": [{"display": "Admin"}, {"value": "EnterpriseAdmin"}]})
    assert (reply.status, sets_of(reply.json), reply.json.get("groups")) == (201, ["AppAccess"], None)
    record = entra.endpoint.wait_for_record(
        lambda each: each.get("resource_name") == name and each.get("status") == 201, since
    )
    assert record["ignored"] == ["groups"]
    assert "ignored groups" in operator.output_of(f"log --user {name} --since {since.isoformat()}")
    assert re.search(r"Ignored attributes: +groups", operator.output_of(f"log show {record['request_id']}"))


def test_a_role_that_there_is_not_is_refused_with_those_there_are(entra: Entra, operator: Operator) -> None:
    since = now()
    reply = entra.create("wrong.role@mobile.example", beside={"roles": [{"primary": True, "value": "Superuser"}]})
    refused(
        reply, 400, '"Superuser" is not a known role', '"AppAccess", "ReadOnly", "User", "Admin", "EnterpriseAdmin"'
    )
    user = entra.provision("wrong.role@mobile.example")
    change = {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "Superuser"}
    refused(entra.patch(f"/Users/{user}", change), 400, '"Superuser" is not a known role')
    assert sets_of(entra.read(user)) == ["AppAccess"]
    found = operator.explain(entra.endpoint, since, status=400, resource_name="wrong.role@mobile.example")
    assert (
        'roles: "?" is not a known role; the roles are "AppAccess", "ReadOnly"' in found.line
    )  # the log has no values
    assert (found.why, found.remedy[:31]) == ("a value is missing or invalid", "The detail names the attribute.")


def test_a_guest_who_is_created_by_hand_is_marked_kept_and_linked_when_entra_provisions_the_name(
    entra: Entra, operator: Operator
) -> None:
    name = "guest.by.hand@mobile.example"
    attributes = '{"name": {"givenName": "Guest", "familyName": "Hand"}}'
    since = now()
    operator.run(f"users create {name} --email {name} --attributes '{attributes}'")
    (listed,) = operator.read(f"users list --filter 'userName eq \"{name}\"'")["Resources"]
    user = listed["id"]
    assert listed["createdByHand"] is True
    assert re.search(
        rf"{re.escape(name)} .*by hand", operator.output_of(f"users list --filter 'userName eq \"{name}\"'")
    )
    assert entra.read(user)[PRODUCT] == {"loginMethod": "built-in"}

    for ended in (
        entra.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"}),
        entra.endpoint.send("DELETE", f"/Users/{user}"),
    ):
        refused(ended, 400, "The user was created by an operator")
    assert entra.read(user)["active"] is True

    linked = entra.create(name, {"displayName": "Guest of Entra"})
    assert (linked.status, linked.json["id"], linked.json["displayName"]) == (201, user, "Guest of Entra")
    assert linked.json[PRODUCT] == {"loginMethod": "built-in"}
    entra.endpoint.wait_for_record(lambda each: each.get("linked") is True, since)
    output = operator.output_of(f"log --user {name} --since {since.isoformat()}")
    assert "linked to the identity provider" in output
    assert re.search(r"400 +update user .*created by an operator", output)
    (listed,) = operator.read(f"users list --filter 'userName eq \"{name}\"'")["Resources"]
    assert "createdByHand" not in listed
    assert entra.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"}).json["active"] is False


def test_a_guest_signs_in_with_a_password_when_its_operator_says_so_and_no_cycle_changes_it(
    entra: Entra, operator: Operator
) -> None:
    name = "summer.guest@mobile.example"
    user = entra.provision(name)
    assert entra.read(user)[PRODUCT] == {"loginMethod": "external"}
    operator.run(f"users login {name} built-in")
    assert entra.read(user)[PRODUCT] == {"loginMethod": "built-in"}
    entra.update(user, {"displayName": "Guest of the summer"})
    entra.endpoint.send(
        "PATCH", f"/Users/{user}", {"Operations": [{"op": "replace", "value": {PRODUCT: {"loginMethod": "external"}}}]}
    )
    assert entra.read(user)[PRODUCT] == {"loginMethod": "built-in"}
    operator.run(f"users login {name} default")
    assert entra.read(user)[PRODUCT] == {"loginMethod": "external"}
