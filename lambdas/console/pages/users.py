"""Users: found by a name, shown with groups and the reason for each permission set, disabled, enabled and deleted."""

import csv
import io
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.paging import PAGE, Pager
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.environment.file import Source
from lambdas.operations.journal import Journal
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.problems import Problem
from lambdas.operations.resources import BY_HAND, Resources
from lambdas.scim.product_schema import PRODUCT_USER

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LISTED = ("userName", "displayName", "active", "externalId")
"""The attributes that a list of users shows, with those of the CSV file."""


def add_routes(console: Console) -> None:
    """Serve the pages of users."""

    def resources(request: Request) -> Resources:
        return Resources(console.target(request))

    def found(request: Request) -> tuple[list[dict[str, Any]], Pager | None]:
        """Return the users that a search finds, or a page of all."""
        name = request.query.get("q", "").strip()
        if name:
            user = resources(request).find("User", name)
            return ([user] if user else []), None
        pager = Pager.of(request.query)
        page = resources(request).page_at("User", pager.start, PAGE, only=LISTED)
        return page.resources, pager.over(page.total)

    def user_with_id(request: Request, user_id: str) -> dict[str, Any]:
        user = resources(request).find("User", user_id)
        if user is None:
            raise Problem("There is no such user: it was deleted.")
        return user

    def back(request: Request, user_id: str, done: str) -> Response[str]:
        return responses.redirect(f"{request.urls.base}{ROOT}/users/{user_id}?done={done}")

    @console.page("GET", "/users", Role.ADMINISTRATOR)
    def listed(request: Request) -> Response[str]:
        """List users, or the one with a name."""
        users, pager = found(request)
        query = request.query.get("q", "").strip()
        rows = [(user, source_of(user)) for user in users]
        return console.show("users.html", request, title="Users", rows=rows, pager=pager, query=query)

    @console.page("GET", "/users.csv", Role.ADMINISTRATOR)
    def as_csv(request: Request) -> Response[str]:
        """Return the users of a page as CSV."""
        users, _ = found(request)
        return responses.download("users.csv", csv_of(users))

    @console.page("GET", "/users/<user_id>", Role.ADMINISTRATOR)
    def one(request: Request, user_id: str) -> Response[str]:
        """Show one user."""
        user = user_with_id(request, user_id)
        permissions = PermissionOperations(resources(request))
        sources = permissions.permissions.sources
        return console.show(
            "user.html",
            request,
            title=user["userName"],
            user=user,
            attributes=attributes_of(user),
            grants=permissions.grants(user),
            assigned=permissions.assigned(user),
            sets=permissions.permissions.sets,
            can_assign=Source.OPERATOR in sources,
            login=(user.get(PRODUCT_USER) or {}).get("loginMethod"),
            active=user.get("active", True),
            source=source_of(user),
        )

    @console.page("POST", "/users/<user_id>/state", Role.ADMINISTRATOR)
    def set_state(request: Request, user_id: str) -> Response[str]:
        """Disable or enable a user."""
        wanted = request.form.get("state") == "enabled"
        operation = {"op": "replace", "path": "active", "value": wanted}
        journal = Journal(console.target(request))
        resources(request).change(journal, "PATCH", "User", user_id, {"schemas": [PATCH], "Operations": [operation]})
        return back(request, user_id, "enabled" if wanted else "disabled")

    @console.page("POST", "/users/<user_id>/delete", Role.ADMINISTRATOR)
    def delete(request: Request, user_id: str) -> Response[str]:
        """Delete a user with its memberships."""
        resources(request).change(Journal(console.target(request)), "DELETE", "User", user_id)
        return responses.redirect(f"{request.urls.base}{ROOT}/users?done=deleted")

    @console.page("POST", "/users/<user_id>/sets", Role.ADMINISTRATOR)
    def assign(request: Request, user_id: str) -> Response[str]:
        """Assign permission sets to a user, or take them away: what is checked is what the user has from operators."""
        permissions = PermissionOperations(resources(request))
        permissions.require(Source.OPERATOR)
        user = user_with_id(request, user_id)
        wanted = {each.id for each in permissions.sets(request.fields.get("set", []))}
        before = permissions.assigned(user)
        if wanted - before:
            permissions.assign(user, permissions.sets(sorted(wanted - before)))
        if before - wanted:
            permissions.unassign(user, sorted(before - wanted))
        return back(request, user_id, "assigned")

    @console.page("POST", "/users/<user_id>/login", Role.ADMINISTRATOR)
    def set_login(request: Request, user_id: str) -> Response[str]:
        """Set how a user signs in to the product."""
        method = request.form.get("method")
        permissions = PermissionOperations(resources(request))
        permissions.set_login(user_with_id(request, user_id), method if method in ("external", "built-in") else None)
        return back(request, user_id, "login")


def attributes_of(user: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a user's attributes for people: paths and values, without what the page shows elsewhere."""
    elsewhere = {"schemas", "groups", "entitlements", "active", "meta", "id", BY_HAND, PRODUCT_USER}
    return [each for name, value in user.items() if name not in elsewhere for each in _flat(name, value)]


def _flat(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        joint = ":" if path.startswith("urn:") else "."
        return [each for name, inner in value.items() for each in _flat(f"{path}{joint}{name}", inner)]
    if isinstance(value, list):
        return [
            each
            for n, inner in enumerate(value)
            for each in _flat(path if not isinstance(inner, dict) else f"{path}[{inner.get('type', n + 1)}]", inner)
        ]
    return [(path, str(value).lower() if isinstance(value, bool) else str(value))]


def source_of(user: dict[str, Any]) -> str:
    """Return whether an identity provider provisions a user, or an operator created it by hand."""
    return "by hand" if user.get(BY_HAND) else "provisioned"


def csv_of(users: list[dict[str, Any]]) -> str:
    """Return users as CSV. A text that a spreadsheet would take for a formula starts with an apostrophe (OWASP, CSV injection)."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("userName", "displayName", "active", "externalId", "id")
    writer.writerow([*names, "source"])
    for user in users:
        row = [*(str(user.get(name, "")) for name in names), source_of(user)]
        writer.writerow([f"'{text}" if text[:1] in "=+-@\t\r" and text else text for text in row])
    return out.getvalue()
