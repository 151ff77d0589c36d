"""`scimctl users`: look at the users of a directory, and close or remove one."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from lambdas.operations.journal import Journal
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from scimctl import console
from scimctl.options import confirm
from scimctl.permissions.show import print_change
from scimctl.resources import show as showing
from scimctl.resources.options import (
    DirectoryOption,
    EnvironmentOption,
    FilterOption,
    LimitOption,
    Output,
    OutputOption,
    UserArgument,
    YesOption,
    existing,
    limit_of,
)
from scimctl.targets import resolve
from scimprobe.printable import printable

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Login(StrEnum):
    """What an operator may say of how a user signs in."""

    EXTERNAL = "external"
    BUILT_IN = "built-in"
    DEFAULT = "default"


@app.callback()
def users() -> None:
    """Look at the users of a directory; disable, enable or delete one, or say how one signs in.

    A change is made by the rules of the endpoint, and is in `scimctl log` under your AWS identity.
    """


@app.command(name="list")
def list_users(
    environment: EnvironmentOption,
    scim_filter: FilterOption = None,
    directory: DirectoryOption = None,
    limit: LimitOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List users, with their exact number.

    **Examples**

    `scimctl users list --environment acme`

    `scimctl users list --environment acme --filter 'active eq false'`

    `scimctl users list --environment acme --filter 'userName sw "ann"' --output json`
    """
    resources = Resources(resolve(environment), directory)
    if output is Output.JSON:
        showing.print_json_list(resources.pages("User", scim_filter), limit_of(limit, output))
        return
    pages = resources.pages("User", scim_filter, leaving_out="groups")
    showing.print_list(pages, showing.USER_COLUMNS, "user", limit_of(limit, output))


@app.command()
def show(
    user: UserArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a user: all attributes, its groups, and its permission sets with the reason for each.

    **Examples**

    `scimctl users show ada@example.com --environment acme`

    `scimctl users show 8ca0a5b5-b626-4467-93e1-2a0cda85a644 --environment acme --output json`
    """
    resources = Resources(resolve(environment), directory)
    found = existing(resources, "user", user)
    if output is Output.JSON:
        showing.print_json({**found, **_permission_sets(resources, found)})
        return
    says_sets = resources.directories.product.computes_entitlements
    showing.print_user({name: value for name, value in found.items() if name != "entitlements" or not says_sets})
    if says_sets:
        showing.print_grants(PermissionOperations(resources).grants(found), active=found.get("active") is not False)


@app.command()
def disable(user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None) -> None:
    """Disable a user: `active` becomes false, as when an identity provider takes somebody's access away.

    The user stays, also where the environment's file removes whom an identity provider disables; whether in its groups, the
    file says. The identity provider enables it again when it next sends `active`, which Entra ID does
    when that changes on its side; to keep somebody out, unassign them there.

    **Example**

    `scimctl users disable ada@example.com --environment acme`
    """
    _set_active(Resources(resolve(environment), directory), user, wanted=False)


@app.command()
def enable(user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None) -> None:
    """Enable a user that was disabled: `active` becomes true.

    **Example**

    `scimctl users enable ada@example.com --environment acme`
    """
    _set_active(Resources(resolve(environment), directory), user, wanted=True)


@app.command()
def login(
    user: UserArgument,
    method: Annotated[
        Login,
        typer.Argument(metavar="METHOD", help="external, built-in, or default for what the environment's file says."),
    ],
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Say how a user signs in to the product: through the identity provider, or with a password of the product.

    The product reads it as `loginMethod` of the user. No sync overwrites it.

    **Examples**

    `scimctl users login guest@example.com built-in --environment acme`

    `scimctl users login guest@example.com default --environment acme`
    """
    resources = Resources(resolve(environment), directory)
    default = resources.target.settings.login
    if default is None:
        raise Problem(
            f"environments/{environment}.toml has no table [login]: users of {environment} have no login method."
        )
    found = existing(resources, "user", user)
    decided = PermissionOperations(resources).set_login(found, None if method is Login.DEFAULT else method.value)
    if output is Output.JSON:
        print_change(found, decided, "signs in by", output)
        return
    now = next(iter(decided.after), f"{default.default}, the default")
    _say(f"User {found['userName']} signs in by: {now}" + (" (already)." if decided.before == decided.after else "."))


@app.command()
def delete(
    user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None, yes: YesOption = False
) -> None:
    """Delete a user with its memberships, also where the environment's file only disables whom an identity provider deletes.

    It cannot be undone; the userName is free at once.

    Entra ID remembers the user's id and reports InvalidAnchor until it matches again: restart provisioning there.

    **Example**

    `scimctl users delete ada@example.com --environment acme`
    """
    resources = Resources(resolve(environment), directory)
    found = existing(resources, "user", user)
    groups = len(found.get("groups") or [])
    of_groups = f", a member of {groups:,} group{'' if groups == 1 else 's'}," if groups else ""
    confirm(f"User {found['userName']}{of_groups} will be deleted from {resources.place}.", yes=yes)
    resources.change(Journal(resources.target), "DELETE", "User", found["id"])
    _say(f"User {found['userName']} ({found['id']}) is deleted.")


def _say(sentence: str) -> None:
    console.out.print(Text(printable(sentence)), soft_wrap=True)


def _permission_sets(resources: Resources, user: dict[str, Any]) -> dict[str, Any]:
    """Return, for a program, why the user has its sets or, when disabled, would have them; nothing where there are none."""
    if not resources.directories.product.computes_entitlements:
        return {}
    grants = PermissionOperations(resources).grants(user)
    return {"permissionSets": [{"id": each.set.id, "reasons": [str(one) for one in each.reasons]} for each in grants]}


def _set_active(resources: Resources, name: str, *, wanted: bool) -> None:
    found = existing(resources, "user", name)
    state = "enabled" if wanted else "disabled"
    groups = len(found.get("groups") or [])
    leaves = not wanted and groups > 0 and resources.target.settings.users.deprovisioning.memberships == "remove"
    if (found.get("active") is not False) is wanted and not leaves:
        _say(f"User {found['userName']} is {state} already.")
        return
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": wanted}]}
    resources.change(Journal(resources.target), "PATCH", "User", found["id"], body)
    left = f", and left {groups:,} group{'' if groups == 1 else 's'}" if leaves else ""
    _say(f"User {found['userName']} ({found['id']}) is {state}{left}.")
