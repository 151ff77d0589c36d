"""No check of the conformance suite fails without a reason, whatever an environment's file says.

`make test` runs the suite twice: on the smallest file, and on one that declares something of everything. `make test-full` runs it
on each kind of file alone.
"""

import re
from collections.abc import Callable

import pytest

from tests.protocol.client import Api
from tests.protocol.conformance import check
from tests.protocol.entitled import LOGIN, permissions
from tests.protocol.extended import CUSTOM, EXTENSIONS, MIXED, OPEN

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def extensions() -> str:
    """Return the extensions that the suite can write."""
    lines = EXTENSIONS.read_text(encoding="utf-8").splitlines()
    # The suite writes paths by the grammar of RFC 7644, which has no place for dots, colons and spaces in names, and makes up
    # no values for decimals and dates.
    beyond_it = re.compile(r'name = "[^"]*[ .:][^"]*"|type = "(decimal|dateTime)"')
    known = [line for line in lines if not beyond_it.search(line)]
    assert len(lines) - len(known) == 6
    return "\n".join(known)


RULES = f"""
[users]
required = ["name.givenName", "name.familyName", "emails.value", "userType", "{ENTERPRISE}:employeeNumber"]
unique = ["emails.value", "{ENTERPRISE}:employeeNumber"]
matching = ["nickName", "{ENTERPRISE}:costCenter"]
[users.allowed]
userType = ["Premium", "Standard"]
"roles.value" = ["viewer", "admin"]
[users.defaults]
userType = "Standard"
[groups]
unique = ["externalId"]
"""
LEAVE = '[users.deprovisioning]\nmemberships = "remove"\n'
KEEP = '[users.deprovisioning]\ndeleted = "disable"\n'

ONE_ADDED = r"Returned value: \[.+, .+\]"
"""It adds the extension as a whole first, then each attribute of it, and expects a list to hold the second value alone. RFC 7644
section 3.5.2.1: the values are added to the list."""

SET_ONCE = r"hired is immutable: it cannot be changed once it has a value"
"""The same for an immutable attribute, which has its value by then; and it removes the extension that holds it. RFC 7643 section
2.2: the attribute may be defined once."""

EMPTY = r"Returned value: None"
"""It writes an extension that declares no attributes, so without any, and expects to find it. RFC 7643 section 2.5: what holds
nothing is unassigned, and may be left out."""

READ_ONLY = rf"'{LOGIN}'"
"""It writes an extension as a whole, with what it may write of it, which here is nothing, and expects to read nothing back. RFC
7643 section 2.2: clients cannot modify a readOnly attribute."""

OF_EXTENSIONS = {
    f"User check_add_attribute {CUSTOM}:folders": ONE_ADDED,
    f"User check_add_attribute {CUSTOM}:badges": ONE_ADDED,
    f"User check_add_attribute {CUSTOM}:levels": ONE_ADDED,
    f"User check_add_attribute {MIXED}:tags": ONE_ADDED,
    f"User check_add_attribute {CUSTOM}:hired": SET_ONCE,
    f"User check_remove_attribute {CUSTOM}": SET_ONCE,
    f"User check_add_attribute {OPEN}": EMPTY,
    f"User check_replace_attribute {OPEN}": EMPTY,
}
"""The checks of the suite that no conformant answer passes, with the reason that it gives."""

STAYS = r"still exists after deletion"
"""A deleted user stays, disabled: the environment's file asks for this deviation from RFC 7644 section 3.6."""

OF_LOGIN = {f"User check_{verb}_attribute {LOGIN}": READ_ONLY for verb in ("add", "replace", "remove")}

EVERYTHING = "\n".join(
    (RULES, LEAVE, "[login]", permissions("system-groups", "operator", "roles", default=["viewer"]), extensions())
)


def kind(name: str, toml: str, failed: dict[str, str], *, full: bool = True) -> object:
    """Return an environment's file and the checks that fail there, with their reasons; only `make test-full` runs it by default."""
    return pytest.param(toml, failed, id=name, marks=[pytest.mark.full] if full else [])


@pytest.mark.parametrize(
    ("toml", "failed"),
    [
        kind("smallest", "", {}, full=False),
        kind("everything", EVERYTHING, OF_EXTENSIONS | OF_LOGIN, full=False),
        kind("extensions", extensions(), OF_EXTENSIONS),
        kind("rules", RULES, {}),
        kind("less capable", "[capabilities]\nbulk = false\nsort = false\netag = false\ncursor = false", {}),
        kind("without groups", "[groups]\nserved = false", {}),
        kind("mapped groups", permissions("groups", "operator", default=["viewer"]), {}),
        kind("roles", permissions("roles", default=["viewer"]), {}),
        kind("system groups", permissions("system-groups", default=["viewer"]), {}),
        kind("login methods", "[login]", OF_LOGIN),
        kind("disabled leave", LEAVE, {}),
        kind("deleted stay", KEEP, {"User object_deletion": STAYS}),
    ],
)
def test_no_check_of_the_conformance_suite_fails(endpoint_of: Callable[[str], Api], toml: str, failed: dict[str, str]):
    api = endpoint_of(toml)
    found = check(api)
    assert found.keys() == failed.keys(), found
    assert {name: reason for name, reason in found.items() if not re.search(failed[name], reason)} == {}
    for path in ("/Users", "/Groups"):  # the suite deletes what it creates
        listed = api.get(path)
        assert listed.status == 404 or listed.json["totalResults"] == len(listed.json.get("Resources", []))
