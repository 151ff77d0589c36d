"""`scimctl fleet`: many environments, in many accounts, as easily as one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scimctl.options import Output, OutputOption, YesOption

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


class CheckName(StrEnum):
    """The values of `--check`: the suites of `scimctl check`, and none."""

    ALL = "all"
    ENTRA = "entra"
    VALIDATOR = "validator"
    LOGIC_APP = "logicapp"
    OKTA = "okta"
    RULES = "rules"
    NONE = "none"


NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="The environments, in this order; all that have a file by default.",
        show_default=False,
    ),
]
AccountsOption = Annotated[
    str | None,
    typer.Option(
        "--accounts",
        metavar="ACCOUNT,...",
        help="Only environments whose files name one of these AWS accounts.",
        show_default=False,
    ),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--fleet-dir",
        metavar="DIRECTORY",
        envvar="SCIMCTL_FLEET_DIR",
        help="Where assembly, logs and progress are kept: .fleet of the checkout by default, or the local cloud's directory.",
        show_default=False,
    ),
]


@app.callback()
def fleet() -> None:
    """List, compare, deploy and watch many environments at once, in one account or in many.

    The environments are those of `environments/`, or of the folder that `SCIMCTL_ENVIRONMENTS` names. With
    `scimctl --role NAME fleet` that IAM role is assumed in the account of each file; with `scimctl --local fleet` everything
    happens in the local cloud.
    `docs/operator/fleet.md` describes a fleet from the first account to the pipeline.
    """


@app.command(name="list")
def list_fleet(
    names: NamesArgument = None,
    accounts: AccountsOption = None,
    fleet_dir: FolderOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the environments of the fleet by account and region, with what their last deployment reached. Sends no request to AWS.

    **Examples**

    `scimctl fleet list`

    `scimctl fleet list --accounts 111122223333 --output json`
    """
    from scimctl.fleet import actions

    actions.list_members(names, accounts, fleet_dir, as_json=output is Output.JSON)


@app.command()
def diff(names: NamesArgument = None, accounts: AccountsOption = None, fleet_dir: FolderOption = None) -> None:
    """Show what a deployment would change in each environment. Changes nothing.

    All environments are synthesized once, and compared with their stacks by `cdk diff`. The exit status is 0 when nothing differs,
    3 when something does, and 1 when it could not be compared.

    **Examples**

    `scimctl fleet diff`

    `scimctl --role scim-deploy fleet diff acme globex`
    """
    from scimctl.fleet import actions

    actions.diff(names, accounts, fleet_dir)


@app.command()
def deploy(
    names: NamesArgument = None,
    accounts: AccountsOption = None,
    waves: Annotated[
        str,
        typer.Option(
            metavar="N,N,...", help="How many environments each wave has; the last number holds for all further waves."
        ),
    ] = "1,5,20",
    parallel: Annotated[
        int, typer.Option(min=1, max=20, help="How many environments of a wave are deployed at the same time.")
    ] = 4,
    check: Annotated[
        CheckName, typer.Option(help="The suite of `scimctl check` behind each deployment.")
    ] = CheckName.ALL,
    bake: Annotated[
        int, typer.Option(min=0, metavar="MINUTES", help="On AWS: wait after each wave, and read its alarms again.")
    ] = 0,
    again: Annotated[bool, typer.Option("--again", help="Deploy and check also what is current.")] = False,
    fleet_dir: FolderOption = None,
    yes: YesOption = False,
) -> None:
    """Deploy many environments: synthesized once, in waves, each checked before the next wave begins.

    1. Credentials, bootstrapping and every file are checked before anything is deployed.

    2. All environments are synthesized in one process; code that they share is built and uploaded once for each account.

    3. Each wave is deployed, several environments at the same time.

    4. Behind each deployment is a gate: `scimctl check` through a temporary connection to a directory `scimprobe-check`, which is
    deleted with all that is in it, and on AWS the alarms of the stack. No customer's directory is touched.

    **When something fails**, the deployments that run are finished, nothing more is begun, and the exit status is 1. Run the same
    command again after the cause is fixed: what is deployed and checked with the same template is left alone. CloudFormation rolls
    a failed deployment back.

    **Examples**

    `scimctl fleet deploy --waves 1,4,20`

    `scimctl --role scim-deploy fleet deploy --accounts 111122223333,444455556666 --bake 15 --yes`

    `scimctl --local fleet deploy` deploys all of them into the running local cloud
    """
    from scimctl.fleet import actions

    actions.deploy(
        names,
        accounts,
        fleet_dir,
        waves=waves,
        parallel=parallel,
        suite=check.value,
        bake_minutes=bake,
        again=again,
        yes=yes,
    )


@app.command()
def status(names: NamesArgument = None, accounts: AccountsOption = None, output: OutputOption = Output.TEXT) -> None:
    """Show what is deployed in each environment: `scimctl environments status` for the fleet.

    **Examples**

    `scimctl fleet status`

    `scimctl --role scim-operator fleet status --accounts 111122223333 --output json`
    """
    from scimctl.fleet import actions

    actions.status(names, accounts, as_json=output is Output.JSON)
