"""`scimctl environments`: which environment files there are, whether one can be deployed, and whether a deployed one works."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError
from lambdas.environment.summary import place_of, summary
from scimctl import console
from scimctl.connections.show import print_json
from scimctl.environments import new as new_file
from scimctl.environments.expectations import expectations
from scimctl.environments.explain import explain
from scimctl.options import Output, OutputOption
from scimctl.proof.command import prove
from scimprobe.printable import printable

WRONG = "has mistakes"
"""Shown in place of the description of a file that cannot be used."""

EnvironmentArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The environment, NAME of environments/NAME.toml; or the path of any other file."
    ),
]

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.command()(prove)
app.command()(explain)


@app.callback()
def environments() -> None:
    """Create, check and list environment files; show and prove what is deployed. Each file describes one stack.

    `docs/operator/environments.md` describes every key, and how to get from a product's requirements to a file.
    """


@app.command(name="list")
def list_environments(output: OutputOption = Output.TEXT) -> None:
    """List the environment files, and where each is deployed. Sends no request to AWS.

    **Examples**

    `scimctl environments list`

    `scimctl environments list --output json`
    """
    found = {name: _read(settings.ENVIRONMENTS / f"{name}.toml") for name in settings.names()}
    if output is Output.JSON:
        print_json({"environments": [_described(name, each) for name, each in found.items()]})
        return
    grid = Grid(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("Name", "Description", "Deployed in"):
        grid.add_column(title, overflow="fold")
    for name, each in found.items():
        wrong = (WRONG, f"scimctl environments check {name}")
        shown = wrong if isinstance(each, SettingsError) else (each.description, place_of(each))
        grid.add_row(name, *(Text(printable(text)) for text in shown))
    console.out.print(grid)


@app.command()
def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Its name: up to 40 lowercase letters, digits and hyphens. The stack is called scim-NAME and never renamed.",
        ),
    ],
    account: Annotated[
        str | None,
        typer.Option(metavar="ACCOUNT", help="The 12 digits of the AWS account.", show_default=False),
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="The AWS region, such as eu-central-1.", show_default=False)
    ] = None,
    description: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The stack's description; the name by default.", show_default=False),
    ] = None,
    directory: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The id of its directory; the name by default.", show_default=False),
    ] = None,
    local_only: Annotated[
        bool, typer.Option("--local-only", help="For the local cloud alone, without account and region.")
    ] = False,
) -> None:
    """Write a minimal environment file, and refuse to overwrite one. Sends no request to AWS.

    Every other key has a default; `docs/operator/environments.md` describes all of them. The file is written into
    `environments/`, or into the folder that `SCIMCTL_ENVIRONMENTS` names, so that a vendor's files can be in a repository of
    their own.

    **Examples**

    `scimctl environments new acme --account 111122223333 --region eu-central-1`

    `scimctl environments new trial --local-only`
    """
    path = new_file.write(
        name,
        account=account,
        region=region,
        description=description,
        directory=directory,
        is_local=local_only,
    )
    check_it = f"scimctl environments check {name}"
    console.out.print(Text(f"{settings.shown(path)} is written. Edit it, then: {check_it}"), soft_wrap=True)


@app.command()
def status(
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="The environments; all that have a file by default.", show_default=False
        ),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what is deployed: version, stack, alarms, last request, credentials that expire, schema.

    Environments are read together. One that cannot be read does not stop the others: its problem is shown, and the exit status
    is 1. *Last request* is of an identity provider or product, in the last 7 days. Tokens, and the last client secret of each
    client, are listed when they expire within 30 days. `scimctl --role NAME environments status` assumes a role in each
    environment's account.

    **Examples**

    `scimctl environments status`

    `scimctl environments status acme globex --output json`

    `scimctl --local environments status` looks into the local cloud
    """
    from scimctl.environments import status as printing

    printing.run(environments or settings.names(), as_json=output is Output.JSON)


@app.command()
def check(
    environment: EnvironmentArgument,
    output: OutputOption = Output.TEXT,
) -> None:
    """List every mistake of an environment file, or describe the environment. Sends no request to AWS.

    A mistake is shown with its key, what is wrong and what is allowed; the exit status is 1 then. Tables of a list
    are counted from 1: `extensions[2].attributes[1].type` is in the first `[[extensions.attributes]]` below the second
    `[[extensions]]`. `cdk deploy` reports the same mistakes, and deploys nothing.

    A placeholder of the example file is a mistake, unless the file is for the local cloud. What only AWS knows is not checked:
    whether a certificate is valid and is for the host name.

    **Examples**

    `scimctl environments check acme`

    `scimctl environments check ../acme-config/acme.toml`

    `scimctl environments check acme --output json`
    """
    path = settings.file_of(environment)
    found = _read(path, deployable=True)
    if output is Output.JSON:
        named = f"{path.parent.name}/{path.name}" if path.parent == settings.ENVIRONMENTS else environment
        print_json({"file": named, **_checked(found)})
    elif isinstance(found, Environment):
        _print(found, path)
    else:
        raise found
    if isinstance(found, SettingsError):
        raise typer.Exit(1)


@app.command(name="expectations")
def print_expectations(environment: EnvironmentArgument) -> None:
    """Print an environment file's rules as JSON for `scimctl check --expect` and `scimprobe --expect`.

    The JSON holds the rules that an identity provider meets: required, unique and allowed attributes, extensions, groups,
    permission sets, and what happens to leavers. It holds no account, URL or address.

    **Examples**

    `scimctl environments expectations acme > acme.json`

    `SCIM_TOKEN=... scimctl check https://HOST/v2/CONNECTION --expect acme.json`
    """
    print_json(expectations(settings.load(environment)))


def _read(path: Path, *, deployable: bool = False) -> Environment | SettingsError:
    try:
        return settings.load(path, deployable=deployable)
    except SettingsError as error:
        return error


def _checked(found: Environment | SettingsError) -> dict[str, Any]:
    """Return the result of a check as JSON."""
    if isinstance(found, Environment):
        return {"valid": True, "environment": found.model_dump(mode="json")}
    mistakes = [{"key": each.key, "text": each.text} for each in found.mistakes]
    return {"valid": False, "mistakes": mistakes or [{"key": "", "text": str(found)}]}


def _described(name: str, found: Environment | SettingsError) -> dict[str, Any]:
    """Return one file of a list as JSON."""
    if isinstance(found, SettingsError):
        return {"name": name, "valid": False}
    facts: dict[str, Any] = found.model_dump(mode="json", include={"description", "platform"})
    return {"name": name, "valid": True, **facts, "account": found.aws.account, "region": found.aws.region}


def _print(environment: Environment, path: Path) -> None:
    """Print the description of an environment, and the next commands."""
    described = list(summary(environment))
    width = max(len(title) for title, _ in described) + 2
    console.out.print(Text(f"No mistakes: {environment.name} can be deployed. It will be:\n"))
    for title, (first, *more) in described:
        for label, line in ((title, first), *(("", each) for each in more)):
            console.out.print(Text(f"{label:<{width}}{printable(line)}"), soft_wrap=True)
    if path.resolve().parent != settings.ENVIRONMENTS.resolve():
        named = f"-c environment={path}"
        tried = f"\nTry it:    scimctl --file {path} local up --detach"
        deployed = "" if environment.local else f"\nDeploy it: npx cdk deploy {named}"
        console.out.print(Text(f"{tried}{deployed}"), soft_wrap=True)
    else:
        tried = f"\nTry it:    scimctl local up --detach --environment {environment.name}"
        deployed = "" if environment.local else f"\nDeploy it: npx cdk deploy -c environment={environment.name}"
        console.out.print(Text(f"{tried}{deployed}"), soft_wrap=True)
