"""Users and groups, printed: tables and lines for people, SCIM's JSON for programs."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from lambdas.environment.permission_sets import Grant
from lambdas.operations.resources import BY_HAND, Page
from scimctl import console
from scimprobe.printable import json_text, printable

NONE = "-"
"""What is shown for an absent value."""

PIPED_WIDTH = 400
"""Width of a line for another program, so that no column is folded."""

ROOMY_WIDTH = 120
"""Width of a terminal from which the columns of :data:`WIDE` are shown; on a narrower one they would fold the names."""

WIDE = ("External id", "Id")

MEMBERS_SHOWN = 50
"""Members or groups of one resource that people see; programs get all."""

Resource = Mapping[str, Any]
Columns = Mapping[str, Callable[[Resource], object]]

USER_COLUMNS: Columns = {
    "User name": lambda user: user.get("userName"),
    "Name": lambda user: name_of(user),
    "Active": lambda user: active(user),
    "Source": lambda user: source(user),
    "External id": lambda user: user.get("externalId"),
    "Changed": lambda user: changed(user),
    "Id": lambda user: user["id"],
}

GROUP_COLUMNS: Columns = {
    "Name": lambda group: group.get("displayName"),
    "External id": lambda group: group.get("externalId"),
    "Changed": lambda group: changed(group),
    "Id": lambda group: group["id"],
}


def print_list(pages: Iterable[Page], columns: Columns, noun: str, limit: int) -> int:
    """Print resources as a table, and the number of all; return that number.

    :param limit: The most rows; 0 for all.
    """
    screen = console.out if console.out.is_terminal else Console(width=PIPED_WIDTH, highlight=False)
    columns = {name: value for name, value in columns.items() if screen.width >= ROOMY_WIDTH or name not in WIDE}
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        grid.add_column(name, overflow="fold")
    total, shown = 0, 0
    with console.step(f"Reading {noun}s") as step:
        for page in pages:
            total = page.total
            for resource in page.resources[: limit - shown if limit else None]:
                grid.add_row(*(Text(printable(value(resource) or NONE)) for value in columns.values()))
                shown += 1
            step.update(f"{shown:,} of {total:,}")
            if limit and shown >= limit:
                break
        step.note = f"{total:,}"
    if shown:
        screen.print(grid)
    console.out.print(f"{total:,} {noun}{'' if total == 1 else 's'}" + (f", {shown:,} shown" if shown < total else ""))
    return total


def print_json_list(pages: Iterator[Page], limit: int) -> None:
    """Print any number of resources as one JSON object with ``totalResults`` and ``Resources``, as they are read.

    :param limit: The most; 0 for all.
    """
    first = next(pages)
    found = itertools.chain(first.resources, itertools.chain.from_iterable(page.resources for page in pages))
    typer.echo(f'{{"totalResults": {first.total}, "Resources": [', nl=False)
    for number, resource in enumerate(itertools.islice(found, limit or None)):
        typer.echo(f"{',' if number else ''}\n  {json_text(resource)}", nl=False)
    typer.echo("\n]}")


def print_json(value: Any) -> None:
    """Print JSON for a program."""
    typer.echo(json_text(value, indent=2))


def print_user(user: Resource) -> None:
    """Print a user: names, attributes, groups."""
    head = {"User name": user.get("userName"), "Active": active(user), "Source": source(user)}
    _print_lines(user, head)
    _print_references("Groups", user.get("groups") or [])


def print_grants(grants: Sequence[Grant], *, active: bool) -> None:
    """Print the permission sets of a user with their reasons; of a disabled user those it would have when enabled."""
    console.out.print(
        f"Permission sets: {len(grants)}" if active else "Permission sets: 0, because the user is disabled"
    )
    if not active and grants:
        console.out.print("When enabled:")
    for each in grants:
        reasons = ", ".join(map(str, each.reasons))
        console.out.print(Text(f"  {each.set.id}  {printable(each.set.name)}  ({printable(reasons)})"), soft_wrap=True)


def print_group(group: Resource) -> None:
    """Print a group: name, attributes, members by their ``name`` or else their ``display``."""
    _print_lines(group, {"Name": group.get("displayName")})
    _print_references("Members", group.get("members") or [])


def _print_lines(resource: Resource, head: Mapping[str, object]) -> None:
    meta = resource.get("meta") or {}
    lines = {**head, "Id": resource["id"], "External id": resource.get("externalId")}
    lines |= {"Created": meta.get("created"), "Changed": meta.get("lastModified"), "Version": meta.get("version")}
    in_head = {
        "schemas",
        "id",
        "externalId",
        "meta",
        "userName",
        "displayName",
        "active",
        "groups",
        "members",
        BY_HAND,
    }
    if "userName" in resource:
        lines["Display name"] = resource.get("displayName")
    lines |= {name: _text(value) for name, value in resource.items() if name not in in_head}
    width = max(map(len, lines)) + 2
    for name, value in lines.items():
        console.out.print(Text(f"{printable(name) + ':':<{width}}{printable(value or NONE)}"), soft_wrap=True)


def _print_references(title: str, values: list[dict[str, Any]]) -> None:
    console.out.print(Text(f"{title}: {len(values):,}"))
    for value in values[:MEMBERS_SHOWN]:
        kind = f"  {value['type']}" if value.get("type") not in (None, "User", "direct") else ""
        name = value.get("name") or value.get("display") or ""
        console.out.print(Text(f"  {value.get('value')}  {printable(name)}{kind}".rstrip()), soft_wrap=True)
    if len(values) > MEMBERS_SHOWN:
        console.out.print(f"  ... and {len(values) - MEMBERS_SHOWN:,} more: --output json prints all of them.")


def name_of(user: Resource) -> str | None:
    """Return the name of a user: the ``displayName``, or a text made from ``name``."""
    name = user.get("name") or {}
    parts = [name.get("givenName"), name.get("familyName")]
    return user.get("displayName") or name.get("formatted") or " ".join(filter(None, parts)) or None


def active(user: Resource) -> str:
    """Return ``no`` for a user whose ``active`` is false, else ``yes``: a user without ``active`` is active."""
    return "no" if user.get("active") is False else "yes"


def source(user: Resource) -> str:
    """Return whether an identity provider provisions a user, or an operator created it by hand."""
    return "by hand" if user.get(BY_HAND) else "provisioned"


def changed(resource: Resource) -> str:
    """Return the day on which a resource last changed."""
    return str((resource.get("meta") or {}).get("lastModified", ""))[:10]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
