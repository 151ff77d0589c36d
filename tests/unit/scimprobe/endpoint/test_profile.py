"""What is sent to an endpoint that announces rules, or whose operator has set some."""

from typing import Any

import pytest

from scimprobe.endpoint.announcement import Announcement, Attribute
from scimprobe.endpoint.paths import Value, plain
from scimprobe.endpoint.profile import Profile
from scimprobe.endpoint.rules import read
from scimprobe.simulate.attributes import email, flatten, nest

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OWN = "urn:ietf:params:scim:schemas:extension:own:2.0:User"
PERSON: dict[str, Value] = {"userName": "ada-run1@example.com", "userType": "Employee"}


def profile(*attributes: Attribute, **rules: Any) -> Profile:
    """An endpoint that announces these attributes of users, and has these rules."""
    announced = Announcement({"User": {each.path.lower(): each for each in attributes}, "Group": {}})
    return Profile(announced, read({"format": 1, **rules}), "run1")


def test_without_announcement_and_rules_everything_is_sent_as_it_is() -> None:
    assert Profile().fit("User", PERSON, "run1-1") == PERSON
    assert Profile().own_values("User", 1, "run1-1") == {}
    assert Profile().may_be_empty("User", "title")
    assert Profile().roles == ()


@pytest.mark.parametrize(
    "known",
    [
        profile(
            Attribute("emails", "complex", multi_valued=True, has_parts=True, required=True),
            Attribute("emails.value", required=True, unique=True),
            Attribute("name", "complex", has_parts=True, required=True),
            Attribute("name.givenName", required=True),
        ),
        profile(users={"required": ["emails.value", "name.givenName"], "unique": ["emails.value"]}),
    ],
    ids=["announced", "by rules"],
)
def test_required_attributes_are_added_with_values_that_no_other_user_has(known: Profile) -> None:
    first, second = (known.fit("User", {"userName": f"{tag}@x"}, tag) for tag in ("run1-1", "run1-2"))
    assert set(first) == {"userName", email("value"), "name.givenName"}
    assert first[email("value")] != second[email("value")]
    given = {**PERSON, email("value"): "run1@x", "name.givenName": "Ada"}
    assert known.fit("User", given, "run1-3") == given


def test_a_required_part_of_an_optional_attribute_is_not_added() -> None:
    """RFC 7643 section 2.2: `manager.value` must be there where a manager is, and need not be elsewhere."""
    known = profile(Attribute("ims", "complex", multi_valued=True, has_parts=True), Attribute("ims.value"))
    assert known.fit("User", PERSON, "run1-1") == PERSON


@pytest.mark.parametrize(
    "known",
    [
        profile(Attribute("userType", values=("Premium", "Standard"))),
        profile(users={"allowed": {"userType": ["Premium", "Standard"]}}),
    ],
    ids=["announced", "by rules"],
)
def test_a_value_that_is_not_allowed_becomes_one_that_is_and_two_stay_two(known: Profile) -> None:
    values = [known.adapt("User", {"userType": each}, "run1-1")["userType"] for each in ("Employee", "Guest")]
    assert sorted(map(str, values)) == ["Premium", "Standard"]
    assert known.adapt("User", {"userType": "Employee"}, "run1-1") == {"userType": values[0]}
    assert known.adapt("User", {"userType": "premium"}, "run1-1") == {"userType": "Premium"}


def test_a_unique_value_gets_a_text_of_its_own_unless_it_has_one() -> None:
    known = profile(users={"unique": ["nickName", "emails.value"]})
    sent: dict[str, Value] = {"nickName": "Kel", email("value"): "ada@run1.example.com"}
    assert known.adapt("User", sent, "run1-7") == {"nickName": "Kel run1-7", email("value"): "ada@run1.example.com"}


def test_what_is_required_or_has_a_default_may_not_be_empty() -> None:
    known = profile(users={"required": ["name.givenName", "emails.value"], "defaults": {"locale": "de"}})
    bound = ["name.givenName", email("value"), "locale"]
    assert [known.may_be_empty("User", path) for path in bound] == [False] * 3
    assert known.may_be_empty("User", "name.familyName")


def test_own_attributes_have_values_of_their_types_and_read_only_ones_none() -> None:
    attributes = [
        {"name": "text"},
        {"name": "flag", "type": "boolean"},
        {"name": "number", "type": "integer"},
        {"name": "share", "type": "decimal"},
        {"name": "moment", "type": "dateTime"},
        {"name": "link", "type": "reference"},
        {"name": "list", "multi_valued": True},
        {"name": "once", "mutability": "immutable"},
        {"name": "given", "mutability": "readOnly"},
    ]
    known = profile(extensions=[{"urn": OWN, "open": True, "attributes": attributes}])
    first, second = (known.own_values("User", number, "run1-1") for number in (0, 1))
    types = {path.removeprefix(f"{OWN}:"): type(value) for path, value in first.items()}
    assert types == {
        "text": str,
        "flag": bool,
        "number": int,
        "share": float,
        "moment": str,
        "link": str,
        "list": tuple,
        "once": str,
        "costCentre": str,
        "building.floor": str,
    }
    assert all(first[path] != second[path] for path in first)
    assert known.is_immutable("User", f"{OWN}:once")
    assert flatten(nest(first)) == first


def test_the_enterprise_extension_is_none_of_the_endpoint_s_own() -> None:
    known = profile(Attribute(f"{ENTERPRISE}:division"), Attribute(f"{OWN}:folder"))
    assert [each.path for each in known.own_attributes("User")] == [f"{OWN}:folder"]


@pytest.mark.parametrize(
    ("known", "roles"),
    [
        (profile(Attribute("roles.value", values=("a", "b"))), ("a", "b")),
        (profile(permissions={"sources": ["roles"], "sets": [{"id": "c", "name": "C"}]}), ("c",)),
        (profile(permissions={"sources": ["groups"], "sets": [{"id": "c", "name": "C"}]}), ()),
    ],
)
def test_roles_are_those_that_the_endpoint_knows(known: Profile, roles: tuple[str, ...]) -> None:
    assert known.roles == roles


def test_an_element_of_a_list_is_selected_by_a_type_that_the_endpoint_has() -> None:
    kinds = Attribute("emails.type", values=("home", "other"))
    known = profile(Attribute("emails", "complex", multi_valued=True, has_parts=True), kinds, Attribute("emails.value"))
    assert known.mapped("User", "emails.value") == 'emails[type eq "home"].value'
    assert Profile().mapped("User", "emails.value") == email("value")
    assert Profile().mapped("User", "name.givenName") == "name.givenName"
    assert plain(email("value")) == "emails.value"
