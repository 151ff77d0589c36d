"""The shapes of Entra's requests, against the captures and documents they were taken from."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimprobe.simulate import entra
from scimprobe.simulate.attributes import DEPARTMENT, EMPLOYEE_NUMBER, MANAGER, email
from scimprobe.simulate.dialect import Dialect

USER = {
    "externalId": "0a21",
    "userName": "u@x",
    "active": True,
    "name.formatted": "G F",
    "name.familyName": "F",
    "name.givenName": "G",
    email("primary"): True,
    email("value"): "u@x",
    EMPLOYEE_NUMBER: "7",
    MANAGER: "user 1",
}


def test_a_match_query_has_pluses_for_spaces_raw_quotes_and_an_encoded_at_sign() -> None:
    assert entra.match_query("User", "userName", "a@b.c") == 'filter=userName+eq+"a%40b.c"'


def test_a_group_match_query_leaves_the_members_out_first() -> None:
    assert entra.match_query("Group", "displayName", "G") == 'excludedAttributes=members&filter=displayName+eq+"G"'


def test_a_plus_sign_in_a_value_is_never_taken_for_a_space() -> None:
    assert entra.equals("userName", "a+b c") == 'filter=userName+eq+"a%2bb+c"'


def test_what_is_not_ascii_goes_as_utf_8_with_upper_case_digits() -> None:
    assert entra.encode("Köln") == "K%C3%B6ln"


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_encoded_is_safe_in_a_request_line_and_decodes_to_itself(text: str) -> None:
    encoded = entra.encode(text)
    assert encoded.isascii()
    assert not set(encoded) & set(" &#\r\n")
    assert parse_qs(f"filter={encoded}", keep_blank_values=True)["filter"] == [text]


def test_a_quote_in_a_value_cannot_end_the_operand() -> None:
    assert entra.equals("displayName", 'a" or "b') == 'filter=displayName+eq+"a\\"+or+\\"b"'.replace("\\", "%5c")


def test_a_new_user_is_posted_as_captured_without_its_manager() -> None:
    body = entra.user_body(Dialect.ENTRA, USER, string_active=False)
    assert list(body)[:3] == ["schemas", "externalId", "userName"]
    assert body["meta"] == {"resourceType": "User"}
    assert body["roles"] == []
    assert body["emails"] == [{"primary": True, "type": "work", "value": "u@x"}]
    assert list(body["emails"][0]) == ["primary", "type", "value"]
    assert body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] == {"employeeNumber": "7"}


def test_a_new_user_without_a_job_carries_nulls_at_the_top_level() -> None:
    body = entra.user_body(Dialect.ENTRA, USER, string_active=False)
    nulls = {name for name, value in body.items() if value is None}
    assert nulls == {"addresses", "phoneNumbers", "preferredLanguage", "title", "department", "manager"}


@pytest.mark.parametrize(("dialect", "active"), [(Dialect.ENTRA, "True"), (Dialect.ENTRA_FLAG, True)])
def test_only_the_dialect_without_the_flag_posts_active_as_a_string(dialect: Dialect, active: object) -> None:
    assert entra.user_body(dialect, USER, string_active=True)["active"] == active


def test_a_new_group_names_a_schema_of_no_rfc_and_no_members() -> None:
    body = entra.group_body({"externalId": "8a", "displayName": "G"}, empty_members=False)
    assert body == {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "externalId": "8a",
        "displayName": "G",
        "meta": {"resourceType": "Group"},
    }


FOUND = {"displayName": "A", "active": True, "name.givenName": "A", email("value"): "a@x", DEPARTMENT: "D"}
WANTED = {
    "displayName": "B",
    "active": False,
    "name.givenName": "B",
    "title": "T",
    email("value"): "b@x",
    DEPARTMENT: "E",
}


def test_without_the_flag_each_attribute_has_its_capitalised_operation_and_booleans_are_strings() -> None:
    assert entra.change(Dialect.ENTRA, FOUND, WANTED) == [
        {"op": "Replace", "path": "displayName", "value": "B"},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "name.givenName", "value": "B"},
        {"op": "Add", "path": "title", "value": "T"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "b@x"},
        {"op": "Replace", "path": DEPARTMENT, "value": "E"},
    ]


def test_with_the_flag_replaced_single_values_are_merged_and_the_others_keep_their_paths() -> None:
    assert entra.change(Dialect.ENTRA_FLAG, FOUND, WANTED) == [
        {"op": "replace", "path": "active", "value": False},
        {"op": "add", "path": "title", "value": "T"},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "b@x"},
        {"op": "replace", "value": {"displayName": "B", "name.givenName": "B", DEPARTMENT: "E"}},
    ]


@pytest.mark.parametrize("dialect", Dialect)
def test_what_is_as_it_should_be_is_not_sent(dialect: Dialect) -> None:
    assert entra.change(dialect, WANTED, WANTED) == []


def test_members_leave_as_a_value_without_the_flag_and_by_path_filters_with_it() -> None:
    assert entra.remove_members(Dialect.ENTRA, ["a", "b"]) == [
        {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "a"}, {"$ref": None, "value": "b"}]}
    ]
    assert entra.remove_members(Dialect.ENTRA_FLAG, ["a", "b"]) == [
        {"op": "remove", "path": 'members[value eq "a"]'},
        {"op": "remove", "path": 'members[value eq "b"]'},
    ]


def test_members_come_several_in_one_array() -> None:
    assert entra.add_members(Dialect.ENTRA, ["a", "b"]) == [
        {"op": "Add", "path": "members", "value": [{"$ref": None, "value": "a"}, {"$ref": None, "value": "b"}]}
    ]


def test_a_manager_is_set_as_a_string_or_with_the_flag_as_an_array() -> None:
    assert entra.set_manager(Dialect.ENTRA, "https://h/v2", "m", is_new=True) == [
        {"op": "Add", "path": MANAGER, "value": "m"}
    ]
    assert entra.set_manager(Dialect.ENTRA_FLAG, "https://h/v2", "m", is_new=False) == [
        {"op": "replace", "path": "manager", "value": [{"$ref": "https://h/v2/Users/m", "value": "m"}]}
    ]
