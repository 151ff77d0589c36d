"""Options of the commands that list users and groups. Light to import."""

from typing import Annotated

import typer

from scimctl.options import Output

SHOWN = 50
"""Rows that people see by default: about a screen."""

FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help="Only those that match a SCIM filter (RFC 7644 section 3.4.2.2), such as 'userName sw \"ann\"'.",
        show_default=False,
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=0,
        metavar="N",
        help=f"The most to print, 0 for all; by default {SHOWN} for people and all for programs.",
        show_default=False,
    ),
]


def limit_of(limit: int | None, output: Output) -> int:
    """Return how many resources to print: the option, else a screen for people and all (0) for programs."""
    if limit is not None:
        return limit
    return SHOWN if output is Output.TEXT else 0
