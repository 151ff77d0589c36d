"""`scimctl local`: the endpoint on this machine, for trying it, for development and for tests."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lambdas.operations.log.reader import LogUnavailable
from lambdas.operations.log.selection import Selection
from scimctl import local_state as state
from scimctl.console import err, out
from scimctl.local import isolation, lifecycle, lock, removal, signals, status
from scimctl.local_option import ENVIRONMENT_VARIABLE
from scimctl.log.listing import Listing, Question
from scimctl.log.moments import moment
from scimctl.options import YesOption, confirm
from scimctl.targets import resolve

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


class Output(StrEnum):
    """How `status` prints what it found."""

    TEXT = "text"
    JSON = "json"


StateDirectory = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        metavar="DIRECTORY",
        envvar=state.STATE_DIRECTORY_VARIABLE,
        help="Where its data, logs and connection are; .local of the checkout by default. "
        "Another directory (and port) is another local cloud beside it.",
        show_default=False,
    ),
]

EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="One of its environments; by default the one that was deployed first.",
        show_default=False,
    ),
]


@app.callback()
def local() -> None:
    """Run the endpoint on this machine: the same stack, deployed into an AWS emulator, without Docker or AWS account."""
    isolation.isolate()


@app.command()
def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Leave it running; `scimctl local down` ends it.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port on 127.0.0.1; the last one, or 4566.", show_default=False),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option(
            "--environment",
            "-e",
            metavar="NAME",
            envvar=ENVIRONMENT_VARIABLE,
            help="Deploys environments/NAME.toml; can be repeated. By default all that were deployed before, or local.",
            show_default=False,
        ),
    ] = None,
    state_dir: StateDirectory = None,
) -> None:
    """Start the local cloud, deploy the endpoint into it, and make a connection to try it with.

    Its data survives `scimctl local down`. Without `--detach` it shows the SCIM log until Ctrl-C, and stops then.

    Any environment can be deployed, whatever platform its file names, and several side by side: each is a stack of its own
    with its own API, table, log and connection, as on AWS. `scimctl local deploy` adds one later.

    **Examples**

    `scimctl local up --detach`

    `scimctl local up --detach --environment compliance --environment devices`

    `scimctl local up --port 4600`

    `scimctl local up --detach --state-dir /tmp/second --port 4601`
    """
    directory = _directory(state_dir)
    signals.act_like_ctrl_c()
    with lock.held(directory):
        found = lifecycle.bring_up(directory, environment or [], port)
    if found.already:
        again = f"`scimctl local deploy {found.first}` deploys changed code or a changed file."
        err.print(f"The local cloud is already running. {again}", soft_wrap=True)
    _print_status(directory)
    if not detach and not found.already:
        _stay(directory, found.first)


@app.command()
def deploy(
    environments: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="The environments: NAME of environments/NAME.toml.")
    ],
    state_dir: StateDirectory = None,
) -> None:
    """Deploy environments into the running local cloud, beside those that are in it; or the same again after a change.

    What `npx cdk deploy -c environment=NAME` does on AWS, with the same file: only account and region are the local
    cloud's. It shows what a file does before it is deployed to AWS. Users and groups that are there stay.

    **Examples**

    `scimctl local deploy compliance`, then `scimctl simulate --environment compliance` to provision into it, and
    `scimctl --local log --environment compliance` to see what came of it

    `scimctl local deploy forms-admin devices` both at the same time
    """
    directory = _directory(state_dir)
    signals.act_like_ctrl_c()
    with lock.held(directory):
        lifecycle.deploy(directory, environments)
    _print_status(directory)


@app.command()
def destroy(
    environment: Annotated[
        str, typer.Argument(metavar="NAME", help="The environment: NAME of environments/NAME.toml.")
    ],
    with_data: Annotated[
        bool, typer.Option("--with-data", help="Also delete the table and the log that its file retains.")
    ] = False,
    yes: YesOption = False,
    state_dir: StateDirectory = None,
) -> None:
    """Remove one environment from the running local cloud; the others stay as they are.

    The counterpart of `npx cdk destroy -c environment=NAME` on AWS. With `retain_data = true` in its file, the default, the
    command keeps the table and the log and prints their names; otherwise it deletes users, groups and log.

    **Examples**

    `scimctl local destroy compliance`

    `scimctl local destroy compliance --with-data --yes` also deletes what was retained, now or at an earlier `destroy`
    """
    directory = _directory(state_dir)
    signals.act_like_ctrl_c()
    with lock.held(directory):
        port = lifecycle.require_running(directory).port
        target = removal.require_removable(directory, environment, port, with_data=with_data)
        data = "with all of its data" if with_data else "with all data that its file does not retain"
        confirm(f"Environment {environment} will be removed from the local cloud, {data}.", yes=yes)
        left = removal.remove(directory, target, with_data=with_data)
    kept = f"Retained: {removal.names_of(left)}." if left else "Nothing of it is left."
    out.print(f"Environment {environment} is removed. {kept}", markup=False, soft_wrap=True)


@app.command()
def down(state_dir: StateDirectory = None) -> None:
    """Stop the local cloud and wait until its data is written; `scimctl local up` starts it again with all of it."""
    directory = _directory(state_dir)
    with lock.held(directory):
        stopped = lifecycle.take_down(directory)
    err.print(f"Its data is in {directory}." if stopped else "No local cloud is running.", soft_wrap=True)


@app.command(name="status")
def show_status(
    next_steps: Annotated[
        bool, typer.Option("--next-steps", help="Print Tenant URL, Secret Token and what to try next.")
    ] = False,
    environment: EnvironmentOption = None,
    output: Annotated[
        Output, typer.Option("--output", "-o", help="For people (text) or for programs (json).")
    ] = Output.TEXT,
    state_dir: StateDirectory = None,
) -> None:
    """Show whether the local cloud runs, its address and its content. Exit status 3 when it does not run.

    **Example**

    `scimctl local status --next-steps --environment compliance` prints what to enter in an identity provider
    """
    directory = _directory(state_dir)
    found = status.read(directory)
    chosen = found.of(environment)
    if output is Output.JSON:
        out.print_json(json.dumps(found.as_json(chosen, with_secret=next_steps)))
    elif next_steps and found.healthy and chosen and chosen.connection:
        out.print(status.next_steps(found, chosen, chosen.connection), markup=False, soft_wrap=True)
    else:
        _print_status(directory)
    if not found.running:
        raise typer.Exit(status.NOT_RUNNING)


@app.command(name="logs")
def show_logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print new requests until Ctrl-C.")] = False,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="From when on: 90s, 10m, 2h, 1d ago, or a time like 2027-01-31T14:05.")
    ] = "1h",
    everything: Annotated[
        bool, typer.Option("--all", help="The whole log group, not only the requests and refusals.")
    ] = False,
    environment: EnvironmentOption = None,
    state_dir: StateDirectory = None,
) -> None:
    """Show the SCIM log of the local cloud: one line for every request. `scimctl log` shows it by user, group and failure.

    **Example**

    `scimctl local logs --since 10m --follow`
    """
    directory = _directory(state_dir)
    lifecycle.require_running(directory)
    first = state.read_state(directory)
    name = environment or (first.environment if first else lifecycle.USUAL)
    _print_log(directory, name, moment(since, datetime.now(UTC)), follow=follow, everything=everything)


def _directory(chosen: Path | None) -> Path:
    """Return the state directory as an absolute path."""
    return (chosen or state.default_directory()).resolve()


def _stay(directory: Path, environment: str) -> None:
    """Show the SCIM log until Ctrl-C or until the local cloud stops; then make sure that nothing runs."""
    err.print("The SCIM log follows. Ctrl-C stops the local cloud; its data is kept.", style="dim")
    try:
        _print_log(directory, environment, datetime.now(UTC), follow=True)
    finally:
        with signals.postponed(), lock.held(directory, wait=True):
            lifecycle.take_down(directory)
    err.print(f"Its data is in {directory}.", soft_wrap=True)


def _print_log(
    directory: Path, environment: str, begin: datetime, *, follow: bool = False, everything: bool = False
) -> None:
    """Print the log from a moment on, until its end, Ctrl-C or the stop of the local cloud."""
    question = Question(Selection(everything=everything), begin, follow=follow)
    try:
        Listing(resolve(environment, directory, local=True), question).run()
    except KeyboardInterrupt:
        err.print()
    except LogUnavailable:
        err.print("The local cloud was stopped.")


def _print_status(directory: Path) -> None:
    """Print what is running, for people."""
    for name, value in status.read(directory).rows():
        out.print(f"{name:<17}{value}".rstrip(), markup=False, soft_wrap=True)
