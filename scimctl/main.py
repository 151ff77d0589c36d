"""`scimctl`: the operator's command line. Puts the commands together and tells what stopped one."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lambdas.credentials.connections import InvalidConnectionError
from lambdas.environment.file import SettingsError
from lambdas.operations.problems import Problem
from lambdas.retrying import OutOfTimeError
from scimctl import console, targets
from scimctl.connections import command as connections
from scimctl.connections import tokens
from scimctl.environments.command import app as environments
from scimctl.local import isolation
from scimctl.local.app import app as local
from scimctl.local_state import StateError
from scimctl.log.command import app as log
from scimctl.maintenance import verify_command as directory
from scimctl.permissions import command as permissions
from scimctl.probe import check, simulate
from scimctl.resources import groups, users

LOCAL_VARIABLE = "SCIMCTL_LOCAL"
"""The environment variable that says ``--local`` for every command of a shell."""

TOLD = (Problem, SettingsError, StateError, InvalidConnectionError, OutOfTimeError)
"""What is told to the operator in its own words; anything else is a mistake of ours and shows its trace."""


class Commands(TyperGroup):
    """Ends every command with exit status 1 and a readable text when something foreseen stops it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer hides click's Context
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TOLD as problem:
            console.show_problem(str(problem))
            raise typer.Exit(1) from problem


app = typer.Typer(
    cls=Commands,
    name="scimctl",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # they could hold a token
)


@app.callback()
def scimctl(
    context: typer.Context,
    is_local: Annotated[
        bool,
        typer.Option(
            "--local",
            envvar=LOCAL_VARIABLE,
            help="Act in the local cloud, also on an environment whose file says that it is on AWS. Without it a command "
            "acts where the file says; what is deployed to the local cloud never takes the place of what is on AWS.",
        ),
    ] = False,
) -> None:
    """Operate serverless SCIM endpoints: deployed to AWS, or on this machine.

    **Start here**

    `scimctl local up --detach` deploys the endpoint to a local cloud

    `scimctl simulate --users 25 --groups 5` provisions into it, as Entra ID does

    `scimctl environments check acme` tells what is wrong in an environment file, before it is deployed

    `scimctl connections create --environment acme` generates a Tenant URL and a Secret Token

    `scimctl log --user ada@example.com --environment acme` tells why somebody was not provisioned

    **Before an environment is deployed to AWS**

    `scimctl local up --detach --environment acme` deploys the same file to the local cloud

    `scimctl --local users list --environment acme` acts on it there; without `--local`, on AWS

    Every command tells more with `--help`.
    """
    said = targets.SAID_LOCAL.set(is_local)
    context.call_on_close(lambda: targets.SAID_LOCAL.reset(said))
    if is_local:
        isolation.isolate()


app.add_typer(local, name="local")
app.add_typer(environments, name="environments")
app.add_typer(connections.app, name="connections")
app.add_typer(tokens.app, name="tokens")
app.add_typer(log, name="log")
app.add_typer(users.app, name="users")
app.add_typer(groups.app, name="groups")
app.add_typer(permissions.app, name="permissions")
app.add_typer(directory.app, name="directory")
app.command()(check)
app.command()(simulate)

if __name__ == "__main__":
    app()
