"""`scimctl directories verify`: finds and repairs inconsistencies in stored data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table as Grid
from rich.text import Text

from lambdas.credentials.store import ConnectionStore, check_directory
from lambdas.environment.provider import build_provider
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.scim.discovery import DirectoryProvider
from lambdas.store import directory_list
from lambdas.store.listing import Listing
from lambdas.store.table import Table
from scimctl import console
from scimctl.maintenance import verification
from scimctl.maintenance.verification import Difference
from scimctl.options import EnvironmentOption, Output, OutputOption
from scimctl.targets import resolve
from scimprobe.printable import json_text

SHOWN = 100
"""Differences shown as text; the JSON output holds all of them."""


@dataclass(frozen=True)
class Verified:
    """The result of verifying one directory."""

    place: str
    """Where it is, for example ``stack scim-acme in eu-central-1``."""

    directory: str
    resources: dict[str, int]
    """The numbers of resources, by type."""

    repaired: Sequence[Difference]
    left: Sequence[Difference]
    """The differences that remain."""

    @property
    def wrong(self) -> list[Difference]:
        """The remaining differences that some read shows."""
        return [each for each in self.left if not each.harmless]

    @property
    def unswept(self) -> list[Difference]:
        """The memberships of deleted groups that are not swept yet."""
        return [each for each in self.left if each.harmless]

    def as_json(self) -> dict[str, Any]:
        """Return the result for ``--output json``."""
        return {
            "passed": not self.wrong,
            "directory": self.directory,
            "resources": self.resources,
            "differences": [_as_json(each) for each in self.wrong],
            "unswept": [_as_json(each) for each in self.unswept],
            "repaired": [_as_json(each) for each in self.repaired],
        }


def verify(
    environment: EnvironmentOption,
    directory_id: Annotated[
        str | None,
        typer.Option(
            "--directory", metavar="ID", help="The directory; the environment's own by default.", show_default=False
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair what can be repaired, then verify again; safe while requests run.")
    ] = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Find every inconsistency in a directory; exit status 1 when one remains.

    The table stores some facts twice, so that a request reads little: how many users there are, the owner of a userName, the
    look-up of an externalId, a group's members and a user's groups. Requests keep both sides equal. They diverge after a direct
    write to the table, a partial restore, or a bug. This command reads the whole table (256 read units for each MB) and compares
    all of it. The directory may be in use: differences that a request under way causes are not reported.

    **What is reported**

    - `count`: `totalResults` is wrong, and pages by `startIndex` repeat or miss some

    - `unique-…`: a userName, a displayName or another unique value finds no resource or the wrong one, or is blocked

    - `unique-twice`: two resources have one unique value; **you decide which one keeps it**: change or delete the other

    - `lookup-…`: an externalId, an e-mail address or another matching value finds no resource, or the wrong one

    - `member-…`, `groups-…`: a group's members and their groups differ

    - `unreadable`: a stored resource is damaged; restore it from a backup, or delete it and let it be provisioned again

    - `unswept`: memberships of a deleted group, which are swept within seconds; no read shows them, and this is no failure

    **With --repair**, a group's member list takes precedence over the members' groups, resources over their keys, ids over counts.

    **After a change of `unique` or `matching`** in the environment's file, deploy it and repair at once: resources that were stored
    before have no keys for a new attribute, and are not found by it until then. Those differences are expected.

    **Examples**

    `scimctl directories verify --environment acme`

    `scimctl directories verify --environment acme --directory subsidiary --repair`

    `scimctl directories verify --environment local --output json`
    """
    target = resolve(environment)
    chosen = target.settings.directory if directory_id is None else directory_id
    check_directory(chosen)
    verified = run(target, chosen, repair=repair)
    if output is Output.JSON:
        typer.echo(json_text(verified.as_json(), indent=2))
    else:
        _print(verified)
    if verified.wrong:
        raise typer.Exit(1)


def run(target: Target, directory_id: str, *, repair: bool = False) -> Verified:
    """Return the result of verifying a directory, and repairing it on request; progress is shown on stderr.

    :raises Problem: When the table cannot be read or written, or there is no such directory.
    :raises OutOfTimeError: When it did not answer in time.
    """
    provider = build_provider(target.settings)
    with target.aws_errors_as_problems():
        table = target.table()
        found = _verify(table, directory_id, provider, f"Reading directory {directory_id}")
        repaired: list[Difference] = []
        if repair and found:
            with console.step("Repairing") as step:
                patience = verification.REQUEST_SECONDS
                left = verification.repair(table, directory_id, provider, found, step.update, patience=patience)
                remaining = {each.subject for each in left}
                repaired = [each for each in found if each.subject not in remaining]
                step.note = f"{len(repaired):,} of {len(found):,}"
            found = _verify(table, directory_id, provider, "Reading it again")
        counted = _counted(table, directory_id, provider)
        if not found and not any(counted.values()):
            _require_directory(target, table, directory_id)
        return Verified(target.place, directory_id, counted, repaired, found)


def _require_directory(target: Target, table: Table, directory_id: str) -> None:
    """Raise a problem for a mistyped id: that of neither the environment's own directory nor any connection's.

    :raises Problem: With the ids of the directories.
    """
    of_connections = {each.directory for each in ConnectionStore(table).connections()}
    known = {target.settings.directory, *directory_list.read_all(table), *of_connections}
    if directory_id not in known:
        raise Problem(
            f"There is no directory {directory_id} in {target.place}. The directories are: {', '.join(sorted(known))}."
        )


def _verify(table: Table, directory_id: str, provider: DirectoryProvider, text: str) -> list[Difference]:
    with console.step(text) as step:
        found = verification.verify(table, directory_id, provider, step.update)
        number = sum(not each.harmless for each in found)
        step.note = "no difference" if number == 0 else _number(number, "difference")
    return found


def _counted(table: Table, directory_id: str, provider: DirectoryProvider) -> dict[str, int]:
    """Return the numbers of resources by the stored counts; all zero may mean a mistyped id."""
    listing = Listing(table, directory_id)
    return {str(each.name): sum(listing.counts(each).values()) for each in provider.resource_types}


def _as_json(difference: Difference) -> dict[str, str]:
    return {
        "kind": difference.kind.value,
        "key": difference.key,
        "found": difference.found,
        "expected": difference.expected,
        "sentence": difference.sentence,
    }


def _print(verified: Verified) -> None:
    counted = ", ".join(_number(number, name) for name, number in verified.resources.items())
    console.out.print(Text(f"Directory {verified.directory} in {verified.place}: {counted}"), soft_wrap=True)
    if verified.repaired:
        console.out.print(Text(f"Repaired: {_number(len(verified.repaired), 'difference')}.", style="green"))
        _print_grid(verified.repaired)
    if verified.wrong:
        console.out.print(Text(f"{_number(len(verified.wrong), 'difference')}:", style="bold red"))
        _print_grid(verified.wrong)
    else:
        console.out.print(Text("No inconsistencies.", style="bold green"))
    if verified.unswept:
        groups = {getattr(each.subject, "group_id", "") for each in verified.unswept}
        sentence = f"{_number(len(groups), 'deleted group')} to be swept; no read shows their memberships."
        console.out.print(Text(sentence, style="dim"), soft_wrap=True)


def _print_grid(differences: Sequence[Difference]) -> None:
    grid = Grid(show_lines=True)
    grid.add_column("Kind", no_wrap=True)
    grid.add_column("What is wrong", overflow="fold")
    for each in differences[:SHOWN]:
        detail = f"{each.key}\nis {each.found}, should be {each.expected}"
        grid.add_row(each.kind.value, Text.assemble(each.sentence, "\n", (detail, "dim")))
    console.out.print(grid)
    if len(differences) > SHOWN:
        console.out.print(f"... and {len(differences) - SHOWN:,} more: --output json lists all of them.")


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
