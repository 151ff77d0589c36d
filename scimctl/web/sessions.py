"""What `scimctl console sessions` does and prints."""

from rich.table import Table
from rich.text import Text

from lambdas.operations.sessions import OperatorSessions, SignedIn
from scimctl.console import out
from scimctl.options import Output, confirm
from scimctl.web.actions import target_with_console
from scimprobe.printable import json_text, printable


def list_sessions(environment: str, output: Output) -> None:
    """Print the people who are signed in."""
    people = OperatorSessions(target_with_console(environment)).all()
    if output is Output.JSON:
        out.print(json_text({"signed_in": [_person(each) for each in people]}), soft_wrap=True)
        return
    grid = Table("NAME", "ROLE", "SINCE (UTC)", "LAST SEEN", "SESSIONS", box=None, pad_edge=False)
    for each in people:
        since, seen = (f"{moment:%Y-%m-%d %H:%M}" for moment in (each.since, each.seen))
        cells = (each.name, ", ".join(each.roles), since, seen, str(each.sessions))
        grid.add_row(*(Text(printable(cell)) for cell in cells))
    out.print(grid)


def end(environment: str, person: str, *, yes: bool) -> None:
    """End all sessions of a person."""
    sessions = OperatorSessions(target_with_console(environment))
    found = sessions.person(person)
    confirm(f"{printable(found.name)} is signed out on every device, and may sign in again.", yes=yes)
    sessions.end(found)
    out.print(f"All sessions of {printable(found.name)} have ended.", soft_wrap=True, markup=False)


def _person(person: SignedIn) -> dict[str, object]:
    return {
        "subject": person.subject,
        "name": person.name,
        "roles": list(person.roles),
        "sessions": person.sessions,
        "since": person.since.isoformat(),
        "last_seen": person.seen.isoformat(),
    }
