"""What the commands of `scimctl guard` do."""

import typer
from rich.table import Table
from rich.text import Text

from lambdas.credentials.tokens import ID_LENGTH
from lambdas.operations.guard import Guarded, GuardOperations
from scimctl import console
from scimctl.connections.show import moment, print_json
from scimctl.durations import parse_duration
from scimctl.options import Output, confirm, connection_id
from scimctl.targets import resolve


def show(environment: str, output: Output) -> None:
    """Print the counters of all connections."""
    operations = GuardOperations(resolve(environment))
    action, found = operations.settings.action, operations.all()
    if output is Output.JSON:
        print_json({"action": action, "connections": [_describe(each) for each in found]})
        return
    if not found:
        typer.echo("There are no connections.")
        return
    table = Table(box=None)
    for name in ("Connection", "Label", "Last hour", "Limit", "State"):
        table.add_column(name, no_wrap=name == "Connection", min_width=ID_LENGTH if name == "Connection" else 5)
    for each in found:
        label = Text(each.label or "-")
        table.add_row(each.connection, label, str(each.count), str(each.limit), each.state)
    console.out.print(table)


def release(connection: str, environment: str, duration: str, *, yes: bool, output: Output) -> None:
    """Release a connection, after a confirmation."""
    try:
        length = parse_duration(duration)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    operations = GuardOperations(resolve(environment))
    found = connection_id(connection)
    confirm(f"Connection {found} may deprovision any number of users for {duration}.", yes=yes)
    until = operations.release(found, length)
    if output is Output.JSON:
        print_json({"connection": found, "released_until": until.isoformat()})
        return
    typer.echo(f"Released until {moment(until)}. The identity provider sends what was held again in its next cycle.")


def _describe(each: Guarded) -> dict[str, object]:
    return {
        "connection": each.connection,
        "directory": each.directory,
        "label": each.label,
        "last_hour": each.count,
        "limit": each.limit,
        "state": each.state.value,
        "released_until": each.released_until.isoformat() if each.released_until else None,
    }
