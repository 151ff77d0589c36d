"""`scimctl directories`: the directories of an environment, several of which can share one stack."""

from typing import Annotated

import typer

from scimctl.maintenance.restore_command import restore
from scimctl.maintenance.verify_command import verify
from scimctl.options import EnvironmentOption, Output, OutputOption, YesOption

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.command()(verify)
app.command()(restore)

DirectoryArgument = Annotated[str, typer.Argument(metavar="DIRECTORY", help="The directory's id.")]


@app.callback()
def directories() -> None:
    """Create, list, verify, restore and delete the directories of an environment.

    A directory holds the users and groups of one customer. One stack for each customer is the rule; several directories can share a
    stack where that is enough separation: `docs/operator/directories.md` compares both.
    """


@app.command()
def create(
    directory: Annotated[
        str,
        typer.Argument(
            metavar="DIRECTORY",
            help="Its id: 1 to 63 lowercase letters, digits and hyphens. It begins every stored key and never changes.",
        ),
    ],
    environment: EnvironmentOption,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A name, for example the customer's.")] = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Create an empty directory, and refuse an id that is in use.

    `scimctl connections create --directory DIRECTORY` then generates what its identity provider needs.

    **Examples**

    `scimctl directories create globex --environment acme --label "Globex Corporation"`

    `scimctl connections create --environment acme --directory globex --label "Entra ID"`
    """
    from lambdas.operations.directories import Directories
    from scimctl.directories import show
    from scimctl.targets import resolve

    opened = Directories(resolve(environment))
    opened.create(directory, label)
    show.created(opened.target, directory, as_json=output is Output.JSON)


@app.command(name="list")
def list_directories(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """List the directories of an environment, with their users, groups and connections.

    **Examples**

    `scimctl directories list --environment acme`

    `scimctl directories list --environment acme --output json`
    """
    from lambdas.operations.directories import Directories
    from scimctl.directories import show
    from scimctl.targets import resolve

    show.listed(Directories(resolve(environment)).all(), as_json=output is Output.JSON)


@app.command()
def delete(
    directory: DirectoryArgument,
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Delete a directory with all of its users, groups, connections, tokens, clients and permission mappings.

    1. Its connections are deleted, and no connection can be created: identity providers get 401.

    2. The command waits for `authorizer_cache_seconds`, for which API Gateway accepts what it checked before.

    3. Every item of the directory is deleted. That reads the whole table at least twice (256 read units for each MB), and writes
    a unit or more for each item.

    It can be interrupted; the same command resumes it. `scimctl directories list` shows an unfinished deletion. At the end it
    prints what remains: backups, and log records that name people.

    **Examples**

    `scimctl directories delete globex --environment acme`

    `scimctl directories delete globex --environment acme --yes --output json`
    """
    from scimctl.directories.deletion import run

    run(environment, directory, yes=yes, as_json=output is Output.JSON)
