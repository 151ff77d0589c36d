"""The command `scimprobe check`. What it runs is imported on use, so that `--help` is fast."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scimprobe import options
from scimprobe.options import (
    UNUSABLE,
    ClientAssertionOption,
    ClientIdOption,
    ClientSecretOption,
    ExpectOption,
    OAuthChoices,
    Output,
    OutputOption,
    TokenEndpointOption,
    TokenOption,
    UrlArgument,
)

if TYPE_CHECKING:
    from scimprobe.check.job import Run
    from scimprobe.endpoint.rules import Rules
    from scimprobe.wire import Tenant

INTERRUPTED = 130
"""Exit status after Ctrl-C, as of every command of a shell."""


class SuiteName(StrEnum):
    """The values of `--suite`."""

    ENTRA = "entra"
    VALIDATOR = "validator"
    LOGIC_APP = "logicapp"
    OKTA = "okta"
    OAUTH = "oauth"
    RULES = "rules"
    ALL = "all"


SuiteOption = Annotated[SuiteName, typer.Option(help="Run the checks of one client or test program only.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show every request and its answer.")]


def check(
    url: UrlArgument,
    token: TokenOption = None,
    client_id: ClientIdOption = "",
    client_secret: ClientSecretOption = "",
    client_assertion: ClientAssertionOption = "",
    token_endpoint: TokenEndpointOption = "",
    suite: SuiteOption = SuiteName.ALL,
    expect: ExpectOption = None,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = False,
) -> None:
    """Check a SCIM endpoint as identity providers and their test programs would.

    Sends the requests of Microsoft Entra ID's Test Connection and provisioning, Microsoft's SCIM Validator, Microsoft's
    Logic App suite for the gallery, and Okta's SPEC test and provisioning. For each check that fails it shows the
    request, the difference, and what the identity provider would do about it.

    Users and groups are as the endpoint announces them in /Schemas: with required attributes and canonical values.
    `--expect FILE` adds the rules that its operator has set: a check that they rule out is reported as such, and the
    suite `rules` checks that the endpoint follows them.

    With `--client-id` it gets access tokens as Entra does with OAuth 2.0, and the suite `oauth` checks the token endpoint:
    Microsoft's test of credentials for the gallery, or with `--client-assertion` its test of workload identity federation.

    All users and groups that it creates have random names, so the directory need not be empty. All are deleted again,
    also after a failure or Ctrl-C; the report lists what could not be deleted.

    **Examples**

    `SCIM_TOKEN=... scimprobe check https://HOST/scim/v2 --suite validator` as Microsoft's SCIM Validator does

    `SCIM_CLIENT_SECRET=... scimprobe check URL --client-id ID --token-endpoint https://HOST/oauth2/token` by OAuth 2.0

    `SCIM_TOKEN=... scimprobe check https://HOST/scim/v2 --output json > result.json` in a pipeline

    **Exit status**

    0 when every mandatory check passes or is ruled out, 1 when one does not pass, 2 when not everything could be checked:
    bad arguments, no answer, a refused token, or no SCIM endpoint; 130 after Ctrl-C. Optional checks and the validator's
    previews do not count.
    """
    oauth = OAuthChoices(client_id, client_secret, client_assertion, token_endpoint)
    run(options.tenant(url, token, oauth), suite, options.rules(expect), output, is_verbose=verbose)


def run(tenant: "Tenant", suite: SuiteName, rules: "Rules", output: Output, *, is_verbose: bool) -> None:
    """Run the checks against a tenant, print the report and end the command.

    :raises typer.Exit: Always, with the exit status that `check` documents.
    :raises typer.BadParameter: The suite `rules` or `oauth` is chosen, and what it needs is not there.
    """
    from scimprobe import interruption
    from scimprobe.check import job
    from scimprobe.check.report import Report
    from scimprobe.check.suites import suites
    from scimprobe.console import err, out, show_error
    from scimprobe.credentials import redact
    from scimprobe.endpoint.reach import UnusableError

    chosen = [each for each in suites(rules, tenant.credential) if suite in (SuiteName.ALL, each.name)]
    if not chosen:
        needs = "--client-id" if suite is SuiteName.OAUTH else "--expect FILE"
        raise typer.BadParameter(f"The suite `{suite}` needs {needs}.", param_hint="--suite")
    interruption.act_like_ctrl_c()
    try:
        finished = job.run(tenant, chosen, err(), rules)
    except UnusableError as error:
        show_error(redact(str(error), tenant.credential.secrets))
        raise typer.Exit(UNUSABLE) from None
    report = Report(finished, tenant.credential.secrets, is_verbose=is_verbose)
    if output is Output.JSON:
        typer.echo(report.as_json())
    else:
        report.print(out())
    raise typer.Exit(_exit_status(finished))


def _exit_status(finished: "Run") -> int:
    if finished.is_interrupted:
        return INTERRUPTED
    if finished.stopped:
        return UNUSABLE
    return 0 if finished.passed else 1
