"""What holds for every request where a file has rules: what keeps them is kept, who leaves can leave, nothing is a 5xx."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.client import Api
from tests.protocol.requests_at_random import (
    CORE,
    ENTERPRISE,
    PATCH,
    change_sets,
    entra,
    entra_flag,
    users,
    wild_operations,
)
from tests.protocol.test_properties import EXAMPLES, assert_readable, directory

EndpointOf = Callable[[str], Api]

RULES = f"""
[users]
required = ["name.familyName", "emails.value", "{ENTERPRISE}:department"]
unique = ["nickName", "emails.value"]
matching = ["title", "{ENTERPRISE}:division"]
[users.allowed]
userType = ["Premium", "Standard"]
locale = ["de", "en"]
[users.defaults]
userType = "Standard"
"name.middleName" = "-"
[users.deprovisioning]
deactivated = "{{deactivated}}"
memberships = "remove"
"""
KEPT = {
    "name": {"familyName": "Lee"},
    "emails": [{"value": "lee@x"}],
    ENTERPRISE: {"department": "Sales"},
    "userType": "Premium",
}


@pytest.fixture
def strict(endpoint_of: EndpointOf) -> Api:
    """An endpoint with rules of every kind."""
    return endpoint_of(RULES.format(deactivated="disable"))


@pytest.fixture
def removing(endpoint_of: EndpointOf) -> Api:
    """The same, where who is disabled is removed."""
    return endpoint_of(RULES.format(deactivated="remove"))


def beside(api: Api, other: Api) -> Api:
    """Return another endpoint's client of the same directory."""
    return Api(other.handler, directory=api.directory)


def assert_keeps_the_rules(user: dict[str, Any]) -> None:
    assert user["name"]["familyName"].strip()
    assert user["name"]["middleName"].strip()
    assert any(each.get("value", "").strip() for each in user["emails"])
    assert user[ENTERPRISE]["department"].strip()
    assert user["userType"] in ("Premium", "Standard")
    assert user.get("locale", "en") in ("de", "en")


@EXAMPLES
@given(
    user=users,
    sets=st.lists(change_sets(), min_size=1, max_size=4),
    dialect=st.sampled_from([entra, entra_flag]),
)
def test_a_user_that_keeps_the_rules_keeps_them_whatever_is_sent(
    strict: Api, user: dict[str, Any], sets: list[Any], dialect: Any
) -> None:
    api = directory(strict)
    made = api.post("/Users", {**user, **KEPT}).json
    assert_keeps_the_rules(made)
    for each in sets:
        before = api.get(f"/Users/{made['id']}").json
        reply = api.patch(f"/Users/{made['id']}", dialect(each))
        after = api.get(f"/Users/{made['id']}").json
        assert reply.status in (200, 400), reply.json
        assert after == (reply.json if reply.status == 200 else before)
        assert_keeps_the_rules(after)


@EXAMPLES
@given(user=users)
def test_whoever_was_stored_before_the_rules_is_disabled_by_them(api: Api, strict: Api, user: dict[str, Any]) -> None:
    before = directory(api)
    made = before.post("/Users", {"userType": "Guest", **user}).json["id"]
    before.post("/Groups", {"displayName": "Staff", "members": [{"value": made}]})
    disable = {"schemas": [PATCH], "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
    reply = beside(before, strict).patch(f"/Users/{made}", disable)
    assert reply.status == 200, reply.json
    assert reply.json["active"] is False
    assert "groups" not in reply.json


@EXAMPLES
@given(user=users, operations=wild_operations)
def test_no_patch_is_a_failure_of_ours_and_a_refused_one_changed_nothing(
    removing: Api, user: dict[str, Any], operations: list[Any]
) -> None:
    api = directory(removing)
    made = api.post("/Users", {**user, **KEPT, "active": True}).json["id"]
    before = api.get(f"/Users/{made}").json
    reply = api.patch(f"/Users/{made}", {"schemas": [PATCH], "Operations": operations})
    assert reply.status in (200, 400, 409), reply.json
    found = api.get(f"/Users/{made}")
    if reply.status != 200:
        assert found.json == before
        assert_readable(reply.detail)
    elif reply.json.get("active") is False:
        assert found.status == 404
    else:
        assert_keeps_the_rules(found.json)


@EXAMPLES
@given(user=users, replacement=users)
def test_a_put_keeps_the_rules_or_is_refused(strict: Api, user: dict[str, Any], replacement: dict[str, Any]) -> None:
    api = directory(strict)
    made = api.post("/Users", {**user, **KEPT}).json["id"]
    reply = api.put(f"/Users/{made}", {"schemas": [CORE], **replacement})
    assert reply.status in (200, 400), reply.json
    if reply.status == 400:
        assert "required: send" in reply.detail
    assert_keeps_the_rules(api.get(f"/Users/{made}").json)
