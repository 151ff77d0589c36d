"""What the commands of `scimctl fleet` do."""

import contextvars
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.environment.summary import place_of
from lambdas.operations.problems import Problem
from scimctl import console, local_state
from scimctl.connections.show import print_json
from scimctl.environments import status as environment_status
from scimctl.fleet.assembly import Assembly, synthesize
from scimctl.fleet.deploying import folder_of
from scimctl.fleet.members import Member, Selection, select, wave_sizes, waves
from scimctl.fleet.places import Aws, LocalCloud, Place
from scimctl.fleet.progress_file import ProgressFile
from scimctl.fleet.rollout import Outcome, Plan, Rollout
from scimctl.local import cdk, failures, lock
from scimctl.local_option import IS_LOCAL
from scimctl.local_state import PROJECT
from scimctl.options import confirm
from scimprobe.printable import printable

Names = Sequence[str] | None

DIFFERS = 1
"""The exit status of ``cdk diff --fail`` where something differs."""

DIFFERENT = 3
"""The exit status of ``scimctl fleet diff`` where something differs; 1 means that it could not be compared."""


def list_members(names: Names, accounts: str | None, folder: Path | None, *, as_json: bool) -> None:
    """Print the environments of a fleet."""
    members = _members(names, accounts)
    progress = ProgressFile(_folder(folder) / "progress.json")
    rows = [(each, progress.of(each.name)) for each in sorted(members, key=lambda each: (each.account, each.region))]
    if as_json:
        print_json(
            {
                "environments": [
                    {
                        "name": each.name,
                        "account": each.account,
                        "region": each.region,
                        "reached": known.reached.value if known else None,
                        "version": known.version or None if known else None,
                        "at": known.at if known else None,
                    }
                    for each, known in rows
                ]
            }
        )
        return
    grid = Grid(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("Name", "Deployed in", "Last deployment", "Version", "At"):
        grid.add_column(title, overflow="fold")
    for each, known in rows:
        last = (known.reached.value, known.version, known.at) if known else ("none from here", "", "")
        grid.add_row(*(Text(printable(text)) for text in (each.name, place_of(each.environment), *last)))
    console.out.print(grid)
    where = len({(each.account, each.region) for each in members})
    console.out.print(Text(f"{len(members)} environments in {where} accounts and regions."))


def diff(names: Names, accounts: str | None, folder: Path | None) -> None:
    """Print what a deployment would change.

    :raises typer.Exit: With status :data:`DIFFERENT` when something differs.
    """
    members, place = _members(names, accounts), _place(folder)
    with lock.held(place.folder):
        place.require_ready(members)
        with console.step(f"Synthesizing {len(members)} environments"):
            assembly = synthesize(members, place.folder, place.variables(members[0]), local=place.is_local)
        with console.step("Comparing with the deployed stacks"), ThreadPoolExecutor(max_workers=4) as pool:
            begun = [pool.submit(contextvars.copy_context().run, _diff, place, assembly, each) for each in members]
            found = [each.result() for each in begun]
    for member, text in zip(members, found, strict=True):
        console.out.print(Text(f"{member.name}: {'differs' if text else 'no difference'}"))
        if text:
            console.out.print(Text(printable(text, lines=True)), soft_wrap=True)
    if any(found):
        raise typer.Exit(DIFFERENT)


def _diff(place: Place, assembly: Assembly, member: Member) -> str:
    """Return the differences of one environment, or an empty text."""
    log = folder_of(place, member) / "diff.log"
    arguments = ["diff", *assembly.arguments(), member.stack, "--fail", "--method", "template"]
    status = cdk.run_with(arguments, place.variables(member), PROJECT, log, lambda _: None)
    text = log.read_text(encoding="utf-8")
    if status == 0:
        return ""
    if status != DIFFERS or f"Stack {member.stack}" not in text:
        raise Problem(f"{member.name} could not be compared.\n{failures.last_words(log)}\nIts log: {log}")
    return text


def deploy(
    names: Names,
    accounts: str | None,
    folder: Path | None,
    *,
    waves: str,
    parallel: int,
    suite: str,
    bake_minutes: int,
    again: bool,
    yes: bool,
) -> None:
    """Deploy a fleet and print what was done.

    :raises Problem: When a deployment or a check failed.
    """
    plan = Plan(wave_sizes(waves), parallel, suite, bake_minutes, again)
    members, place = _members(names, accounts), _place(folder)
    if not place.is_local:
        confirm(_consequence(members, plan), yes=yes)
    with lock.held(place.folder):
        outcome = Rollout(place, plan).run(members)
    _print(outcome)
    if outcome.failed:
        raise Problem(
            f"{', '.join(outcome.failed)} failed; {len(outcome.untouched)} environments were not begun. Fix the cause, and run the "
            "same command again: it continues with those that are not deployed and checked."
        )


def status(names: Names, accounts: str | None, *, as_json: bool) -> None:
    """Print the state of a fleet."""
    environment_status.run([each.name for each in _members(names, accounts)], as_json=as_json)


def _members(names: Names, accounts: str | None) -> list[Member]:
    chosen = [each.strip() for each in accounts.split(",") if each.strip()] if accounts else []
    return select(Selection(names or (), chosen, IS_LOCAL.get()))


def _folder(folder: Path | None) -> Path:
    if folder:
        return folder.absolute()
    return local_state.default_directory() / "fleet" if IS_LOCAL.get() else PROJECT / ".fleet"


def _place(folder: Path | None) -> Place:
    if IS_LOCAL.get():
        return LocalCloud(local_state.default_directory())
    return Aws(_folder(folder))


def _consequence(members: Sequence[Member], plan: Plan) -> str:
    where = {(each.account, each.region) for each in members}
    planned = waves(members, plan.sizes)
    return (
        f"Up to {len(members)} environments will be deployed into {len(where)} accounts and regions, in {len(planned)} waves, the "
        f"first with {', '.join(each.name for each in planned[0])}."
    )


def _print(outcome: Outcome) -> None:
    rows = {
        "Deployed and checked": outcome.passed,
        "Left alone, already current": outcome.current,
        "Failed": list(outcome.failed),
        "Not begun": outcome.untouched,
    }
    for title, names in rows.items():
        if names:
            console.out.print(Text(f"{title}: {', '.join(names)}"), soft_wrap=True)
