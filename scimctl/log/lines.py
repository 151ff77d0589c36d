"""A log record in one line: time, id, status, action, subject and outcome."""

from rich.text import Text

from lambdas.operations.log import descriptions
from lambdas.operations.log.descriptions import NameOf
from lambdas.operations.log.events import LogEvent, id_of, is_shown, status_of
from lambdas.records import Kind
from scimctl.log.moments import clock
from scimprobe.printable import printable

SHORT_ID = 8
"""Characters of an id in a line; `scimctl log show` accepts as many."""

_ACTION, _SUBJECT = 15, 32
"""Widths of the columns; a longer text moves the rest of its own line."""


def line_of(event: LogEvent, name_of: NameOf = lambda _: None) -> Text:
    """Return an event in one line; a technical one (not :func:`is_shown`) unchanged."""
    record = event.record
    if not is_shown(record):
        return Text(f"{clock(event.at)}  {printable(event.message.rstrip(), lines=True)}", style="dim")
    status = 500 if record.get("event") == Kind.FAILURE else status_of(record)
    line = Text(f"{clock(event.at)}  ")
    line.append(f"{printable(id_of(record) or '')[:SHORT_ID]:<{SHORT_ID}}  ", style="dim")
    line.append(f"{status or '':<3}", style=_colour(status))
    action = printable(descriptions.action(record))
    subject = printable(descriptions.subject_of(record, name_of))
    line.append(f"  {action:<{_ACTION}}  {subject:<{_SUBJECT}}")
    outcome = printable(descriptions.outcome_of(record))
    if outcome:
        line.append(f"  {outcome}")
    if record.get("event") == Kind.REQUEST and not record.get("operator"):
        line.append(f"  {record.get('milliseconds', '?')} ms, {record.get('dynamodb_calls', 0)} calls", style="dim")
    line.rstrip()
    return line


def _colour(status: int) -> str:
    if status >= 500:
        return "bold red"
    return "yellow" if status >= 400 else "green"
