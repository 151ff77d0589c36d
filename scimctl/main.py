"""`scimctl`: the operator's command line. Lists the commands, and prints the problem that stopped one."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from scimctl.lazy import Entry, LazyGroup, UsageError
from scimctl.local_option import ENVIRONMENT_VARIABLE, IS_LOCAL, ROLE, ROLE_VARIABLE
from scimprobe.printable import printable

LOCAL_VARIABLE = "SCIMCTL_LOCAL"
"""The environment variable that sets `--local` for every command of a shell."""


class Commands(LazyGroup):
    """The commands of `scimctl`. A command that a known problem stops prints its text and exits with status 1."""

    entries = {
        "local": Entry(
            "scimctl.local.app:app",
            "Run the endpoint on this machine: the same stack, deployed into an AWS emulator, without Docker or AWS account.",
        ),
        "environments": Entry(
            "scimctl.environments.command:app",
            "Create, check and list environment files; show and prove what is deployed.",
        ),
        "fleet": Entry(
            "scimctl.fleet.command:app",
            "List, compare, deploy and watch many environments at once, in one account or in many.",
        ),
        "connections": Entry(
            "scimctl.connections.command:app",
            "Generate and manage connections: the Tenant URL and Secret Token that an administrator pastes.",
        ),
        "tokens": Entry("scimctl.connections.tokens_command:app", "Add, rotate and revoke the tokens of a connection."),
        "clients": Entry(
            "scimctl.clients.command:app", "Create, list, rotate and revoke the OAuth 2.0 clients of a connection."
        ),
        "log": Entry("scimctl.log.command:app", "Show the SCIM log: requests, refusals and operators' changes."),
        "users": Entry("scimctl.resources.users:app", "List, show, create, disable, enable and delete users."),
        "groups": Entry("scimctl.resources.groups:app", "List and show groups and their members."),
        "permissions": Entry(
            "scimctl.permissions.command:app", "Map groups to permission sets, and assign sets to users."
        ),
        "events": Entry(
            "scimctl.events.command:app", "Replay, follow and receive the change events of an environment."
        ),
        "webhooks": Entry(
            "scimctl.webhooks.command:app", "Manage the secrets and deliveries of an environment's webhooks."
        ),
        "guard": Entry("scimctl.guarding.command:app", "Show and release the guard against mass deprovisioning."),
        "console": Entry("scimctl.web.command:app", "Set up and open the web console of an environment."),
        "directories": Entry(
            "scimctl.directories.command:app",
            "Create, list, verify, restore and delete the directories of an environment.",
        ),
        "migrate": Entry(
            "scimctl.maintenance.migrate_command:migrate",
            "Migrate an environment's stored data to the schema of this version.",
        ),
        "check": Entry(
            "scimctl.probe:check", "Check any SCIM endpoint as identity providers and their test programs would."
        ),
        "simulate": Entry(
            "scimctl.probe:simulate",
            "Provision a directory as Microsoft Entra ID would, and verify that the endpoint kept everything.",
        ),
    }

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse the options of `scimctl` itself."""
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            error.message = printable(error.message)
            raise

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> tuple[str | None, Any, list[str]]:  # type: ignore[override]
        """Find the command that arguments begin with; `directory` was the name of `directories` in 0.1.0."""
        return super().resolve_command(ctx, ["directories", *args[1:]] if args[:1] == ["directory"] else args)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer hides click's Context
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            error.message = printable(error.message)  # it may repeat an argument
            raise
        except Exception as problem:
            if not isinstance(problem, expected_errors()):
                raise
            from scimctl import console

            console.show_problem(str(problem))
            raise typer.Exit(1) from problem


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions whose text is for the operator. Any other is a bug and shows its trace."""
    from lambdas.credentials.connections import InvalidConnectionError
    from lambdas.environment.file import SettingsError
    from lambdas.operations.problems import Problem
    from lambdas.retrying import OutOfTimeError
    from scimctl.local_state import StateError

    return (Problem, SettingsError, StateError, InvalidConnectionError, OutOfTimeError)


app = typer.Typer(
    cls=Commands,
    name="scimctl",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # they could hold a token
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"scimctl {version('serverless-scim')}")
        raise typer.Exit


def _use(file: Path, context: typer.Context) -> None:
    """Make a file's folder the folder of environments, and its environment the default of the options `--environment`."""
    from lambdas.environment import file as settings

    before = settings.ENVIRONMENTS, os.environ.get(ENVIRONMENT_VARIABLE)
    settings.ENVIRONMENTS = file.absolute().parent
    os.environ[ENVIRONMENT_VARIABLE] = file.stem

    def restore() -> None:
        settings.ENVIRONMENTS = before[0]
        os.environ.pop(ENVIRONMENT_VARIABLE)
        if before[1] is not None:
            os.environ[ENVIRONMENT_VARIABLE] = before[1]

    context.call_on_close(restore)


@app.callback()
def scimctl(
    context: typer.Context,
    is_local: Annotated[
        bool,
        typer.Option(
            "--local",
            envvar=LOCAL_VARIABLE,
            help="Act in the local cloud, also on an environment whose file names AWS. Without it a command acts where the "
            "file says; a deployment in the local cloud never replaces one on AWS.",
        ),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="PATH",
            help="Act on the environment of this file, wherever it is; then `--environment` is not needed. "
            "SCIMCTL_ENVIRONMENTS names a folder of files instead of `environments/`.",
            show_default=False,
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            metavar="NAME",
            envvar=ROLE_VARIABLE,
            help="Assume this IAM role in the account that the environment's file names.",
            show_default=False,
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Operate serverless SCIM endpoints: deployed to AWS, or on this machine.

    **Start here**

    `scimctl local up --detach` deploys the endpoint to a local cloud

    `scimctl simulate --users 25 --groups 5` provisions into it, as Entra ID does

    `scimctl environments check acme` lists the mistakes in an environment file before it is deployed

    `scimctl connections create --environment acme` generates a Tenant URL and a Secret Token

    `scimctl log --user ada@example.com --environment acme` shows why a user was not provisioned

    **Before an environment is deployed to AWS**

    `scimctl local up --detach --environment acme` deploys the same file to the local cloud

    `scimctl --local users list --environment acme` acts on it there; without `--local`, on AWS

    Every command has its own `--help`. `scimctl --install-completion` completes commands and options in your shell.
    """
    selected = IS_LOCAL.set(is_local)
    context.call_on_close(lambda: IS_LOCAL.reset(selected))
    if role:
        assumed = ROLE.set(role)
        context.call_on_close(lambda: ROLE.reset(assumed))
    if file:
        _use(file, context)
    if is_local:
        from scimctl.local import isolation

        isolation.isolate()


if __name__ == "__main__":
    app()
