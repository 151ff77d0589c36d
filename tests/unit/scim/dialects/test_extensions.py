"""The dialects for extensions that a directory's environment declares: one test or more for each, named after it."""

import time
from typing import Any

import pytest
from pydantic import ValidationError

from lambdas.scim import dialects
from lambdas.scim.extensions.date_times import SentDateTime
from lambdas.scim.extensions.escaped_names import escape
from tests.unit.scim.dialect_models import CUSTOM, OPEN, OPENED, USER


def patched(*operations: dict[str, Any]) -> Any:
    return dialects.read_patch({"Operations": list(operations)}, OPENED)["Operations"]


def filtered(text: str) -> str:
    return dialects.read_filter(text, [OPENED])


def sent(**attributes: Any) -> Any:
    return dialects.read_resource({"userName": "u", OPEN: attributes}, OPENED)[OPEN]


@pytest.mark.parametrize(
    "key", ["costCentre", "a.b", "a:b", "a b", "Büro (alt)", "{{key}}", "a[b]", "schemas", "k$61", '"']
)
def test_open_name_in_a_path_is_all_that_follows_the_urn(key: str):
    for path in (f"{OPEN}:{key}", f"{OPEN.upper().replace('URN', 'urn')}:{key}", f"{OPEN}.{key}"):
        (operation,) = patched({"op": "Add", "path": path, "value": "7"})
        assert operation == {"op": "add", "path": f"{OPEN}:{escape(key)}", "value": "7"}


def test_open_name_among_the_keys_of_a_value_is_read_as_a_path():
    (operation,) = patched(
        {"op": "replace", "value": {f"{OPEN}:a.b": 7, f"{OPEN}:level": "3", OPEN: {"c d": True, "Level": "4"}}}
    )
    assert operation["value"] == {
        f"{OPEN}:{escape('a.b')}": "7",
        f"{OPEN}:level": 3,
        OPEN: {escape("c d"): "true", "Level": 4},
    }


@pytest.mark.parametrize(
    "path",
    [f"{OPEN}:level", f"{OPEN}:LEVEL", f"{OPEN}:levels[value eq 3]", f"{OPEN}:badges.value", OPEN, "level", "userName"],
)
def test_open_name_is_none_that_is_declared_or_stands_without_the_urn(path: str):
    (operation,) = patched({"op": "remove", "path": path})
    assert "k$" not in operation["path"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{OPEN}:costCentre eq 7", f'{OPEN}:{escape("costcentre")} eq "7"'),
        (f'{OPEN}:cost code (old) SW "a"', f'{OPEN}:{escape("cost code (old)")} SW "a"'),
        (f"not ({OPEN}:a.b pr) and userName pr", f"not ({OPEN}:{escape('a.b')} pr) and userName pr"),
        (f"{OPEN}:a pr or {OPEN}:level gt 3", f"{OPEN}:{escape('a')} pr or {OPEN}:level gt 3"),
        (f'userName eq "{OPEN}:a pr"', f'userName eq "{OPEN}:a pr"'),
        (f'{OPEN}:badges[value eq "a"]', f'{OPEN}:badges[value eq "a"]'),
        (f"{OPEN}:present", f"{OPEN}:{escape('present')}"),
    ],
)
def test_open_name_in_a_filter_ends_before_the_operator(text: str, expected: str):
    assert filtered(text) == expected


def test_open_name_in_lists_of_attributes_and_orders_is_read_without_its_case():
    read = dialects.read_query(
        {"attributes": f"userName,{OPEN}:Cost Code, {OPEN}:level", "sortBy": f"{OPEN}:A.B"}, [OPENED]
    )
    assert read == {
        "attributes": f"userName,{OPEN}:{escape('cost code')}, {OPEN}:level",
        "sortBy": f"{OPEN}:{escape('a.b')}",
    }


def test_open_name_is_found_in_a_long_filter_without_trying_long():
    started = time.perf_counter()
    filtered(f"{OPEN}:" * 150)
    filtered(f"{OPEN}:a " * 150)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7", "7"),
        ("", ""),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (["a", "ä"], '["a","ä"]'),
        ({"a": {"b": 1}}, '{"a":{"b":1}}'),
        ([{"value": "7"}], "7"),
        ({"$ref": None, "Value": 7}, "7"),
        ([{"value": "7", "note": "n"}], '[{"value":"7","note":"n"}]'),
        ([{"value": "a"}, {"value": "b"}], '[{"value":"a"},{"value":"b"}]'),
        (None, None),
        ([], None),
        ({}, None),
        ([{"value": []}], None),
    ],
)
def test_open_value_is_a_text(value: Any, text: str | None):
    assert sent(costCentre=value) == {"costCentre": text}
    (operation,) = patched({"op": "add", "path": f"{OPEN}:costCentre", "value": value})
    assert operation.get("value") == (text or None)
    assert operation["op"] == ("add" if text else "remove")


def test_extension_schemas_are_no_undeclared_attribute():
    assert sent(schemas=[OPEN], a="1") == {"a": "1"}
    assert sent(schemas="mine") == {"schemas": "mine"}
    (operation,) = patched({"op": "add", "path": OPEN, "value": {"schemas": [OPEN], "a": "1"}})
    assert operation["value"] == {escape("a"): "1"}


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("level", "3", 3),
        ("level", "-3", -3),
        ("level", 3, 3),
        ("score", "1.5e3", 1500.0),
        ("score", 2, 2),
        ("levels", ["1", 2, {"value": "3"}], [1, 2, 3]),
        ("levels", "1", [1]),
    ],
)
def test_string_number_is_the_number_that_it_spells(name: str, value: Any, read: Any):
    assert sent(**{name: value}) == {name: read}
    assert dialects.read_resource({CUSTOM: {"level": "3"}}, USER)[CUSTOM] == {"level": 3}


@pytest.mark.parametrize("value", [True, "true", "1_000", " 7", "7.0", "seven", "9" * 400])
def test_string_number_that_spells_none_is_refused_by_the_core(value: Any):
    with pytest.raises(ValidationError):
        OPENED.model_validate({OPEN: sent(level=value)})


@pytest.mark.parametrize("value", ["inf", "NaN", "1e999", "1,5", True])
def test_string_number_that_json_cannot_write_is_refused_by_the_core(value: Any):
    with pytest.raises(ValidationError):
        OPENED.model_validate({OPEN: sent(score=value)})


def test_date_time_in_a_list_is_the_moment_that_it_means():
    (moment,) = sent(leaves=[{"value": "2030-01-31T08:00:00.0000000Z"}])["leaves"]
    assert isinstance(moment, SentDateTime)
    assert str(moment) == "2030-01-31T08:00:00.0000000Z"
    assert sent(leaves=["tomorrow", 7]) == {"leaves": ["tomorrow", 7]}


def test_bare_value_may_be_a_number_where_values_are_numbers():
    assert sent(points=["1", 2, {"value": "3"}]) == {"points": [{"value": 1}, {"value": 2}, {"value": 3}]}
    assert sent(badges=["a", 7, True]) == {"badges": [{"value": "a"}, {"value": "7"}, True]}


def test_removed_values_are_compared_as_what_the_attribute_holds():
    (operation,) = patched({"op": "Remove", "path": f"{OPEN}:levels", "value": ["1", {"value": "2"}]})
    assert operation["value"] == [{"value": 1}, {"value": 2}]
    (operation,) = patched({"op": "Remove", "path": f"{OPEN}:leaves", "value": ["2030-01-31T08:00:00.0000000Z"]})
    assert operation["value"] == [{"value": "2030-01-31T08:00:00.0000000Z"}]
