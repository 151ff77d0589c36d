"""What the commands of `scimctl users` do to one user."""

import json
from typing import Any

import typer
from rich.text import Text

from lambdas.operations.journal import Journal
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from scimctl import console
from scimctl.lookup import find
from scimctl.options import Output, confirm
from scimctl.permissions.show import print_change
from scimctl.resources import show as printing
from scimctl.targets import resolve
from scimprobe.printable import printable

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def show(environment: str, directory: str | None, name: str, output: Output) -> None:
    """Print a user."""
    resources = Resources(resolve(environment), directory)
    user = find(resources, "user", name)
    if output is Output.JSON:
        printing.print_json({**user, **_permission_sets(resources, user)})
        return
    has_sets = resources.directories.product.computes_entitlements
    printing.print_user({key: value for key, value in user.items() if key != "entitlements" or not has_sets})
    if has_sets:
        printing.print_grants(PermissionOperations(resources).grants(user), active=user.get("active") is not False)


def create(
    environment: str,
    directory: str | None,
    user_name: str,
    name: str | None,
    email: str | None,
    attributes: str | None,
    output: Output,
) -> None:
    """Create a user by hand, and print it.

    :param attributes: A JSON object of other attributes.
    """
    body: dict[str, Any] = {"userName": user_name, "active": True, **_attributes(attributes)}
    if name:
        body["displayName"] = name
    if email:
        body["emails"] = [{"value": email, "type": "work", "primary": True}]
    resources = Resources(resolve(environment), directory)
    user = resources.create_user(Journal(resources.target), body)
    if output is Output.JSON:
        printing.print_json(user)
        return
    login = resources.target.settings.login
    signs_in = " It signs in with the product's own password." if login else ""
    _print(f"User {user['userName']} ({user['id']}) is created by hand.{signs_in}")


def _attributes(text: str | None) -> dict[str, Any]:
    """Return the attributes in a JSON object.

    :raises typer.BadParameter: When the text is not a JSON object.
    """
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise typer.BadParameter(f"not JSON: {error}", param_hint="--attributes") from None
    if not isinstance(value, dict):
        raise typer.BadParameter('pass a JSON object, such as \'{"title": "Guest"}\'', param_hint="--attributes")
    return value


def set_active(environment: str, directory: str | None, name: str, *, wanted: bool) -> None:
    """Enable or disable a user."""
    resources = Resources(resolve(environment), directory)
    user = find(resources, "user", name)
    state = "enabled" if wanted else "disabled"
    groups = len(user.get("groups") or [])
    leaves = not wanted and groups > 0 and resources.target.settings.users.deprovisioning.memberships == "remove"
    if (user.get("active") is not False) is wanted and not leaves:
        _print(f"User {user['userName']} is {state} already.")
        return
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": wanted}]}
    resources.change(Journal(resources.target), "PATCH", "User", user["id"], body)
    left = f", and left {_number(groups, 'group')}" if leaves else ""
    _print(f"User {user['userName']} ({user['id']}) is {state}{left}.")


def set_login(environment: str, directory: str | None, name: str, method: str | None, output: Output) -> None:
    """Set a user's login method; None for the default of the environment's file.

    :raises Problem: When the file has no login methods.
    """
    resources = Resources(resolve(environment), directory)
    default = resources.target.settings.login
    if default is None:
        raise Problem(
            f"Users of environment {environment} have no login method: environments/{environment}.toml has no table [login]."
        )
    user = find(resources, "user", name)
    change = PermissionOperations(resources).set_login(user, method)
    if output is Output.JSON:
        print_change(user, change, "signs in by", output)
        return
    now = next(iter(change.after), f"{default.default}, the default")
    _print(f"User {user['userName']} signs in by: {now}" + (" (already)." if change.before == change.after else "."))


def delete(environment: str, directory: str | None, name: str, *, yes: bool) -> None:
    """Delete a user."""
    resources = Resources(resolve(environment), directory)
    user = find(resources, "user", name)
    groups = len(user.get("groups") or [])
    member = f", a member of {_number(groups, 'group')}," if groups else ""
    confirm(f"User {printable(user['userName'])}{member} will be deleted from {resources.place}.", yes=yes)
    resources.change(Journal(resources.target), "DELETE", "User", user["id"])
    _print(f"User {user['userName']} ({user['id']}) is deleted.")


def _permission_sets(resources: Resources, user: dict[str, Any]) -> dict[str, Any]:
    """Return for programs the permission sets of a user and why, also of a disabled one; nothing where there are none."""
    if not resources.directories.product.computes_entitlements:
        return {}
    grants = PermissionOperations(resources).grants(user)
    return {"permissionSets": [{"id": each.set.id, "reasons": [str(one) for one in each.reasons]} for each in grants]}


def _print(sentence: str) -> None:
    console.out.print(Text(printable(sentence)), soft_wrap=True)


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
