"""Both of Entra's dialects lead to the same user, whatever is written; and what was accepted is returned."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.extended import memory_endpoint
from tests.protocol.replay import Send

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = f"{ENTERPRISE}:manager"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
STRINGS = [
    *("displayName", "title", "nickName", "externalId", "name.givenName", "name.familyName", "locale"),
    *(f"{ENTERPRISE}:department", f"{ENTERPRISE}:employeeNumber", MANAGER),
]
SELECTED = [
    'emails[type eq "work"].value',
    'phoneNumbers[type eq "mobile"].value',
    'addresses[type eq "work"].locality',
]
writes = st.dictionaries(st.sampled_from([*STRINGS, *SELECTED]), texts | st.just("")) | st.builds(
    lambda values, active: {**values, "active": active}, st.dictionaries(st.sampled_from(STRINGS), texts), st.booleans()
)


def without_flag(values: dict[str, Any]) -> list[Any]:
    """One operation per attribute, capitalised; booleans as text."""
    return [
        {"op": "Add" if len(path) % 2 else "Replace", "path": path, "value": str(value)}
        for path, value in values.items()
    ]


def with_flag(values: dict[str, Any]) -> list[Any]:
    """Single-valued replaces merged into one operation without path; the others keep theirs."""
    merged = {path: value for path, value in values.items() if "[" not in path and path != "active"}
    own = [{"op": "replace", "path": path, "value": value} for path, value in values.items() if path not in merged]
    return [*own, {"op": "replace", "value": merged}]


def call(send: Send, method: str, target: str, body: Any = None) -> Any:
    status, _, answer = send(method, target, {}, None if body is None else json.dumps(body).encode())
    assert status < 300, answer
    return answer


def written(steps: list[list[Any]]) -> dict[str, Any]:
    """Return a new user after some PATCHes, as a GET shows it; without what differs between any two users."""
    send = memory_endpoint()
    target = f"/Users/{call(send, 'POST', '/Users', {'userName': 'u'})['id']}"
    for operations in steps:
        call(send, "PATCH", target, {"Operations": operations})
    user: dict[str, Any] = call(send, "GET", target)
    return {name: value for name, value in user.items() if name not in ("id", "meta")}


@given(st.lists(writes, min_size=1, max_size=3))
@settings(max_examples=examples(30), deadline=None)
def test_both_dialects_lead_to_the_same_user(cycles: list[dict[str, Any]]) -> None:
    assert written([without_flag(values) for values in cycles]) == written([with_flag(values) for values in cycles])


@given(st.dictionaries(st.sampled_from([*STRINGS, *SELECTED]), texts, min_size=1))
@settings(max_examples=examples(30), deadline=None)
def test_what_was_accepted_is_returned(values: dict[str, Any]) -> None:
    user = written([without_flag(values)])
    extension = user.get(ENTERPRISE, {})
    for path, value in values.items():
        name, _, sub_attribute = path.removeprefix(f"{ENTERPRISE}:").partition(".")
        holder = extension if path.startswith(ENTERPRISE) else user
        if path == MANAGER:
            assert holder["manager"] == {"value": value}
        elif path in SELECTED:
            (entry,) = user[path.partition("[")[0]]
            assert entry[path.rpartition(".")[2]] == value
        else:
            assert (holder[name][sub_attribute] if sub_attribute else holder[name]) == value
