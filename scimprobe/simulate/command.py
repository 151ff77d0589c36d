"""The command `scimctl simulate`."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scimctl import tenants
from scimprobe.simulate import job, report
from scimprobe.simulate.entra import FLAG, Dialect


class Output(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    """For people."""

    JSON = "json"
    """For programs: one JSON object."""


UsersOption = Annotated[int, typer.Option(min=1, metavar="N", help="How many users the source has at first.")]
GroupsOption = Annotated[int, typer.Option(min=0, metavar="M", help="How many groups it has.")]
DialectOption = Annotated[
    Dialect | None,
    typer.Option(
        help=f"entra, or entra-flag as with ?{FLAG} in the Tenant URL. By default what the Tenant URL says.",
        show_default=False,
    ),
]
UrlOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The Tenant URL. By default that of the local endpoint.", show_default=False),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN", help=f"The Secret Token. Better in the variable {tenants.TOKEN_VARIABLE}.", show_default=False
    ),
]
ConcurrencyOption = Annotated[int, typer.Option(min=1, max=100, help="Requests under way at the same time.")]
SeedOption = Annotated[int, typer.Option(help="Another seed: other people, other changes.")]
CleanUpOption = Annotated[
    bool, typer.Option("--cleanup/--keep", help="At the end delete what the run made, or keep it to look at.")
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="For people (text) or for programs (json).")]
StateOption = Annotated[
    Path | None, typer.Option(help="Where the local endpoint keeps its state.", show_default=".local")
]


def simulate(
    users: UsersOption = 25,
    groups: GroupsOption = 5,
    dialect: DialectOption = None,
    tenant_url: UrlOption = None,
    token: TokenOption = None,
    concurrency: ConcurrencyOption = 5,
    seed: SeedOption = 1,
    clean_up: CleanUpOption = False,
    output: OutputOption = Output.TEXT,
    environment: tenants.EnvironmentOption = None,
    state_dir: StateOption = None,
) -> None:
    """Play what Microsoft Entra ID sends, and prove that the endpoint kept it.

    A connection test. An initial cycle that creates users, groups, managers and members. An incremental cycle:
    renames, other e-mails and departments, managers changed and removed, users disabled, restored and deleted,
    members added and removed, groups renamed and deleted, one user on demand. Then everything is read back, by id,
    by filter and page by page, and compared with what was meant.

    Every run uses names of its own, so the directory need not be empty; but nobody else may write to it meanwhile.
    What Entra would retry (429, 5xx, no answer) is retried and counted.

    **Examples**

    `scimctl simulate` provisions 25 users and 5 groups into the local endpoint of `scimctl local up`

    `scimctl simulate --environment compliance` into another of the environments in the local cloud

    `scimctl simulate --users 100 --groups 10 --dialect entra-flag` as a job with `?aadOptscim062020` in its Tenant URL

    `SCIM_TOKEN=... scimctl simulate --tenant-url https://HOST/scim/v2/CONNECTION` into any other endpoint

    `scimctl simulate --cleanup --output json > result.json` leaves nothing behind but the result

    **Exit status**

    0 when everything is as it was meant, 1 when anything differs or a request failed, 2 when used wrongly.
    """
    tenant = tenants.choose(tenant_url, token, state_dir, "--tenant-url", environment)
    chosen = dialect or (Dialect.ENTRA_FLAG if FLAG in tenant.query else Dialect.ENTRA)
    if chosen is Dialect.ENTRA_FLAG and FLAG not in tenant.query:
        tenant = tenant.with_parameter(FLAG)
    plan = job.Plan(users, groups, chosen, concurrency, seed, clean_up)
    finished = job.run(tenant, plan, Console(stderr=True))
    if output is Output.JSON:
        typer.echo(json.dumps(report.as_json(finished), indent=2, ensure_ascii=False))
    else:
        report.print_table(finished, Console())
    raise typer.Exit(0 if finished.passed else 1)
