"""Attribute paths and the resources they stand for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimprobe.simulate.attributes import (
    DEPARTMENT,
    EMPLOYEE_NUMBER,
    ENTERPRISE_USER,
    MANAGER,
    address,
    email,
    flatten,
    is_mapped,
    nest,
    phone,
)

PATHS = [
    *("userName", "active", "displayName", "title", "name.givenName", "name.familyName", DEPARTMENT, EMPLOYEE_NUMBER),
    *(email("value"), email("primary"), phone("work"), phone("mobile"), address("locality"), address("country")),
]


@given(st.dictionaries(st.sampled_from(PATHS), st.text() | st.booleans()))
def test_a_resource_made_of_paths_has_these_paths(attributes: dict[str, str | bool]) -> None:
    assert flatten(nest(attributes)) == attributes


def test_what_is_unassigned_has_no_path() -> None:
    assert flatten({"title": None, "roles": [], "emails": [{"type": "work", "value": None}]}) == {}


def test_a_manager_is_its_id() -> None:
    assert flatten({ENTERPRISE_USER: {"manager": {"value": "m", "$ref": "https://h/Users/m"}}}) == {MANAGER: "m"}


@pytest.mark.parametrize(
    "resource",
    [
        {ENTERPRISE_USER: {"manager": "m"}},
        {"manager": {"value": "m"}},
        {"emails": [{"type": "work", "value": "a"}, {"type": "work", "value": "b"}]},
        {"emails": ["a@x"]},
        {"emails": {"value": "a@x"}},
    ],
)
def test_a_wrong_shape_has_a_path_that_is_never_meant(resource: dict[str, Any]) -> None:
    unexpected = set(flatten(resource)) - {MANAGER, email("value")}
    assert unexpected
    assert all(is_mapped(path) for path in unexpected)
