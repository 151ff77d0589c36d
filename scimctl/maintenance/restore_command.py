"""`scimctl directories restore`: restores a directory from a backup."""

import shlex
import uuid
from typing import Annotated

import typer
from rich.text import Text

from lambdas.credentials.connections import State
from lambdas.credentials.store import ConnectionStore, check_directory
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record
from lambdas.store.schema import read_schema
from lambdas.store.table import Table
from scimctl import console
from scimctl.guide import command
from scimctl.maintenance import restoring
from scimctl.maintenance.restoring import Difference
from scimctl.options import EnvironmentOption, YesOption, confirm
from scimctl.targets import resolve

TYPES = {"USER": "users", "GROUP": "groups"}


def restore(
    backup: Annotated[
        str, typer.Option("--from", metavar="TABLE", help="The table that AWS restored the environment's table to.")
    ],
    environment: EnvironmentOption,
    directory_id: Annotated[
        str | None,
        typer.Option(
            "--directory", metavar="ID", help="The directory; the environment's own by default.", show_default=False
        ),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Restore a directory from a backup; connections, tokens and other directories stay as they are.

    1. Let AWS restore the environment's table to a moment before the damage, under another name:
       `aws dynamodb restore-table-to-point-in-time --source-table-name TABLE --target-table-name TABLE-before
       --restore-date-time 2027-01-31T09:00:00Z`

    2. Disable the directory's connections, so that it does not change meanwhile: `scimctl connections disable`

    3. `scimctl directories restore --from TABLE-before --environment acme` shows what it would do, and asks for confirmation

    4. `scimctl directories verify`, then enable the connections, and restart provisioning in the identity provider: it has
       stored the ids of users that were created after the backup and no longer exist.

    After an interruption, run it again.
    """
    target = resolve(environment)
    chosen = target.settings.directory if directory_id is None else directory_id
    check_directory(chosen)
    with target.aws_errors_as_problems():
        live, copy = target.table(), Table(target.client("dynamodb"), backup, patient=False)
        _check_closed(target, live, chosen)
        _check_schema(live, copy, target)
        with console.step(f"Comparing directory {chosen} with {backup}") as step:
            difference = restoring.compare(live, copy, chosen, step.update)
            step.note = f"{len(difference.changed):,} items differ, {len(difference.added):,} are new"
        _check(difference, backup, chosen)
        if not difference.changed and not difference.added:
            console.out.print(Text(f"Directory {chosen} is as it was in {backup}."), soft_wrap=True)
            return
        confirm(_consequence(difference, chosen), yes=yes)
        journal = Journal(target)
        with console.step("Restoring") as step:
            restoring.restore(live, copy, chosen, difference, step.update)
    journal.write(
        record(
            Kind.OPERATION,
            environment=target.settings.name,
            request_id=str(uuid.uuid4()),
            directory=chosen,
            operator=journal.operator,
            action="restore directory",
            detail=f"from table {backup}: {len(difference.changed):,} items written, {len(difference.added):,} removed",
        )
    )
    verify = command(target, "directories verify")
    done = f"Directory {chosen} is restored. Next: {verify}, then enable its connections."
    console.out.print(Text(done), soft_wrap=True)


def _check_closed(target: Target, live: Table, directory: str) -> None:
    """Raise a problem when a connection of the directory is enabled."""
    open_ones = [
        each.id
        for each in ConnectionStore(live).connections()
        if each.directory == directory and each.state is State.ENABLED
    ]
    if open_ones:
        commands = "".join("\n  " + command(target, f"connections disable {each}").strip("`") for each in open_ones)
        seconds = target.settings.api.authorizer_cache_seconds
        raise Problem(
            f"Directory {directory} could change while it is restored. Disable its connections first, and wait {seconds} s "
            f"until API Gateway no longer accepts cached tokens:{commands}"
        )


def _check_schema(live: Table, copy: Table, target: Target) -> None:
    """Refuse a backup of another schema, whose items the functions would misread."""
    now, then = read_schema(live), read_schema(copy)
    if then < now:
        migrate = command(target, f"migrate --table {shlex.quote(copy.name)}")
        raise Problem(
            f"Table {copy.name} has schema {then}, and the environment has schema {now}. First run {migrate}."
        )
    if then > now:
        raise Problem(
            f"Table {copy.name} has schema {then}, and the environment has schema {now}: migrate the environment first."
        )


def _check(difference: Difference, backup: str, directory: str) -> None:
    if not difference.then:
        raise Problem(f"Table {backup} has no items of directory {directory}. Is it the table that AWS restored?")


def _consequence(difference: Difference, directory: str) -> str:
    numbers = ", ".join(f"{name} {difference.now[kind]:,} → {difference.then[kind]:,}" for kind, name in TYPES.items())
    return (
        f"Directory {directory}: {numbers}. {len(difference.changed):,} items will be written and "
        f"{len(difference.added):,} removed. All changes since the backup are lost."
    )
