"""Every operation that writes, as a client sends it: what it finds, what it asks for, and the state that it means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scim2_server.requests import ScimRequest

from lambdas.store.sweeping import sweep_group
from tests.storage.builders import GROUP, USER, Directory
from tests.storage.seeding import seed_users

MANY = 60
"""More members than one transaction holds, fewer than two of them do."""

Facts = dict[str, Any]
"""What an arrangement made: ids by name."""


@dataclass(frozen=True)
class Operation:
    """One operation, and what it is to reach."""

    name: str
    arrange: Callable[[Directory], Facts]
    request: Callable[[Facts], ScimRequest | None]
    """None for the sweep, which no client asks for."""

    reached: Callable[[Directory, Facts], bool]
    status: int
    repeated: frozenset[int] = field(default_factory=frozenset)
    """Further statuses that are right when the request is sent again after it took effect."""

    toml: str = ""
    """The tables of the environment's file that matter."""


def request(method: str, path: str, body: Any = None, **headers: str) -> ScimRequest:
    return ScimRequest(
        method,
        "https://scim.example/v2/c",
        path,
        headers={"Content-Type": "application/scim+json", **headers},
        body=b"" if body is None else json.dumps(body).encode(),
    )


def patch(path: str, *operations: Mapping[str, Any], **headers: str) -> ScimRequest:
    return request("PATCH", path, {"Operations": list(operations)}, **headers)


def values(ids: list[str]) -> list[dict[str, str]]:
    return [{"value": each} for each in ids]


def user(**more: Any) -> dict[str, Any]:
    return {"userName": "Ann", "externalId": "e1", "emails": [{"value": "ann@x", "primary": True}], **more}


# -- What an operation finds --------------------------------------------------------------------------------------------


def nothing(directory: Directory) -> Facts:
    return {}


def ann(directory: Directory) -> Facts:
    """A user in one group."""
    facts = {"ann": directory.user("Ann", externalId="e1", emails=[{"value": "ann@x"}])}
    facts["staff"] = directory.group("Staff", facts["ann"])
    facts["versions"] = {
        "ann": directory.version(USER, facts["ann"]),
        "staff": directory.version(GROUP, facts["staff"]),
    }
    return facts


def strangers(number: int) -> Callable[[Directory], Facts]:
    """Users in no group, and a group with one other member."""

    def arrange(directory: Directory) -> Facts:
        users = seed_users(directory, number)
        other = directory.user("other")
        return {"users": users, "other": other, "staff": directory.group("Staff", other)}

    return arrange


def members(directory: Directory) -> Facts:
    """A group of many users and another group, itself a member of a third."""
    users = seed_users(directory, MANY)
    inner = directory.group("Inner")
    staff = directory.group("Staff", inner, *users)
    return {"users": users, "inner": inner, "staff": staff, "outer": directory.group("Outer", staff)}


def joined(number: int) -> Callable[[Directory], Facts]:
    """A user in many groups."""

    def arrange(directory: Directory) -> Facts:
        user_id = directory.user("Ann", externalId="e1")
        return {"ann": user_id, "groups": [directory.group(f"Group {each}", user_id) for each in range(number)]}

    return arrange


def deleted(directory: Directory) -> Facts:
    """A group of many that was deleted and not swept yet."""
    facts = members(directory)
    directory.storage.delete(GROUP, facts["staff"])
    return facts


# -- What it is to reach ------------------------------------------------------------------------------------------------


def one(directory: Directory, resource_type: Any, scim_filter: str) -> Any:
    """Return the one resource that a filter finds, or None when it finds none or several."""
    found = directory.search(resource_type, filter=scim_filter)
    return found.resources[0] if found.total == len(found.resources) == 1 else None


def ann_exists(directory: Directory, facts: Facts) -> bool:
    found = one(directory, USER, 'userName eq "ann"')
    return found is not None and one(directory, USER, 'externalId eq "e1"').id == found.id


def staff_has(*names: str) -> Callable[[Directory, Facts], bool]:
    """Tell whether there is one group Staff with just these members."""

    def reached(directory: Directory, facts: Facts) -> bool:
        staff = one(directory, GROUP, 'displayName eq "Staff"')
        return staff is not None and directory.members(staff.id) == ids(facts, *names)

    return reached


def ids(facts: Facts, *names: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= {facts[name]} if isinstance(facts[name], str) else set(facts[name])
    return found


def replaced(directory: Directory, facts: Facts) -> bool:
    return directory.members(facts["staff"]) == {facts["inner"], *facts["users"][40:]}


def renamed(directory: Directory, facts: Facts) -> bool:
    staff = one(directory, GROUP, 'displayName eq "Crew"')
    free = one(directory, GROUP, 'displayName eq "Staff"') is None
    return staff is not None and free and directory.members(staff.id) == ids(facts, "users", "other")


def put_in_place(directory: Directory, facts: Facts) -> bool:
    crew = one(directory, GROUP, 'displayName eq "Crew"')
    return crew is not None and directory.members(crew.id) == set(facts["users"])


def titled(directory: Directory, facts: Facts) -> bool:
    found: Any = directory.get(USER, facts["ann"])
    return found.title == "Chief" and directory.groups(facts["ann"]) == {facts["staff"]}


def identified(directory: Directory, facts: Facts) -> bool:
    found = one(directory, GROUP, 'externalId eq "g1"')
    return found is not None and found.display_name == "Staff"


def renamed_user(directory: Directory, facts: Facts) -> bool:
    found = one(directory, USER, 'userName eq "eve"')
    return found is not None and one(directory, USER, 'userName eq "ann"') is None


def put_user(directory: Directory, facts: Facts) -> bool:
    found = one(directory, USER, 'emails.value eq "new@x"')
    return found is not None and found.title == "Chief" and one(directory, USER, 'emails.value eq "ann@x"') is None


def user_gone(directory: Directory, facts: Facts) -> bool:
    nobody = one(directory, USER, 'userName eq "ann"') is None and one(directory, USER, 'externalId eq "e1"') is None
    in_groups = directory.search(GROUP, filter=f'members eq "{facts["ann"]}"').total
    return nobody and in_groups == 0 and directory.members(facts["groups"][0]) == set()


def disabled(directory: Directory, facts: Facts) -> bool:
    """Tell whether the user is disabled and in no group."""
    found: Any = directory.get(USER, facts["ann"])
    in_groups = directory.search(GROUP, filter=f'members eq "{facts["ann"]}"').total
    return found.active is False and in_groups == 0 and directory.members(facts["groups"][0]) == set()


def group_gone(directory: Directory, facts: Facts) -> bool:
    nothing_of_it = one(directory, GROUP, 'displayName eq "Staff"') is None
    return nothing_of_it and directory.groups(facts["users"][0]) == directory.members(facts["outer"]) == set()


def swept(directory: Directory, facts: Facts) -> bool:
    return sweep_group(directory.table, directory.id, facts["staff"]) == 0


def create_group(facts: Facts) -> ScimRequest:
    return request("POST", "/Groups", {"displayName": "Staff", "externalId": "g", "members": values(facts["users"])})


def users_only(number: int) -> Callable[[Directory], Facts]:
    return lambda directory: {"users": seed_users(directory, number)}


LEAVE = '[users.deprovisioning]\nmemberships = "remove"\n'
REMOVE = '[users.deprovisioning]\ndeactivated = "remove"\n'
DISABLE = {"op": "Replace", "path": "active", "value": "False"}
TITLE = {"op": "replace", "path": "title", "value": "Chief"}

OPERATIONS = [
    Operation("POST user", nothing, lambda _: request("POST", "/Users", user()), ann_exists, 201, frozenset({409})),
    Operation("POST group with 3", users_only(3), create_group, staff_has("users"), 201, frozenset({409})),
    Operation(f"POST group with {MANY}", users_only(MANY), create_group, staff_has("users"), 201, frozenset({409})),
    Operation("PATCH user's title", ann, lambda of: patch(f"/Users/{of['ann']}", TITLE), titled, 200),
    Operation(
        "PATCH user's title, If-Match",
        ann,
        lambda of: patch(f"/Users/{of['ann']}", TITLE, **{"If-Match": of["versions"]["ann"]}),
        titled,
        200,
        frozenset({412}),
    ),
    Operation(
        "PATCH group's externalId, If-Match",
        ann,
        lambda of: patch(
            f"/Groups/{of['staff']}",
            {"op": "add", "path": "externalId", "value": "g1"},
            **{"If-Match": of["versions"]["staff"]},
        ),
        identified,
        204,
        frozenset({412}),
    ),
    Operation(
        "PATCH userName",
        ann,
        lambda of: patch(f"/Users/{of['ann']}", {"op": "replace", "path": "userName", "value": "Eve"}),
        renamed_user,
        200,
    ),
    Operation(
        "PUT user",
        ann,
        lambda of: request("PUT", f"/Users/{of['ann']}", user(title="Chief", emails=[{"value": "new@x"}])),
        put_user,
        200,
    ),
    *(
        Operation(
            f"PATCH group, add {number}",
            strangers(number),
            lambda of: patch(f"/Groups/{of['staff']}", {"op": "add", "path": "members", "value": values(of["users"])}),
            staff_has("users", "other"),
            204,
        )
        for number in (1, MANY)
    ),
    Operation(
        "PATCH group, remove 1",
        members,
        lambda of: patch(f"/Groups/{of['staff']}", {"op": "remove", "path": f'members[value eq "{of["inner"]}"]'}),
        staff_has("users"),
        204,
    ),
    Operation(
        f"PATCH group, remove {MANY}",
        members,
        lambda of: patch(f"/Groups/{of['staff']}", {"op": "remove", "path": "members", "value": values(of["users"])}),
        staff_has("inner"),
        204,
    ),
    Operation(
        "PATCH group, replace members",
        members,
        lambda of: patch(
            f"/Groups/{of['staff']}",
            {"op": "replace", "path": "members", "value": values([of["inner"], *of["users"][40:]])},
        ),
        replaced,
        204,
    ),
    Operation(
        f"PATCH group, rename and add {MANY}",
        strangers(MANY),
        lambda of: patch(
            f"/Groups/{of['staff']}",
            {"op": "replace", "path": "displayName", "value": "Crew"},
            {"op": "add", "path": "members", "value": values(of["users"])},
        ),
        renamed,
        204,
    ),
    Operation(
        "PUT group",
        strangers(MANY),
        lambda of: request("PUT", f"/Groups/{of['staff']}", {"displayName": "Crew", "members": values(of["users"])}),
        put_in_place,
        200,
    ),
    *(
        Operation(
            f"DELETE user in {number} groups",
            joined(number),
            lambda of: request("DELETE", f"/Users/{of['ann']}"),
            user_gone,
            204,
            frozenset({404}),
        )
        for number in (3, MANY)
    ),
    *(
        each
        for number in (3, MANY)
        for each in (
            Operation(
                f"PATCH user, who is disabled and leaves {number} groups",
                joined(number),
                lambda of: patch(f"/Users/{of['ann']}", DISABLE),
                disabled,
                200,
                toml=LEAVE,
            ),
            Operation(
                f"PATCH user, who is disabled and removed from {number} groups",
                joined(number),
                lambda of: patch(f"/Users/{of['ann']}", DISABLE),
                user_gone,
                200,
                frozenset({404}),
                toml=REMOVE,
            ),
            Operation(
                f"DELETE user, who is disabled and leaves {number} groups",
                joined(number),
                lambda of: request("DELETE", f"/Users/{of['ann']}"),
                disabled,
                204,
                toml=LEAVE + 'deleted = "disable"',
            ),
        )
    ),
    Operation(
        "DELETE group",
        members,
        lambda of: request("DELETE", f"/Groups/{of['staff']}"),
        group_gone,
        204,
        frozenset({404}),
    ),
    Operation("sweep", deleted, lambda _: None, swept, 204),
]
