"""Groups: provisioned ones, their members by name, and the permission sets they are mapped to."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.paging import PAGE, Pager
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.environment.file import Source
from lambdas.environment.permission_sets import Grant
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Members, Resources


def add_routes(console: Console) -> None:
    """Serve the pages of groups."""

    def resources(request: Request) -> Resources:
        return Resources(console.target(request))

    def group_with_id(request: Request, group_id: str) -> dict[str, Any]:
        group = resources(request).head("Group", group_id)
        if group is None:
            raise Problem("There is no such group: it was deleted.")
        return group

    @console.page("GET", "/groups", Role.ADMINISTRATOR)
    def listed(request: Request) -> Response[str]:
        """List groups, or the one with a name."""
        name = request.query.get("q", "").strip()
        pager = Pager.of(request.query)
        if name:
            found = resources(request).find("Group", name)
            groups = [found] if found else []
            shown = None
        else:
            page = resources(request).page_at("Group", pager.start, PAGE, only=("displayName",))
            groups, shown = page.resources, pager.over(page.total)
        mappings = PermissionOperations(resources(request)).mappings() if console.environment.permissions.sets else {}
        return console.show(
            "groups.html",
            request,
            title="Groups",
            groups=groups,
            pager=shown,
            query=name,
            mappings=mappings,
            names={each.id: each.name for each in console.environment.permissions.sets},
        )

    @console.page("GET", "/groups/<group_id>", Role.ADMINISTRATOR)
    def one(request: Request, group_id: str) -> Response[str]:
        """Show one group with a page of its members, or whether one user is among them."""
        group = group_with_id(request, group_id)
        name = request.query.get("member", "").strip()
        found = resources(request).memberships(group_id, name) if name else []
        members = Members([], None)
        if not name:
            members = resources(request).members(group_id, request.query.get("after") or None, size=PAGE)
        permissions = PermissionOperations(resources(request))
        mapped = permissions.mappings().get(group_id, frozenset()) if permissions.permissions.sets else frozenset()
        return console.show(
            "group.html",
            request,
            title=group["displayName"],
            group=group,
            members=members.members,
            next_after=members.next,
            is_later="after" in request.query,
            query=name,
            found=found,
            mapped=mapped,
            sets=permissions.permissions.sets,
            can_map=Source.GROUPS in permissions.permissions.sources,
        )

    @console.page("POST", "/groups/<group_id>/preview", Role.ADMINISTRATOR)
    def preview(request: Request, group_id: str) -> Response[str]:
        """Show whom a new mapping changes, before it is made."""
        permissions = PermissionOperations(resources(request))
        permissions.require(Source.GROUPS)
        wanted = {each.id for each in permissions.sets(request.fields.get("set", []))}
        before = permissions.mappings().get(group_id, frozenset())
        group = group_with_id(request, group_id)
        members = resources(request).members(group_id, size=PAGE)
        users = resources(request).heads("User", [each.id for each in members.members if each.type == "User"])
        now, then = permissions.grants_of(users), permissions.grants_of(users, (group_id, frozenset(wanted)))
        return console.show(
            "mapping_preview.html",
            request,
            title="Change the mapping?",
            group=group,
            names={each.id: each.name for each in permissions.permissions.sets},
            added=sorted(wanted - before),
            removed=sorted(before - wanted),
            wanted=sorted(wanted),
            rows=[(user, *_difference(now.get(user["id"], []), then.get(user["id"], []))) for user in users],
            has_more=members.next is not None,
        )

    @console.page("POST", "/groups/<group_id>/sets", Role.ADMINISTRATOR)
    def map_sets(request: Request, group_id: str) -> Response[str]:
        """Map a group to exactly the sets that are checked."""
        permissions = PermissionOperations(resources(request))
        permissions.require(Source.GROUPS)
        group = group_with_id(request, group_id)
        wanted = {each.id for each in permissions.sets(request.fields.get("set", []))}
        before = permissions.mappings().get(group_id, frozenset())
        if wanted - before:
            permissions.map_group(group, permissions.sets(sorted(wanted - before)))
        if before - wanted:
            permissions.unmap_group(group, sorted(before - wanted))
        return responses.redirect(f"{request.urls.base}{ROOT}/groups/{group_id}?done=mapped")


def _difference(now: Sequence[Grant], then: Sequence[Grant]) -> tuple[list[str], list[str]]:
    """Return the names of the sets that a user gains and loses."""
    before, after = ({each.set.id: each.set.name for each in grants} for grants in (now, then))
    return [name for key, name in after.items() if key not in before], [
        name for key, name in before.items() if key not in after
    ]
