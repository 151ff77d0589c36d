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

OF_EXTENSIONS = {
    # It adds the extension as a whole first, then each attribute of it, and expects a list to hold the second value alone; RFC 7644
    # section 3.5.2.1 adds it to the first.
    f"User check_add_attribute {CUSTOM}:folders",
    f"User check_add_attribute {CUSTOM}:badges",
    f"User check_add_attribute {CUSTOM}:levels",
    f"User check_add_attribute {MIXED}:tags",
    # The same for an immutable attribute, which has its value by then; and it removes the extension that holds it.
    f"User check_add_attribute {CUSTOM}:hired",
    f"User check_remove_attribute {CUSTOM}",
    # It writes an extension that declares no attributes, so without any, and expects to find it.
    f"User check_add_attribute {OPEN}",
    f"User check_replace_attribute {OPEN}",
}
"""The checks of the suite that no conformant answer passes, with what it expects of extensions."""

# It writes an extension as a whole, with what it may write of it, which here is nothing; and expects to read nothing back.
OF_LOGIN = {f"User check_{verb}_attribute {LOGIN}" for verb in ("add", "replace", "remove")}

EVERYTHING = "\n".join(
    (RULES, LEAVE, "[login]", permissions("system-groups", "operator", "roles", default=["viewer"]), extensions())
)


def kind(name: str, toml: str, failed: set[str], *, full: bool = True) -> object:
    """Return an environment's file and the checks that fail there; only `make test-full` runs it, unless said otherwise."""
    return pytest.param(toml, failed, id=name, marks=[pytest.mark.full] if full else [])


@pytest.mark.parametrize(
    ("toml", "failed"),
    [
        kind("smallest", "", set(), full=False),
        kind("everything", EVERYTHING, OF_EXTENSIONS | OF_LOGIN, full=False),
        kind("extensions", extensions(), OF_EXTENSIONS),
        kind("rules", RULES, set()),
        kind("less capable", "[capabilities]\nbulk = false\nsort = false\netag = false\ncursor = false", set()),
        kind("without groups", "[groups]\nserved = false", set()),
        kind("mapped groups", permissions("groups", "operator", default=["viewer"]), set()),
        kind("roles", permissions("roles", default=["viewer"]), set()),
        kind("system groups", permissions("system-groups", default=["viewer"]), set()),
        kind("login methods", "[login]", OF_LOGIN),
        kind("disabled leave", LEAVE, set()),
        kind("deleted stay", KEEP, {"User object_deletion"}),
    ],
)
def test_no_check_of_the_conformance_suite_fails(endpoint_of: Callable[[str], Api], toml: str, failed: set[str]):
    api = endpoint_of(toml)
    found = check(api)
    assert found.keys() == failed, found
    for path in ("/Users", "/Groups"):  # the suite deletes what it creates
        listed = api.get(path)
        assert listed.status == 404 or listed.json["totalResults"] == len(listed.json.get("Resources", []))
    assert all(f"'{LOGIN}'" in found[each] for each in OF_LOGIN & failed)
