"""The dialects that read values: one test or more for each, named after it."""

from typing import Any

import pytest
from pydantic import ValidationError

from lambdas.scim import dialects
from tests.unit.scim.dialect_models import CUSTOM, ENTERPRISE, GROUP, USER

ROLE = '{"id":"6c4dbb3f","value":"25","displayName":"Role1234"}'


def user(**attributes: Any) -> Any:
    return dialects.read_resource({"userName": "u", **attributes}, USER)


def extension(urn: str, **attributes: Any) -> Any:
    return user(**{urn: attributes})[urn]


@pytest.mark.parametrize(("sent", "read"), [("True", True), ("False", False), ("true", True), ("FALSE", False)])
def test_string_boolean_reads_true_and_false_in_any_case_wherever_the_attribute_is_boolean(
    sent: str, read: bool
) -> None:
    assert user(active=sent)["active"] is read
    assert user(roles=[{"value": "r", "primary": sent}])["roles"][0]["primary"] is read
    assert extension(CUSTOM, guest=sent)["guest"] is read
    assert extension(CUSTOM, buddy={"guest": sent})["buddy"]["guest"] is read


@pytest.mark.parametrize("sent", ["yes", "on", "t", "1", 1, 0, 1.0, " true", "wahr"])
def test_string_boolean_that_is_neither_true_nor_false_is_refused_by_the_core(sent: Any) -> None:
    with pytest.raises(ValidationError):
        USER.model_validate(user(active=sent))
    with pytest.raises(ValidationError):
        USER.model_validate(extension_holder(guest=sent))


def extension_holder(**attributes: Any) -> Any:
    return user(**{CUSTOM: attributes})


def test_string_boolean_leaves_strings_alone_that_say_true() -> None:
    assert user(title="True", nickName="false")["title"] == "True"


def test_reference_as_string_becomes_an_object_with_that_value() -> None:
    assert extension(ENTERPRISE, manager="26118915")["manager"] == {"value": "26118915"}
    assert extension(CUSTOM, buddy="26118915")["buddy"] == {"value": "26118915"}


def test_reference_as_string_that_is_empty_is_none_at_all() -> None:
    assert extension(ENTERPRISE, manager="")["manager"] is None


def test_reference_as_string_is_not_guessed_for_an_object_without_a_value() -> None:
    assert user(name="Given Family")["name"] == "Given Family"


def test_reference_in_list_is_the_one_in_it() -> None:
    manager = {"$ref": "http://example.com/Users/2819", "value": "2819"}
    assert extension(ENTERPRISE, manager=[manager])["manager"] == manager
    assert extension(ENTERPRISE, manager=["2819"])["manager"] == {"value": "2819"}
    assert extension(ENTERPRISE, manager=[])["manager"] is None


def test_reference_in_list_with_two_is_left_to_the_core() -> None:
    assert extension(ENTERPRISE, manager=["1", "2"])["manager"] == ["1", "2"]


@pytest.mark.parametrize("sent", [{"value": ""}, {"value": None}, {"Value": "", "displayName": "B"}, [{"value": ""}]])
def test_empty_reference_is_none_at_all(sent: Any) -> None:
    assert extension(ENTERPRISE, manager=sent)["manager"] is None


def test_empty_reference_is_not_an_object_whose_value_is_missing_or_that_is_no_reference() -> None:
    assert extension(ENTERPRISE, manager={"$ref": "Users/1"})["manager"] == {"$ref": "Users/1"}
    assert extension(CUSTOM, buddy={"value": "", "guest": True})["buddy"] == {"value": "", "guest": True}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("../Users/1", "Users/1"),
        ("../../v2/users/1/", "Users/1"),
        ("/scim/v2/abc/Users/1", "Users/1"),
        ("./Groups/1", "Groups/1"),
        ("Users/1", "Users/1"),
        ("https://example.com/v2/Users/1", "https://example.com/v2/Users/1"),
        ("../Things/1", "../Things/1"),
    ],
)
def test_relative_reference_is_relative_to_the_tenant_url(sent: str, read: str) -> None:
    assert extension(ENTERPRISE, manager={"value": "1", "$ref": sent})["manager"]["$ref"] == read
    assert user(profileUrl=sent)["profileUrl"] == sent


@pytest.mark.parametrize(("sent", "read"), [(123, "123"), (1.5, "1.5"), (-7, "-7"), (True, True)])
def test_number_as_text_is_the_text_of_a_string(sent: Any, read: Any) -> None:
    assert user(externalId=sent)["externalId"] == read
    assert user(name={"givenName": sent})["name"]["givenName"] == read
    assert extension(CUSTOM, folders=[sent])["folders"] == [read]


@pytest.mark.parametrize(
    ("sent", "read"),
    [("QUJD", "QUJD"), ("QUJD\nREVG\n", "QUJDREVG"), ("QQ==", "QQ=="), ("QQ", "not Base64"), ("%%%%", "not Base64")],
)
def test_binary_text_is_base64_or_refused_by_the_core(sent: str, read: str) -> None:
    assert user(x509Certificates=[{"value": sent}])["x509Certificates"] == [{"value": read}]
    if read == "not Base64":
        with pytest.raises(ValidationError):
            USER.model_validate(user(x509Certificates=[{"value": sent}]))


def test_number_as_text_names_members_and_managers() -> None:
    assert dialects.read_resource({"members": [53, {"value": 54}]}, GROUP)["members"] == [
        {"value": "53"},
        {"value": "54"},
    ]
    assert extension(ENTERPRISE, manager=53)["manager"] == {"value": "53"}
    sent = {"Operations": [{"op": "Remove", "path": "members", "value": [{"value": 53}]}]}
    assert dialects.read_patch(sent, GROUP)["Operations"][0]["value"] == [{"value": "53"}]


def test_single_value_becomes_a_list() -> None:
    assert dialects.read_resource({"members": {"value": "u"}}, GROUP)["members"] == [{"value": "u"}]
    assert extension(CUSTOM, folders="a")["folders"] == ["a"]
    assert user(emails="")["emails"] == []


def test_bare_value_becomes_an_object_with_that_value() -> None:
    assert user(emails="w@example.com")["emails"] == [{"value": "w@example.com"}]
    assert dialects.read_resource({"members": ["u", {"value": "v"}]}, GROUP)["members"] == [
        {"value": "u"},
        {"value": "v"},
    ]


def test_bare_value_is_not_guessed_for_addresses_which_have_no_value() -> None:
    assert user(addresses=["1 Main Street"])["addresses"] == ["1 Main Street"]


def test_wrapped_value_of_a_simple_attribute_is_unwrapped() -> None:
    sent = [{"value": "a", "display": "A"}, "b", {"Value": "c"}]
    assert extension(CUSTOM, folders=sent)["folders"] == ["a", "b", "c"]
    assert extension(CUSTOM, folders={"value": "a"})["folders"] == ["a"]


def test_wrapped_value_without_a_value_is_left_to_the_core() -> None:
    assert extension(CUSTOM, folders=[{"name": "a"}])["folders"] == [{"name": "a"}]


def test_null_value_in_a_list_is_left_out() -> None:
    sent = {"members": [None, {"$ref": None, "value": "u"}]}
    assert dialects.read_resource(sent, GROUP)["members"] == [{"value": "u"}]
    assert extension(CUSTOM, folders=[None, "a"])["folders"] == ["a"]


def test_null_value_of_a_single_attribute_stays_for_put_to_clear_by() -> None:
    assert user(title=None, password=None) == {"userName": "u", "title": None, "password": None}


def test_empty_string_is_null_where_the_type_has_none() -> None:
    read = user(active="", profileUrl="", name="", **{ENTERPRISE: ""})
    assert (read["active"], read["profileUrl"], read["name"], read[ENTERPRISE]) == (None, None, None, None)
    assert extension(CUSTOM, level="", guest="", buddy="") == {"level": None, "guest": None, "buddy": None}


def test_empty_string_stays_where_it_is_a_string() -> None:
    assert user(title="")["title"] == ""
    assert user(name={"givenName": ""})["name"] == {"givenName": ""}


def test_read_only_value_is_left_out_at_every_level() -> None:
    read = user(
        id=None,
        meta={"created": "yesterday"},
        Groups="any",
        **{ENTERPRISE: {"manager": {"value": "1", "displayName": "B"}}},
    )
    assert read == {"userName": "u", ENTERPRISE: {"manager": {"value": "1"}}}


@pytest.mark.parametrize(
    "kept",
    [
        {"roles": [{"value": ROLE}]},
        {
            "emails": [{"value": "no address", "type": "Untyped"}],
            "photos": [{"value": "no url"}],
            "profileUrl": "no url",
        },
        {"phoneNumbers": [{"value": " +1 (555) 0100 "}], "title": "  padded "},
        {
            "unknown": {"id": "1", "active": "True"},
            "urn:ietf:params:scim:schemas:extension:nobody:2.0:User": {"id": "x"},
        },
    ],
)
def test_values_are_otherwise_kept_as_sent(kept: dict[str, Any]) -> None:
    assert user(**kept) == {"userName": "u", **kept}


def test_names_are_read_in_any_case() -> None:
    read = dialects.read_resource({"USERNAME": "u", "Active": "True", ENTERPRISE.upper(): {"MANAGER": "1"}}, USER)
    assert read == {"USERNAME": "u", "Active": True, ENTERPRISE.upper(): {"MANAGER": {"value": "1"}}}
