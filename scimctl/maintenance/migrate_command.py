"""`scimctl migrate`: brings what an environment stores to the schema of the running version."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from lambdas.operations.journal import Journal
from lambdas.operations.problems import Conflict, Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record
from lambdas.store import schema
from lambdas.store.table import Table
from scimctl import console
from scimctl.maintenance import migrations
from scimctl.maintenance.migrations import Migration, runner
from scimctl.maintenance.migrations.runner import Result
from scimctl.options import EnvironmentOption, Output, OutputOption, YesOption, confirm
from scimctl.targets import resolve
from scimprobe.printable import json_text


def migrate(
    environment: EnvironmentOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would change, and change nothing. Reads the whole table.")
    ] = False,
    backup: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="TABLE",
            help="A table that AWS restored from a backup, before a directory is restored from it.",
            show_default=False,
        ),
    ] = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Migrate an environment's stored data to the schema of this version.

    The schema is the version of what the table stores. Most versions keep it; the changelog names those that do not. Functions
    that meet a newer schema than they support answer 503, and scimctl refuses to act on it.

    **The order**

    1. Deploy the new version: it reads the old schema and the new one, and writes the new one

    2. `scimctl migrate --environment acme --dry-run` counts what will change

    3. `scimctl migrate --environment acme` changes it, while requests are served

    Until then the version before can be deployed again; afterwards only with a restored table. The command can be interrupted and
    repeated: it resumes where it stopped. It reads the whole table (256 read units for each MB) and writes each item that changes.

    **Examples**

    `scimctl migrate --environment acme --dry-run`

    `scimctl migrate --environment acme --yes --output json`

    `scimctl migrate --environment acme --table scim-acme-before` migrates a restored table
    """
    target = resolve(environment)
    with target.aws_errors_as_problems():
        table = Table(target.client("dynamodb"), backup or target.table_name, patient=False)
        found = schema.read_schema(table)
        steps = _steps(found, table, target)
        if not backup and steps:
            _require_deployed(target, steps[-1].to)
        if dry_run or not steps:
            results = [_count(table, each) for each in steps]
        else:
            confirm(_consequence(table, found, steps), yes=yes)
            results = [_run(table, each, target) for each in steps]
    if output is Output.JSON:
        typer.echo(json_text(_as_json(table, found, results, dry_run=dry_run), indent=2))
    else:
        _print(table, found, steps, results, dry_run=dry_run)


def _steps(found: int, table: Table, target: Target) -> list[Migration]:
    """Return the migrations that are due.

    :raises Problem: When the table has a newer schema than this version knows.
    """
    if found > schema.CURRENT:
        raise Problem(
            f"{table.name} in {target.place} has schema {found}, and this version supports schema {schema.CURRENT} at most. Use "
            "the version that is deployed there."
        )
    return runner.pending(found, migrations.ALL)


def _require_deployed(target: Target, wanted: int) -> None:
    """Refuse while functions run that do not support the new schema: they would answer 503 as soon as it is written."""
    if target.schema < wanted:
        raise Problem(
            f"The functions of {target.place} support schema {target.schema} at most, and would answer 503 after the migration to "
            f"schema {wanted}. Deploy this version first."
        )


def _consequence(table: Table, found: int, steps: Sequence[Migration]) -> str:
    what = " ".join(f"{each.summary}." for each in steps)
    return f"Table {table.name} will be migrated from schema {found} to {steps[-1].to}. {what}"


def _count(table: Table, migration: Migration) -> Result:
    with console.step(f"Counting for schema {migration.to}") as step:
        result = runner.count(table, migration, step.update)
        step.note = f"{result.changed:,} of {result.read:,} items"
    return result


def _run(table: Table, migration: Migration, target: Target) -> Result:
    journal = Journal(target)
    with console.step(f"Migrating to schema {migration.to}") as step:
        try:
            result = runner.run(table, migration, step.update)
        except runner.ItemBusyError as busy:
            raise Problem(f"{busy} Run the command again: it resumes there.") from busy
        except runner.ChangedMeanwhileError as changed:
            raise Conflict(str(changed)) from changed
        step.note = f"{result.changed:,} of {result.read:,} items changed"
    journal.write(
        record(
            Kind.OPERATION,
            environment=target.settings.name,
            request_id=str(uuid.uuid4()),
            operator=journal.operator,
            action="migrate",
            detail=f"table {table.name} to schema {migration.to}: {result.changed:,} items changed",
        )
    )
    return result


def _as_json(table: Table, found: int, results: Sequence[Result], *, dry_run: bool) -> dict[str, Any]:
    return {
        "table": table.name,
        "schema": found if dry_run or not results else results[-1].to,
        "current": schema.CURRENT,
        "dry_run": dry_run,
        "migrations": [{"to": each.to, "read": each.read, "changed": each.changed} for each in results],
    }


def _print(table: Table, found: int, steps: Sequence[Migration], results: Sequence[Result], *, dry_run: bool) -> None:
    if not steps:
        text = f"Table {table.name} has schema {found}, the current one. There is nothing to migrate."
    elif dry_run:
        changes = sum(each.changed for each in results)
        text = f"Table {table.name} has schema {found}; schema {steps[-1].to} changes {changes:,} items. Nothing was changed."
    else:
        text = f"Table {table.name} has schema {steps[-1].to}."
    console.out.print(Text(text), soft_wrap=True)
