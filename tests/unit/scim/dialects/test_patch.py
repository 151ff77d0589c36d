"""The dialects that read PATCH operations: one test or more for each, named after it."""

from typing import Any

import pytest

from lambdas.scim import dialects
from lambdas.scim.extensions.date_times import SentDateTime
from tests.unit.scim.dialect_models import CUSTOM, ENTERPRISE, GROUP, OPEN, OPENED, PATCH_OP, USER

MANAGER = f"{ENTERPRISE}:manager"


def operations(*sent: Any, model: Any = USER) -> Any:
    return dialects.read_patch({"schemas": [PATCH_OP], "Operations": list(sent)}, model)["Operations"]


def operation(op: str, path: str | None, *value: Any, model: Any = USER) -> Any:
    """Return the one operation that one with this path and value is read as."""
    sent = {"op": op, **({} if path is None else {"path": path}), **({"value": value[0]} if value else {})}
    (read,) = operations(sent, model=model)
    return read


def path_of(path: str) -> Any:
    return operation("add", path, "x").get("path")


def test_name_case_of_a_message_and_its_operations_does_not_matter() -> None:
    sent = {"SCHEMAS": [PATCH_OP], "operations": [{"Op": "add", "PATH": "title", "Value": "T"}]}
    assert dialects.read_patch(sent, USER) == {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "add", "path": "title", "value": "T"}],
    }


@pytest.mark.parametrize("sent", ["Add", "ADD", "add"])
def test_operation_case_does_not_matter(sent: str) -> None:
    assert operation(sent, "title", "T") == {"op": "add", "path": "title", "value": "T"}


@pytest.mark.parametrize("empty", ["", None])
def test_empty_path_is_none(empty: Any) -> None:
    sent = {"op": "replace", "path": empty, "value": {"title": "T"}}
    assert operations(sent) == [{"op": "replace", "value": {"title": "T"}}]


def test_empty_operations_stay_empty() -> None:
    assert operations() == []


def test_dotted_urn_is_followed_by_a_colon() -> None:
    assert path_of(f"{ENTERPRISE}.department") == f"{ENTERPRISE}:department"
    assert path_of(f"{ENTERPRISE.upper()}.Manager.$ref") == f"{ENTERPRISE}:Manager.$ref"


def test_dotted_urn_is_never_split_at_the_version() -> None:
    assert path_of(f"{ENTERPRISE}:department") == f"{ENTERPRISE}:department"
    assert path_of("urn:ietf:params:scim:schemas:extension:nobody:2.0:User.x") is not None


def test_unqualified_attribute_gets_the_urn_of_its_extension() -> None:
    assert path_of("department") == f"{ENTERPRISE}:department"
    assert path_of("Manager.$ref") == f"{ENTERPRISE}:Manager.$ref"
    assert path_of("folders") == f"{CUSTOM}:folders"


def test_unqualified_attribute_of_the_resource_or_of_nothing_stays() -> None:
    assert path_of("title") == "title"
    assert path_of("foo") == "foo"
    assert operation("add", "department", "x", model=GROUP)["path"] == "department"


@pytest.mark.parametrize(("name", "field"), [("cost.centre", "costcentre"), ("cost code", "costcode"), ("a:b", "ab")])
def test_awkward_name_is_found_behind_its_urn(name: str, field: str) -> None:
    assert path_of(f"{CUSTOM}:{name}") == f"{CUSTOM}:{field}"
    assert operation("replace", None, {f"{CUSTOM}:{name}": "7"})["value"] == {f"{CUSTOM}:{field}": "7"}


def test_awkward_name_inside_the_object_of_its_extension_is_found_too() -> None:
    sent = {CUSTOM: {"cost.centre": "7", "level": 3}}
    assert operation("replace", None, sent)["value"] == {CUSTOM: {"costcentre": "7", "level": 3}}
    assert operation("add", CUSTOM, sent[CUSTOM])["value"] == {"costcentre": "7", "level": 3}


def test_awkward_name_that_nothing_declares_stays() -> None:
    assert path_of(f"{CUSTOM}:cost.center") == f"{CUSTOM}:cost.center"


def test_filtered_single_value_is_the_attribute_itself() -> None:
    assert operation("remove", 'manager[value eq "1"]') == {"op": "remove", "path": MANAGER}
    assert operation("replace", f'{MANAGER}[value eq "1"].$ref', "Users/2") == {
        "op": "replace",
        "path": f"{MANAGER}.$ref",
        "value": "Users/2",
    }
    assert operation("replace", f'{MANAGER}[value eq "1"].value', "2")["value"] == {"value": "2", "$ref": None}


def test_filtered_single_value_is_not_one_of_many() -> None:
    assert path_of('emails[type eq "work"].value') == 'emails[type eq "work"].value'


def test_boolean_operand_of_a_path_is_a_boolean() -> None:
    assert path_of('roles[primary eq "True"].value') == "roles[primary eq true].value"
    assert path_of('roles[display eq "True"].value') == 'roles[display eq "True"].value'


def test_unquoted_operand_of_a_path_is_quoted() -> None:
    assert path_of("emails[type eq work].value") == 'emails[type eq "work"].value'


def test_value_path_key_becomes_an_operation_of_its_own() -> None:
    assert operations({"op": "replace", "value": {'emails[type eq "work"].value': "a", "title": "T"}}) == [
        {"op": "replace", "value": {"title": "T"}},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a"},
    ]
    assert operations({"op": "add", "value": {'roles[primary eq "True"].value': "a"}}) == [
        {"op": "add", "path": "roles[primary eq true].value", "value": "a"}
    ]


def test_keys_of_a_value_without_path_are_paths() -> None:
    sent = {
        "name.givenName": "G",
        f"{ENTERPRISE}.department": "D",
        "manager": "1",
        "active": "False",
        ENTERPRISE: {"manager": ["2"]},
    }
    assert operation("replace", None, sent)["value"] == {
        "name.givenName": "G",
        f"{ENTERPRISE}:department": "D",
        MANAGER: {"value": "1", "$ref": None},
        "active": False,
        ENTERPRISE: {"manager": {"value": "2", "$ref": None}},
    }


def test_read_only_value_is_left_out_of_a_patch_but_not_forgiven_as_a_path() -> None:
    sent = {"id": "1", "meta": {}, "groups": [], "meta.created": "x", f"{MANAGER}.displayName": "B", "displayName": "N"}
    assert operation("replace", None, sent)["value"] == {"displayName": "N"}
    assert operation("replace", MANAGER, {"value": "1", "$ref": "r", "displayName": "B"})["value"] == {
        "value": "1",
        "$ref": "r",
    }
    assert operation("replace", "id", "1") == {"op": "replace", "path": "id", "value": "1"}


REMOVED = [
    ([{"$ref": None, "value": "u"}], [{"value": "u"}]),
    ([{"value": "u", "display": "U", "type": "User", "$ref": "https://example.com/Users/u"}], [{"value": "u"}]),
    ({"value": "u"}, [{"value": "u"}]),
    (["u", "v"], [{"value": "u"}, {"value": "v"}]),
    ("u", [{"value": "u"}]),
    ("", [{"value": ""}]),
    ([], []),
    ([None], []),
]


@pytest.mark.parametrize(("sent", "read"), REMOVED)
def test_removed_values_are_recognised_by_their_value(sent: Any, read: Any) -> None:
    assert operation("Remove", "members", sent, model=GROUP) == {"op": "remove", "path": "members", "value": read}


def test_removed_values_that_may_have_a_value_in_common_are_told_apart_by_type() -> None:
    sent = [{"value": "a@example.com", "type": "work", "primary": True, "display": None}]
    assert operation("remove", "emails", sent)["value"] == [{"value": "a@example.com", "type": "work"}]


def test_removed_values_of_a_simple_attribute_are_selected_like_those_of_a_complex_one() -> None:
    assert operation("remove", f"{CUSTOM}:folders", ["a", {"value": "b"}])["value"] == [{"value": "a"}, {"value": "b"}]


def test_removed_values_without_a_value_are_selected_by_what_they_have() -> None:
    sent = [{"type": "work", "locality": None}]
    assert operation("remove", "addresses", sent)["value"] == [{"type": "work"}]


@pytest.mark.parametrize("path", ["title", MANAGER, 'emails[type eq "work"]', "name.givenName", "foo"])
def test_removed_values_are_ignored_where_the_path_says_it_all(path: str) -> None:
    assert operation("Remove", path, [{"value": "x"}]) == {"op": "remove", "path": path}


def test_removing_without_a_value_removes_all() -> None:
    assert operation("remove", "members", model=GROUP) == {"op": "remove", "path": "members"}


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize(
    "path", ["title", MANAGER, 'emails[type eq "work"].value', "name.givenName", ENTERPRISE, "foo"]
)
def test_clearing_value_is_a_removal(op: str, empty: Any, path: str) -> None:
    assert operation(op, path, empty) == {"op": "remove", "path": path}


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("empty", ["", None, [], [""], [{"value": ""}]])
def test_clearing_value_of_active_is_no_removal(op: str, empty: Any) -> None:
    assert operation(op, "active", empty) == {"op": "replace", "value": {"active": None}}
    assert operation("remove", "active") == {"op": "remove", "path": "active"}


def test_clearing_value_of_the_manager_takes_every_form() -> None:
    for empty in ({"value": ""}, {"value": None}, [], [{"value": ""}]):
        assert operation("replace", MANAGER, empty) == {"op": "remove", "path": MANAGER}


def test_cleared_value_of_a_multi_valued_attribute_is_an_empty_list() -> None:
    assert operation("replace", "members", None, model=GROUP) == {"op": "replace", "path": "members", "value": []}
    assert operation("add", "emails", None)["value"] == []
    assert operation("replace", None, {"members": None}, model=GROUP)["value"] == {"members": []}


def test_cleared_value_works_on_keys_and_sub_attributes() -> None:
    sent = {"title": "", "name": {"middleName": None, "givenName": ""}, ENTERPRISE: {"department": ""}}
    assert operation("replace", None, sent)["value"] == {
        "title": None,
        "name": {"middleName": None, "givenName": None},
        ENTERPRISE: {"department": None},
    }


def test_empty_entry_of_a_list_is_left_out_in_every_form() -> None:
    empty = {"type": "work", "value": "", "primary": True}
    full = {"type": "home", "value": "h@example.com", "display": ""}
    kept = [{"type": "home", "value": "h@example.com"}]
    assert operation("replace", "emails", [empty, full])["value"] == kept
    assert operation("add", None, {"emails": [full, empty]})["value"] == {"emails": kept}
    assert operation("add", "emails", empty)["value"] == []


def test_empty_entry_that_never_had_a_value_stays_and_an_empty_member_stays_an_error() -> None:
    assert operation("replace", "emails", [{"type": "work"}])["value"] == [{"type": "work"}]
    assert operation("add", "members", [{"value": ""}], model=GROUP)["value"] == [{"value": ""}]


@pytest.mark.parametrize("value", ["x", ["x"], [{"$ref": None, "value": "x"}], {"value": "x"}])
@pytest.mark.parametrize("path", ["displayName", "name.givenName", 'emails[type eq "work"].value', f"{CUSTOM}:level"])
def test_value_in_list_of_one_is_the_value_of_a_single_valued_attribute(path: str, value: Any) -> None:
    read = operation("Replace", path, value)["value"]
    assert read == ("x" if not path.endswith("level") else "no number")


def test_value_in_list_that_is_not_the_only_one_is_left_to_the_core() -> None:
    assert operation("replace", "displayName", ["x", "y"])["value"] == ["x", "y"]
    assert operation("replace", "active", [{"value": "False"}])["value"] is False
    assert operation("replace", "title", [])["op"] == "remove"


def test_wrapped_value_of_a_complex_attribute_without_one_is_left_to_the_core() -> None:
    assert operation("replace", "name", [{"$ref": None, "value": "Z"}])["value"] == "Z"
    assert operation("replace", 'addresses[type eq "work"]', {"value": "Z"})["value"] == "Z"
    assert operation("replace", "name", {"value": "Z", "givenName": "G"})["value"] == {"value": "Z", "givenName": "G"}


@pytest.mark.parametrize(
    "path", ["custom:country", "my attr", "foo.bar.baz", "_x", 'foo[bar eq "1"', f"{CUSTOM}:my attr"]
)
def test_unreadable_path_of_an_unknown_attribute_is_left_out(path: str) -> None:
    kept = {"op": "replace", "path": "title", "value": "T"}
    assert operations({"op": "Add", "path": path, "value": "DE"}, kept) == [kept]
    assert operations({"op": "remove", "path": path}) == []


@pytest.mark.parametrize("path", ['emails[type eq "work"', "name.givenName.x", "userName x", 'manager[value eq "1"'])
def test_unreadable_path_of_a_declared_attribute_is_left_to_the_core(path: str) -> None:
    assert path_of(path) == path


def test_reference_value_is_written_without_the_reference_of_its_predecessor() -> None:
    assert operation("replace", f"{MANAGER}.value", "2") == {
        "op": "replace",
        "path": MANAGER,
        "value": {"value": "2", "$ref": None},
    }
    assert operations({"op": "add", "value": {"manager.value": 2, "title": "T"}}) == [
        {"op": "add", "value": {"title": "T"}},
        {"op": "add", "path": MANAGER, "value": {"value": "2", "$ref": None}},
    ]
    assert operation("replace", f"{MANAGER}.value", "") == {"op": "remove", "path": MANAGER}


def test_reference_alone_removes_the_reference_of_its_predecessor() -> None:
    both = {"value": "2", "$ref": "Users/2"}
    assert operation("replace", MANAGER, both)["value"] == both
    assert operation("add", MANAGER, [{"Value": "2", "$REF": "Users/2"}])["value"] == {"Value": "2", "$REF": "Users/2"}
    assert operation("add", MANAGER, {"$ref": "Users/2"})["value"] == {"$ref": "Users/2"}
    assert operation("add", "members", [{"value": "2"}], model=GROUP)["value"] == [{"value": "2"}]
    assert dialects.read_resource({ENTERPRISE: {"manager": "2"}}, USER)[ENTERPRISE]["manager"] == {"value": "2"}


def test_first_entry_is_created_with_the_value_of_a_sub_attribute() -> None:
    for sent in ({"path": "roles.value", "value": "r"}, {"value": {"roles.value": "r"}}):
        assert operations({"op": "replace", **sent}) == [
            {"op": "replace", "path": "roles.value", "value": "r"},
            {"op": "add", "path": 'roles[value eq "r"].value', "value": "r"},
        ]
    assert (
        operations({"op": "add", "path": "roles.primary", "value": "True"})[1]["path"]
        == "roles[primary eq true].primary"
    )


def test_first_entry_with_a_value_of_the_wrong_kind_is_left_to_the_core() -> None:
    assert operations({"op": "add", "path": "roles.value", "value": ["a", "b"]}) == [
        {"op": "add", "path": "roles.value", "value": ["a", "b"]},
        {"op": "add", "path": "roles", "value": [{"value": ["a", "b"]}]},
    ]


def test_first_entry_is_none_where_nothing_is_written_or_the_path_selects() -> None:
    assert len(operations({"op": "replace", "path": "roles.value", "value": ""})) == 1
    assert len(operations({"op": "remove", "path": "roles.value"})) == 1
    assert len(operations({"op": "add", "path": 'roles[type eq "x"].value', "value": "r"})) == 1
    assert len(operations({"op": "add", "path": "name.givenName", "value": "G"})) == 1


@pytest.mark.parametrize(
    ("filter_", "read"),
    [
        ('(type eq "fax" and value ew "9") and display pr', 'type eq "fax" and value ew "9" and display pr'),
        ('type eq "fax" and (value ew "9" and (display pr))', 'type eq "fax" and value ew "9" and display pr'),
        ('(type eq "fax" or value pr) and display pr', '(type eq "fax" or value pr) and display pr'),
        ('not (type eq "fax")', 'not (type eq "fax")'),
    ],
)
def test_redundant_parentheses_are_left_out_of_a_path(filter_: str, read: str) -> None:
    assert path_of(f"phoneNumbers[{filter_}].value") == f"phoneNumbers[{read}].value"


def test_respelled_date_time_differs_from_the_same_moment_where_it_is_replaced() -> None:
    stored, sent = SentDateTime.read("2030-01-31T08:00:00Z"), "2030-01-31T09:00:00+01:00"
    assert operation("replace", f"{OPEN}:since", sent, model=OPENED)["value"] != stored
    assert operation("add", None, {OPEN: {"since": sent}}, model=OPENED)["value"][OPEN]["since"] != stored
    assert operation("replace", f"{OPEN}:leaves", [sent], model=OPENED)["value"] != [stored]
    assert operation("add", f"{OPEN}:leaves", [sent], model=OPENED)["value"] == [stored]
    assert operation("replace", f"{OPEN}:since", str(stored), model=OPENED)["value"] == stored


def test_values_of_operations_are_read_like_those_of_resources() -> None:
    assert operation("add", "members", "u", model=GROUP)["value"] == [{"value": "u"}]
    assert operation("add", f"{CUSTOM}:folders", [{"value": "a"}])["value"] == ["a"]
    assert operation("add", 'emails[type eq "work"].primary', "True")["value"] is True
    assert operation("replace", 'emails[type eq "work"]', "w@example.com")["value"] == {"value": "w@example.com"}
    assert operation("replace", 'emails[type eq "work"]', [{"primary": "True"}])["value"] == {"primary": True}
    assert operation("replace", ENTERPRISE, {"manager": "1"})["value"] == {"manager": {"value": "1", "$ref": None}}


@pytest.mark.parametrize(
    "kept",
    [
        {"op": "move", "path": "title", "value": ""},
        {"op": "add", "path": "title"},
        {"op": "add", "path": 7, "value": ""},
        {"op": "add", "value": "x"},
        {"op": "remove", "value": {"title": ""}},
        {"path": "title", "value": ""},
        {"op": "replace", "path": 'emails[type eq "work"', "value": "x"},
        "add",
    ],
)
def test_what_is_not_understood_is_left_to_the_core(kept: Any) -> None:
    assert operations(kept) == [kept]
