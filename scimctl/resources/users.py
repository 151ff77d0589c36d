"""`scimctl users`: list, show, create, disable, enable and delete the users of a directory."""

from enum import StrEnum
from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import (
    DirectoryOption,
    EnvironmentOption,
    Output,
    OutputOption,
    UserArgument,
    YesOption,
)
from scimctl.resources.options import FilterOption, LimitOption, limit_of

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


class Login(StrEnum):
    """The values that an operator can set for a login method."""

    EXTERNAL = "external"
    BUILT_IN = "built-in"
    DEFAULT = "default"


@app.callback()
def users() -> None:
    """List, show, create, disable, enable and delete users.

    A change follows the rules of the endpoint, and is recorded in `scimctl log` under your AWS identity.
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
    from lambdas.operations.resources import Resources
    from scimctl.resources import show as printing
    from scimctl.targets import resolve

    resources = Resources(resolve(environment), directory)
    if output is Output.JSON:
        printing.print_json_list(resources.pages("User", scim_filter), limit_of(limit, output))
        return
    pages = resources.pages("User", scim_filter, leaving_out="groups")
    printing.print_list(pages, printing.USER_COLUMNS, "user", limit_of(limit, output))


@app.command()
def show(
    user: UserArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a user: all attributes, the groups, and the permission sets with the reason for each.

    **Examples**

    `scimctl users show ada@example.com --environment acme`

    `scimctl users show 8ca0a5b5-b626-4467-93e1-2a0cda85a644 --environment acme --output json`
    """
    from scimctl.resources import user_actions

    user_actions.show(environment, directory, user, output)


@app.command()
def create(
    user_name: Annotated[str, typer.Argument(metavar="USER_NAME", help="The userName, for example an e-mail address.")],
    environment: EnvironmentOption,
    name: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The displayName, for example 'Ada Lovelace'.", show_default=False),
    ] = None,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="An e-mail address.", show_default=False)] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help='Other attributes, as a SCIM object: \'{"title": "Guest"}\'.', show_default=False
        ),
    ] = None,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Create a user by hand, for example a guest who is not in the identity provider. It signs in with the product's own password.

    Lists show it with the source *by hand*. An identity provider can neither disable nor delete it, until it provisions the same
    userName: then the user belongs to the identity provider, with the attributes that it sends. The login method and the assigned
    permission sets stay.

    **Examples**

    `scimctl users create guest@partner.example --name "Grace Hopper" --environment acme`

    `scimctl users create ops@example.com --attributes '{"title": "Service account"}' --environment acme --output json`
    """
    from scimctl.resources import user_actions

    user_actions.create(environment, directory, user_name, name, email, attributes, output)


@app.command()
def disable(user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None) -> None:
    """Disable a user: set `active` to false, as an identity provider does to end a user's access.

    The user is kept, also where the environment's file removes the users that an identity provider disables; the file decides
    whether it stays in its groups. The identity provider enables the user again when it next sends `active`, which Entra ID does
    when the user's state changes there. To end access permanently, unassign the user in the identity provider.

    **Example**

    `scimctl users disable ada@example.com --environment acme`
    """
    from scimctl.resources import user_actions

    user_actions.set_active(environment, directory, user, wanted=False)


@app.command()
def enable(user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None) -> None:
    """Enable a disabled user: set `active` to true.

    **Example**

    `scimctl users enable ada@example.com --environment acme`
    """
    from scimctl.resources import user_actions

    user_actions.set_active(environment, directory, user, wanted=True)


@app.command()
def login(
    user: UserArgument,
    method: Annotated[
        Login,
        typer.Argument(
            metavar="METHOD", help="external, built-in, or default for the value in the environment's file."
        ),
    ],
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Set how a user signs in to the product: through the identity provider, or with a password of the product.

    The product reads it as the user's `loginMethod`. No sync overwrites it.

    **Examples**

    `scimctl users login guest@example.com built-in --environment acme`

    `scimctl users login guest@example.com default --environment acme`
    """
    from scimctl.resources import user_actions

    wanted = None if method is Login.DEFAULT else method.value
    user_actions.set_login(environment, directory, user, wanted, output)


@app.command()
def delete(
    user: UserArgument, environment: EnvironmentOption, directory: DirectoryOption = None, yes: YesOption = False
) -> None:
    """Delete a user and its memberships, also where an identity provider's DELETE only disables. It cannot be undone.

    The userName can be used again immediately. Entra ID keeps the user's id and reports InvalidAnchor until it matches again:
    restart provisioning there.

    **Example**

    `scimctl users delete ada@example.com --environment acme`
    """
    from scimctl.resources import user_actions

    user_actions.delete(environment, directory, user, yes=yes)
