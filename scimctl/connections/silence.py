"""`scimctl connections expect`: after how much silence a connection counts as stalled."""

import typer

from lambdas.operations.connections import Connections
from lambdas.operations.problems import Problem
from scimctl.connections.show import describe_connection, name_of, print_json
from scimctl.durations import parse_duration
from scimctl.options import Output
from scimctl.targets import resolve

MOST_HOURS = 168
"""The longest silence, as in the environment's file."""


def expect(connection_id: str, environment: str, silence: str, output: Output) -> None:
    """Set the silence after which a connection counts as stalled.

    :raises Problem: When the environment's file has no table ``[watch]``.
    """
    hours = _hours(silence)
    target = resolve(environment)
    watch = target.settings.watch
    if watch is None:
        raise Problem(f"Environment {environment} watches no connections: its file has no table [watch].")
    operations = Connections(target)
    found = operations.connection(connection_id)
    changed = operations.expect(found.connection, hours)
    if output is Output.JSON:
        print_json(describe_connection(changed))
        return
    limit = watch.silent_hours if hours is None else hours
    counts = f"counts as stalled after {limit} silent hours" if limit else "never counts as stalled"
    typer.echo(f"Connection {name_of(found)} {counts}.")


def _hours(text: str) -> int | None:
    """Return whole hours, 0 for ``never``, None for ``default``.

    :raises typer.BadParameter: When the text is none of these.
    """
    if text in ("never", "default"):
        return 0 if text == "never" else None
    try:
        hours = parse_duration(text).total_seconds() / 3600
    except ValueError as error:
        raise typer.BadParameter(f"{error}; or never, or default", param_hint="--silence") from None
    if not hours.is_integer() or not 1 <= hours <= MOST_HOURS:
        raise typer.BadParameter(f"pass whole hours from 1h to {MOST_HOURS}h", param_hint="--silence")
    return int(hours)
