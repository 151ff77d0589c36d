"""A record in one line: time, id, result, what was done, to whom, and why."""

from rich.text import Text

from lambdas.operations.log import words
from lambdas.operations.log.events import LogEvent, id_of, is_shown, status_of
from lambdas.operations.log.words import NameOf
from lambdas.records import Kind
from scimctl.log.moments import clock
from scimprobe.printable import printable

SHORT_ID = 8
"""Characters of an id that a line shows; `scimctl log show` takes as many."""

_ACTION, _WHOM = 15, 32
"""Characters of the columns; what is longer moves the rest of its own line."""


def told(event: LogEvent, name_of: NameOf = lambda _: None) -> Text:
    """Tell an event in one line; one that is none of :func:`is_shown` as it stands."""
    record = event.record
    if not is_shown(record):
        return Text(f"{clock(event.at)}  {printable(event.message.rstrip(), lines=True)}", style="dim")
    status = 500 if record.get("event") == Kind.FAILURE else status_of(record)
    line = Text(f"{clock(event.at)}  ")
    line.append(f"{(id_of(record) or '')[:SHORT_ID]:<{SHORT_ID}}  ", style="dim")
    line.append(f"{status or '':<3}", style=_colour(status))
    action, whom = printable(words.action(record)), printable(words.whom(record, name_of))
    line.append(f"  {action:<{_ACTION}}  {whom:<{_WHOM}}")
    reason = printable(words.why(record))
    if reason:
        line.append(f"  {reason}")
    if record.get("event") == Kind.REQUEST and not record.get("operator"):
        line.append(f"  {record.get('milliseconds', '?')} ms, {record.get('dynamodb_calls', 0)} calls", style="dim")
    line.rstrip()
    return line


def _colour(status: int) -> str:
    if status >= 500:
        return "bold red"
    return "yellow" if status >= 400 else "green"
