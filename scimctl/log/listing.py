"""`scimctl log`: the wanted records, printed as they are read, and suggestions where there are none."""

import shlex
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import typer
from rich.text import Text

from lambdas.environment import file as settings
from lambdas.operations.log import descriptions
from lambdas.operations.log.events import LogEvent, Record, is_failure, is_shown, status_of, text_of
from lambdas.operations.log.names import Names
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from lambdas.operations.target import Target
from lambdas.records import Kind
from scimctl import console
from scimctl.guide import command
from scimctl.log import lines
from scimctl.log.moments import day, full
from scimctl.options import Output
from scimprobe.printable import json_text, printable

METRIC_FIELDS = ("_aws",)
"""Fields of a record that only CloudWatch's metrics need."""

SUGGESTED = 5
"""Kinds of other failures that are shown when there is none of the wanted user or group."""


@dataclass(frozen=True)
class Question:
    """What the operator asks `scimctl log`."""

    selection: Selection
    since: datetime
    again: str = ""
    """The options that repeat the question without its user or group, such as ``--since 1d``."""

    follow: bool = False
    output: Output = Output.TEXT


class Listing:
    """Prints the records that a question asks for."""

    def __init__(self, target: Target, question: Question) -> None:
        """Prepare to answer a question about an environment; looks up its user or group in the directory."""
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

        :raises LogUnavailable: When the log does not answer.
        """
        pattern, question = self.selection.pattern(), self.question
        reading = self.reader.follow if question.follow else self.reader.pages
        try:
            for page in reading(question.since, pattern=pattern, progress=self._report):
                self._page(page)
        finally:
            self.ticker.wipe()
        if not self.printed and question.output is Output.TEXT:
            for suggestion in self._suggestions():
                console.err.print(Text(printable(suggestion)), soft_wrap=True)

    def _report(self, number: int, last: datetime | None) -> None:
        self.ticker.show(f"{number:,} records read" + (f", up to {full(last)}" if last else ""))

    def _page(self, page: list[LogEvent]) -> None:
        self.names.learn(event.record for event in page if event.record)
        chosen = []
        for event in page:
            if self.selection.matches(event.record):
                chosen.append(event)
            elif self.selection.matches_without_subject(event.record) and is_failure(event.record):
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
        _show(lines.line_of(event, self.names))

    def _suggestions(self) -> list[str]:
        """Return what to print when nothing was found: other failures, and where else to look."""
        subject, environment = self.selection.subject, self.target.settings.name
        what = "No failure" if self.selection.failed else "Nothing"
        noun = subject.resource_type.lower() if subject else ""
        about = f" about {noun} {subject.name}" if subject else ""
        suggestions = [f"{what}{about} since {full(self.question.since)} in environment {environment}."]
        if subject and self._exists is not None:
            shown = f"has this {noun}: {command(self.target, f'{noun}s show {shlex.quote(subject.name)}')}"
            suggestions.append(f"The directory {shown if self._exists else f'has no such {noun}'}.")
        if self._others:
            suggestions.append(f"Failures in the same period that are not about this {noun}:")
            suggestions += [f"{count:7,}  {kind}" for kind, count in self._others.most_common(SUGGESTED)]
            suggestions.append(f"Show them with {command(self.target, f'log --failed {self.question.again}'.strip())}.")
        others = [name for name in settings.names() if name != environment]
        elsewhere = f" Other environments: {', '.join(others)}." if others else ""
        suggestions.append(f"Look further back with --since, for example --since 3d.{elsewhere}")
        return suggestions


def _show(line: Text) -> None:
    """Print a line: in colours on a terminal; plainly to another program, which takes a third of the time."""
    if console.out.is_terminal:
        console.out.print(line, soft_wrap=True)
    else:
        typer.echo(line.plain)


def _identify(target: Target, selection: Selection) -> bool | None:
    """Add the id of the wanted user or group to a selection; return whether it exists, None when that is unknown.

    A record of a change by id holds no name. Without access to the table, only records with the name are found.
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
    """Return a record for programs: in one line, with ``time`` and the action in words."""
    record = {name: value for name, value in event.record.items() if name not in METRIC_FIELDS}
    known = {"action": descriptions.action(record)} if is_shown(record) else {}
    line = {"time": event.at.isoformat(timespec="milliseconds"), **known, **(record or {"message": event.message})}
    return json_text(line)


def _kind(record: Record) -> str:
    """Return what failures of the same kind have in common: status, action and reason."""
    reason = descriptions.outcome_of(record) if record.get("event") != Kind.REQUEST else _problem(record)
    return f"{status_of(record) or 500} {descriptions.action(record)}  {reason}".rstrip()


def _problem(record: Record) -> str:
    return text_of(record, "scim_type") or text_of(record, "detail") or ""
