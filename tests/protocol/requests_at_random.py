"""Random resources and random PATCH sequences, in both of Entra's dialects: what hypothesis draws from."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
"""Any text that clients could hold; an empty one means "unset" and has tests of its own."""

SINGLE = (
    "displayName",
    "title",
    "nickName",
    "userType",
    "locale",
    f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:division",
)
NAMES = ("name.givenName", "name.familyName", "name.middleName")
TYPED = (
    'emails[type eq "work"].value',
    'emails[type eq "home"].value',
    'phoneNumbers[type eq "mobile"].value',
    'addresses[type eq "work"].locality',
    'addresses[type eq "work"].country',
)


@dataclass(frozen=True)
class Change:
    """One attribute of a user set or removed, before any dialect gives it a form."""

    path: str
    value: Any
    """What it is set to; None to remove it."""


changes = st.one_of(
    st.builds(Change, st.sampled_from(SINGLE + NAMES + TYPED), text),
    st.builds(Change, st.sampled_from(SINGLE + NAMES), st.none()),
    st.builds(Change, st.just("active"), st.booleans()),
    st.builds(Change, st.just(f"{ENTERPRISE}:manager"), text),
)


def change_sets(size: int = 6) -> st.SearchStrategy[list[Change]]:
    """Draw the changes of one request; each path once, as Entra sends them."""
    return st.lists(changes, min_size=1, max_size=size, unique_by=lambda change: change.path)


def entra(drawn: list[Change]) -> dict[str, Any]:
    """Return the PATCH that Entra sends without the flag: an operation each, capitalised, booleans as strings."""
    operations: list[dict[str, Any]] = []
    for number, change in enumerate(drawn):
        value = str(change.value) if isinstance(change.value, bool) else change.value
        if value is None:
            operations.append({"op": "Remove", "path": change.path})
        else:
            operations.append({"op": ("Add", "Replace")[number % 2], "path": change.path, "value": value})
    return {"schemas": [PATCH], "Operations": operations}


def entra_flag(drawn: list[Change]) -> dict[str, Any]:
    """Return the PATCH with ``aadOptscim062020``: lower case, booleans, single values merged without path."""
    merged = {
        change.path: change.value
        for change in drawn
        if change.value is not None and "[" not in change.path and not isinstance(change.value, bool)
    }
    operations: list[dict[str, Any]] = []
    for change in drawn:
        if change.path in merged:
            continue
        if change.value is None:
            operations.append({"op": "remove", "path": change.path})
        else:
            operations.append({"op": "replace", "path": change.path, "value": change.value})
    if merged:
        operations.append({"op": "replace", "value": merged})
    return {"schemas": [PATCH], "Operations": operations}


users = st.fixed_dictionaries(
    {"userName": text.filter(str.strip)},
    optional={
        "externalId": text,
        "displayName": text,
        "title": text,
        "active": st.booleans(),
        "name": st.fixed_dictionaries({}, optional={"givenName": text, "familyName": text}).filter(bool),
        "emails": st.lists(
            st.fixed_dictionaries({"value": text}, optional={"type": st.sampled_from(["work", "home"])}),
            min_size=1,
            max_size=3,
            unique_by=lambda email: email["value"],
        ),
        ENTERPRISE: st.fixed_dictionaries({}, optional={"department": text, "employeeNumber": text}).filter(bool),
    },
)
"""Users as a conforming client sends them."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
"""Anything that JSON can say."""

ODD_PATHS = ("id", "meta", "schemas", "nobody", "a b", "", "emails[", "emails[value pr]", 'members[value eq "x"]', CORE)
WHOLE = (
    "active",
    "emails",
    "members",
    "name",
    "roles",
    "userName",
    "groups",
    "manager",
    ENTERPRISE,
    f"{ENTERPRISE}:manager",
)

paths = st.sampled_from((*SINGLE, *NAMES, *TYPED, *WHOLE, *ODD_PATHS))

wild_operations = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "Add", "replace", "REPLACE", "remove", "Remove", "move", ""]) | json_values},
        optional={"path": paths | json_values, "value": json_values | users},
    ),
    max_size=4,
)
"""Operations that may be right, nearly right or nonsense."""
