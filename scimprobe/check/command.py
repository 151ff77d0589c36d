"""The command `scimctl check`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scimctl import tenants
from scimctl.console import err, out, show_problem
from scimctl.local import signals
from scimctl.local_state import StateError
from scimctl.options import Output, OutputOption
from scimprobe.check import job
from scimprobe.check.job import Run, UnusableError
from scimprobe.check.report import Report, redact
from scimprobe.check.suites import SUITES
from scimprobe.printable import printable

UNUSABLE = 2
"""Exit status when the endpoint does not answer or refuses the token: as for arguments that cannot be used."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as of every command of a shell."""


class SuiteName(StrEnum):
    """What `--suite` takes."""

    ENTRA = "entra"
    VALIDATOR = "validator"
    LOGIC_APP = "logicapp"
    OKTA = "okta"
    ALL = "all"


UrlArgument = Annotated[
    str | None,
    typer.Argument(metavar="URL", help="The Tenant URL. By default that of the local endpoint.", show_default=False),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN", help=f"The Secret Token. Better in the variable {tenants.TOKEN_VARIABLE}.", show_default=False
    ),
]
SuiteOption = Annotated[SuiteName, typer.Option(help="Whose checks to play.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show every request and its answer.")]
StateOption = Annotated[
    Path | None, typer.Option(help="Where the local endpoint keeps its state.", show_default=".local")
]


def check(
    url: UrlArgument = None,
    token: TokenOption = None,
    suite: SuiteOption = SuiteName.ALL,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = False,
    environment: tenants.EnvironmentOption = None,
    state_dir: StateOption = None,
) -> None:
    """Check any SCIM endpoint as identity providers and their test programs would.

    Plays what Microsoft Entra ID's Test Connection and provisioning, Microsoft's SCIM Validator, Microsoft's Logic App
    suite for the gallery, and Okta's SPEC test and provisioning send. Of each check that fails it tells the request,
    what differs, and what the identity provider would do about it.

    Every user and group has a random name, so the directory need not be empty; all are deleted again, also after a
    failure or Ctrl-C, and what cannot be deleted is told.

    **Examples**

    `scimctl check` checks the local endpoint of `scimctl local up`

    `scimctl check --environment compliance` checks another of the environments in the local cloud

    `SCIM_TOKEN=... scimctl check https://HOST/scim/v2/CONNECTION --suite validator` as Microsoft's SCIM Validator does

    `scimctl check https://HOST/scim/v2/CONNECTION --output json > result.json` in a pipeline

    **Exit status**

    0 when every mandatory check passes, 1 when one does not, 2 when not everything could be checked: used wrongly, no
    answer, or the token is refused; 130 after Ctrl-C. Optional checks and the validator's previews do not count.
    """
    try:
        tenant = tenants.choose(url, token, state_dir, "URL", environment)
    except StateError as error:
        raise typer.BadParameter(str(error)) from None
    chosen = [each for each in SUITES if suite in (SuiteName.ALL, each.name)]
    signals.act_like_ctrl_c()
    try:
        run = job.run(tenant, chosen, err)
    except UnusableError as error:
        show_problem(printable(redact(str(error), tenant.token)))
        raise typer.Exit(UNUSABLE) from None
    report = Report(run, tenant.token, is_verbose=verbose)
    if output is Output.JSON:
        typer.echo(report.as_json())
    else:
        report.print(out)
    raise typer.Exit(_exit_status(run))


def _exit_status(run: Run) -> int:
    """The exit status that tells a pipeline what came of a run."""
    if run.is_interrupted:
        return INTERRUPTED
    if run.stopped:
        return UNUSABLE
    return 0 if run.passed else 1
