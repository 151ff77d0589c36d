"""`scimctl log`: the records that an operator asked for, as they are read, and what to try where there are none."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import typer
from rich.text import Text

from lambdas.environment import file as settings
from lambdas.operations.log import words
from lambdas.operations.log.events import LogEvent, Record, is_failure, is_shown, status_of, text_of
from lambdas.operations.log.names import Names
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from lambdas.operations.target import Target
from lambdas.records import Kind
from scimctl import console
from scimctl.log import lines
from scimctl.log.moments import day, full
from scimctl.options import Output
from scimprobe.printable import printable

NOT_TOLD = ("_aws",)
"""Fields of a record that tell CloudWatch about its metrics, and nobody else anything."""

HINTS = 5
"""Kinds of other failures that are told when nothing was found of a user or group."""


@dataclass(frozen=True)
class Question:
    """What `scimctl log` was asked."""

    selection: Selection
    since: datetime
    again: str = ""
    """The options that name the same time and place once more, such as ``--environment acme --since 1d``."""

    follow: bool = False
    output: Output = Output.TEXT


class Listing:
    """Prints what a question asks for."""

    def __init__(self, target: Target, question: Question) -> None:
        """Take where the environment is deployed, and the question; its subject is looked up in the directory."""
        self.target = target
        self.question = question
        self.selection = question.selection
        self.reader = LogReader.of(target)
        self.names = Names(target)
        self.ticker = console.Ticker()
        self.printed = 0
        self._day = ""
        self._others: Counter[str] = Counter()
        self._exists = _identify(target, question.selection)

    def run(self) -> None:
        """Read and print; with `follow` until Ctrl-C.

        :raises LogUnavailable: When the log does not answer (any more).
        """
        pattern, question = self.selection.pattern(), self.question
        reading = self.reader.follow if question.follow else self.reader.pages
        try:
            for page in reading(question.since, pattern=pattern, progress=self._tell):
                self._page(page)
        finally:
            self.ticker.wipe()
        if not self.printed and question.output is Output.TEXT:
            for hint in self._hints():
                console.err.print(Text(printable(hint)), soft_wrap=True)

    def _tell(self, number: int, last: datetime | None) -> None:
        self.ticker.tell(f"{number:,} records read" + (f", up to {full(last)}" if last else ""))

    def _page(self, page: list[LogEvent]) -> None:
        self.names.learn(event.record for event in page if event.record)
        chosen = []
        for event in page:
            if self.selection.takes(event.record):
                chosen.append(event)
            elif self.selection.takes_without_subject(event.record) and is_failure(event.record):
                self._others[_kind(event.record)] += 1
        self.printed += len(chosen)
        if self.question.output is Output.TEXT:
            self.names.look_up(event.record for event in chosen)
        self.ticker.wipe()
        for event in chosen:
            self._print(event)

    def _print(self, event: LogEvent) -> None:
        if self.question.output is Output.JSON:
            typer.echo(json_of(event))
            return
        if day(event.at) != self._day:
            self._day = day(event.at)
            _show(Text(self._day, style="bold"))
        _show(lines.told(event, self.names))

    def _hints(self) -> list[str]:
        """Return what to tell when nothing was found: what else failed, and where else to look."""
        subject, environment = self.selection.subject, self.target.settings.name
        what = "No failure" if self.selection.failed else "Nothing"
        noun = subject.resource_type.lower() if subject else ""
        about = f" about {noun} {subject.name}" if subject else ""
        hints = [f"{what}{about} since {full(self.question.since)} in environment {environment}."]
        if subject and self._exists is not None:
            shown = f"there is one: `{self.target.scimctl} {noun}s show {subject.name} --environment {environment}`"
            hints.append(f"In the directory {shown if self._exists else f'there is no such {noun}'}.")
        if self._others:
            hints.append(f"What failed in the same time without naming this {noun}:")
            hints += [f"{count:7,}  {kind}" for kind, count in self._others.most_common(HINTS)]
            hints.append(f"See them with `{self.target.scimctl} log --failed {self.question.again}`.")
        others = [name for name in settings.names() if name != environment]
        elsewhere = f" Other environments: {', '.join(others)}." if others else ""
        hints.append(f"Look further back with --since, for example --since 3d.{elsewhere}")
        return hints


def _show(line: Text) -> None:
    """Print a line, in colours on a terminal; to another program plainly, which takes a third of the time."""
    if console.out.is_terminal:
        console.out.print(line, soft_wrap=True)
    else:
        typer.echo(line.plain)


def _identify(target: Target, selection: Selection) -> bool | None:
    """Add to the subject of a selection the id that it has in the directory; return whether it is there, None if unknown.

    A record of a change by id tells no name. Whoever may not read the table finds by the names in the records alone.
    """
    subject = selection.subject
    if subject is None or "*" in subject.name:
        return None
    try:
        found = Resources(target, selection.directory).find(subject.resource_type, subject.name)
    except Problem:
        return None
    if found is not None:
        subject.ids.add(found["id"])
    return found is not None


def json_of(event: LogEvent) -> str:
    """Return a record for programs: in one line, as it was written, with ``time`` and what was done in words."""
    record = {name: value for name, value in event.record.items() if name not in NOT_TOLD}
    known = {"action": words.action(record)} if is_shown(record) else {}
    told = {"time": event.at.isoformat(timespec="milliseconds"), **known, **(record or {"message": event.message})}
    return json.dumps(told, ensure_ascii=False)


def _kind(record: Record) -> str:
    """Return what failures have in common, without whom they were about."""
    reason = words.why(record) if record.get("event") != Kind.REQUEST else _problem(record)
    return f"{status_of(record) or 500} {words.action(record)}  {reason}".rstrip()


def _problem(record: Record) -> str:
    return text_of(record, "scim_type") or text_of(record, "detail") or ""
