"""The operations that identity providers ask for, each as the one request that is measured.

An operation is a generator: what it does before it yields its request and after it was answered is preparation and tidying up,
and leaves the directory as it was.
"""

from collections.abc import Callable, Generator
from typing import Any

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from benchmarks.places import Place, TablePlace, request
from lambdas.store.memberships import BATCH

Steps = Generator[ScimRequest, ScimResponse, None]
Operation = Callable[[Any], Steps]


def measured(place: Place, operation: Operation, measure: Callable[[ScimRequest], ScimResponse]) -> None:
    """Run an operation, its request through ``measure``."""
    steps = operation(place)
    response = measure(next(steps))
    try:
        steps.send(response)
    except StopIteration:
        return
    raise AssertionError("an operation yields one request")


# -- Users --------------------------------------------------------------------------------------------------------------


def match_absent_user(at: Place) -> Steps:
    """Ask for a user that is not there: how every identity provider begins."""
    yield request("GET", "/Users", filter='userName eq "nobody@example.com"')


def match_user_by_name(at: Place) -> Steps:
    """Ask for a user in no group by its userName."""
    yield request("GET", "/Users", filter='userName eq "user0000001@example.com"')


def match_user_by_external_id(at: Place) -> Steps:
    """Ask for a user in no group by its externalId."""
    yield request("GET", "/Users", filter='externalId eq "00000000-0000-0000-0000-000000000001"')


def read_user(at: Place) -> Steps:
    """Read a user that is in no group."""
    yield request("GET", f"/Users/{at.dataset.spare[1]}")


def read_member(at: Place) -> Steps:
    """Read a user that is in one group."""
    yield request("GET", f"/Users/{at.dataset.member}")


def create_user(at: Place) -> Steps:
    """Create a user with an e-mail address and an externalId."""
    response = yield request("POST", "/Users", NEW_USER)
    at.send("DELETE", f"/Users/{_id(response)}")


def change_user(at: Place) -> Steps:
    """Change an attribute that nothing is found by."""
    user = at.dataset.spare[2]
    yield request("PATCH", f"/Users/{user}", patch("title", "Manager!"))
    at.send("PATCH", f"/Users/{user}", patch("title", "Engineer"))


def change_email(at: Place) -> Steps:
    """Change the e-mail address, by which users can be looked up."""
    user, path = at.dataset.spare[2], 'emails[type eq "work"].value'
    yield request("PATCH", f"/Users/{user}", patch(path, "user@example.com"))
    at.send("PATCH", f"/Users/{user}", patch(path, "user0000002@example.com"))


def rename_user(at: Place) -> Steps:
    """Change the userName, which is unique."""
    user = at.dataset.spare[2]
    yield request("PATCH", f"/Users/{user}", patch("userName", "user@example.com"))
    at.send("PATCH", f"/Users/{user}", patch("userName", "user0000002@example.com"))


def delete_user(at: Place) -> Steps:
    """Delete a user that is in no group."""
    user = _id(at.send("POST", "/Users", NEW_USER))
    yield request("DELETE", f"/Users/{user}")


def delete_member(at: Place) -> Steps:
    """Delete a user that is in the large group."""
    user = _id(at.send("POST", "/Users", NEW_USER))
    at.send("PATCH", f"/Groups/{at.dataset.group}", members("add", [user]))
    yield request("DELETE", f"/Users/{user}")


def delete_member_of_45(at: Place) -> Steps:
    """Delete a user that is in 45 groups."""
    user = _id(at.send("POST", "/Users", NEW_USER))
    groups = [{"displayName": f"Group {number}", "members": [{"value": user}]} for number in range(BATCH)]
    made = [_id(at.send("POST", "/Groups", each)) for each in groups]
    yield request("DELETE", f"/Users/{user}")
    for each in made:
        at.send("DELETE", f"/Groups/{each}")


# -- Lists --------------------------------------------------------------------------------------------------------------


def count_users(at: Place) -> Steps:
    """Ask how many users there are."""
    yield request("GET", "/Users", count=0)


def list_first(at: Place) -> Steps:
    """List the first hundred users."""
    yield request("GET", "/Users", startIndex=1, count=100)


def list_fifty(at: Place) -> Steps:
    """List the first fifty users."""
    yield request("GET", "/Users", startIndex=1, count=50)


def list_by_cursor(at: Place) -> Steps:
    """List a hundred users by cursor."""
    yield request("GET", "/Users", cursor="", count=100)


# -- Groups -------------------------------------------------------------------------------------------------------------


def create_group(at: Place) -> Steps:
    """Create a group without members."""
    response = yield request("POST", "/Groups", {"displayName": "New"})
    at.send("DELETE", f"/Groups/{_id(response)}")


def read_group(at: Place) -> Steps:
    """Read the large group without its members: what Entra asks for."""
    yield request("GET", f"/Groups/{at.dataset.group}", excludedAttributes="members")


def match_group(at: Place) -> Steps:
    """Ask for the large group by its name, without its members."""
    yield request("GET", "/Groups", filter='displayName eq "Everyone"', excludedAttributes="members")


def ask_for_member(at: Place) -> Steps:
    """Ask whether a user is a member of the large group."""
    both = f'id eq "{at.dataset.group}" and members eq "{at.dataset.member}"'
    yield request("GET", "/Groups", filter=both, excludedAttributes="members")


def rename_group(at: Place) -> Steps:
    """Give the large group another name."""
    group = f"/Groups/{at.dataset.group}"
    yield request("PATCH", group, patch("displayName", "Everybody"))
    at.send("PATCH", group, patch("displayName", "Everyone"))


def add_member(at: Place) -> Steps:
    """Add one member to the large group."""
    group, one = f"/Groups/{at.dataset.group}", at.dataset.spare[3:4]
    yield request("PATCH", group, members("add", one))
    at.send("PATCH", group, members("remove", one))


def remove_member(at: Place) -> Steps:
    """Remove one member from the large group."""
    group, one = f"/Groups/{at.dataset.group}", at.dataset.spare[3:4]
    at.send("PATCH", group, members("add", one))
    yield request("PATCH", group, members("remove", one))


def add_45_members(at: Place) -> Steps:
    """Add as many members to the large group as are one transaction."""
    group, many = f"/Groups/{at.dataset.group}", at.dataset.spare[4 : 4 + BATCH]
    yield request("PATCH", group, members("add", many))
    at.send("PATCH", group, members("remove", many))


def remove_45_members(at: Place) -> Steps:
    """Remove as many members from the large group as are one transaction."""
    group, many = f"/Groups/{at.dataset.group}", at.dataset.spare[4 : 4 + BATCH]
    at.send("PATCH", group, members("add", many))
    yield request("PATCH", group, members("remove", many))


def delete_group(at: TablePlace) -> Steps:
    """Delete the large group. What it leaves is swept later, by the function behind the table's stream."""
    saved = at.group_items()
    yield request("DELETE", f"/Groups/{at.dataset.group}")
    at.put(saved)


OPERATIONS: dict[str, Operation] = {
    '`GET /Users?filter=userName eq "x"`, miss': match_absent_user,
    '`GET /Users?filter=userName eq "x"`, hit': match_user_by_name,
    '`GET /Users?filter=externalId eq "x"`, hit': match_user_by_external_id,
    "`GET /Users/{id}`, in no group": read_user,
    "`GET /Users/{id}`, in a group": read_member,
    "`POST /Users`": create_user,
    "`PATCH /Users/{id}`, title": change_user,
    "`PATCH /Users/{id}`, userName": rename_user,
    "`DELETE /Users/{id}`, in no group": delete_user,
    "`DELETE /Users/{id}`, in the large group": delete_member,
    "`DELETE /Users/{id}`, in 45 groups": delete_member_of_45,
    "`GET /Users?count=0`": count_users,
    "`GET /Users?startIndex=1&count=100`": list_first,
    "`GET /Users?cursor&count=100`": list_by_cursor,
    "`POST /Groups`, without members": create_group,
    "`GET /Groups/{id}?excludedAttributes=members`": read_group,
    '`GET /Groups?filter=displayName eq "x"`': match_group,
    '`GET /Groups?filter=id eq "g" and members eq "u"`': ask_for_member,
    "`PATCH /Groups/{id}`, displayName": rename_group,
    "`PATCH /Groups/{id}`, add 1 member": add_member,
    "`PATCH /Groups/{id}`, remove 1 member": remove_member,
    "`PATCH /Groups/{id}`, add 45 members": add_45_members,
    "`PATCH /Groups/{id}`, remove 45 members": remove_45_members,
    "`DELETE /Groups/{id}`": delete_group,
}
"""By the request it makes, each operation: the rows of the tables."""

NEW_USER = {
    "userName": "new@example.com",
    "externalId": "new",
    "active": True,
    "name": {"givenName": "New", "familyName": "User"},
    "emails": [{"value": "new@example.com", "type": "work", "primary": True}],
}


def patch(path: str, value: Any) -> dict[str, Any]:
    """Return the body of a PATCH that replaces one attribute."""
    return {"Operations": [{"op": "Replace", "path": path, "value": value}]}


def members(op: str, ids: list[str]) -> dict[str, Any]:
    """Return the body of a PATCH that adds or removes members, as Entra sends it."""
    return {"Operations": [{"op": op.capitalize(), "path": "members", "value": [{"value": each} for each in ids]}]}


def _id(response: ScimResponse) -> str:
    return str((response.body or {})["id"])
