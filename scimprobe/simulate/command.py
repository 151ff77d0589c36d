"""The command `scimprobe simulate`. What it runs is imported on use, so that `--help` is fast."""

from dataclasses import dataclass
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
from scimprobe.simulate.dialect import FLAG, Dialect

if TYPE_CHECKING:
    from scimprobe.endpoint.rules import Rules
    from scimprobe.wire import Tenant

UsersOption = Annotated[int, typer.Option(min=1, metavar="N", help="Users in the source at first.")]
GroupsOption = Annotated[int, typer.Option(min=0, metavar="M", help="Groups in the source at first.")]
DialectOption = Annotated[
    Dialect | None,
    typer.Option(
        help=f"entra, or entra-flag as with ?{FLAG} in the Tenant URL. Defaults to what the Tenant URL has.",
        show_default=False,
    ),
]
ConcurrencyOption = Annotated[int, typer.Option(min=1, max=100, help="Requests in flight at the same time.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the random people and changes.")]
CleanUpOption = Annotated[
    bool, typer.Option("--cleanup/--keep", help="Delete what the run created when it ends, or keep it to look at.")
]


@dataclass(frozen=True)
class Choices:
    """The choices of the command's options, besides the tenant."""

    users: int = 25
    groups: int = 5
    dialect: Dialect | None = None
    """None for what the Tenant URL has."""

    concurrency: int = 5
    seed: int = 1
    clean_up: bool = False


def simulate(
    url: UrlArgument,
    users: UsersOption = 25,
    groups: GroupsOption = 5,
    dialect: DialectOption = None,
    token: TokenOption = None,
    client_id: ClientIdOption = "",
    client_secret: ClientSecretOption = "",
    client_assertion: ClientAssertionOption = "",
    token_endpoint: TokenEndpointOption = "",
    concurrency: ConcurrencyOption = 5,
    seed: SeedOption = 1,
    clean_up: CleanUpOption = False,
    expect: ExpectOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Provision a directory as Microsoft Entra ID would, and verify that the endpoint kept everything.

    Starts with a connection test. An initial cycle creates users, groups, managers and members. An incremental cycle
    renames, changes and clears attributes, changes and removes managers, disables, restores and deletes users, adds and
    removes members, renames and deletes groups, and provisions one user on demand. Then everything is read back by id,
    by filter and page by page, and compared with the source.

    Users and groups are as the endpoint announces them in /Schemas: with required attributes, canonical values, roles
    and attributes of its own extensions. `--expect FILE` adds the rules that its operator has set: what they rule out
    is not sent, or expected otherwise, and reported as such.

    Every run uses names of its own, so the directory need not be empty, but nothing else may write to it meanwhile.
    What Entra would retry (429, 5xx, no answer) is retried and counted.

    With `--client-id` it gets access tokens as Entra does with OAuth 2.0, and replaces each before it expires.

    **Examples**

    `SCIM_TOKEN=... scimprobe simulate https://HOST/scim/v2` provisions 25 users and 5 groups

    `scimprobe simulate URL --users 100 --groups 10 --dialect entra-flag` as a job with `?aadOptscim062020` in its URL

    `SCIM_CLIENT_SECRET=... scimprobe simulate URL --client-id ID --token-endpoint https://HOST/oauth2/token` by OAuth 2.0

    `scimprobe simulate URL --cleanup --output json > result.json` leaves nothing behind but the result

    **Exit status**

    0 when the endpoint kept everything, 1 when something differs or a request failed, 2 when there is nothing to test:
    bad arguments, no answer, a refused token, or no SCIM endpoint.
    """
    choices = Choices(users, groups, dialect, concurrency, seed, clean_up)
    oauth = OAuthChoices(client_id, client_secret, client_assertion, token_endpoint)
    run(options.tenant(url, token, oauth), choices, options.rules(expect), output)


def run(tenant: "Tenant", choices: Choices, rules: "Rules", output: Output) -> None:
    """Run the simulation against a tenant, print the report and end the command.

    :raises typer.Exit: Always, with the exit status that `simulate` documents.
    """
    from scimprobe.console import err, out, show_error
    from scimprobe.credentials import redact
    from scimprobe.endpoint.reach import UnusableError
    from scimprobe.printable import json_text
    from scimprobe.simulate import job, report

    in_url = FLAG in tenant.query
    dialect = choices.dialect or (Dialect.ENTRA_FLAG if in_url else Dialect.ENTRA)
    if dialect is Dialect.ENTRA_FLAG and not in_url:
        tenant = tenant.with_parameter(FLAG)
    plan = job.Plan(choices.users, choices.groups, dialect, choices.concurrency, choices.seed, choices.clean_up, rules)
    try:
        finished = job.run(tenant, plan, err())
    except UnusableError as error:
        show_error(redact(str(error), tenant.credential.secrets))
        raise typer.Exit(UNUSABLE) from None
    finished = report.redacted(finished, tenant.credential.secrets)
    if output is Output.JSON:
        typer.echo(json_text(report.as_json(finished), indent=2))
    else:
        report.print_table(finished, out())
    raise typer.Exit(0 if finished.passed else 1)
