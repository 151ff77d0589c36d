"""What the commands of `scimctl log` do."""

from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from lambdas.credentials.store import check_directory
from lambdas.operations.log import request_history
from lambdas.operations.log.ids import FORM
from lambdas.operations.log.names import Names
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection, Subject
from lambdas.operations.problems import NotFound
from scimctl import console
from scimctl.log import history
from scimctl.log.listing import Listing, Question
from scimctl.log.moments import moment
from scimctl.options import MIN_ID, Output, connection_id
from scimctl.targets import resolve
from scimprobe.printable import json_text


@dataclass(frozen=True)
class Filters:
    """The options that select records."""

    user: str | None
    group: str | None
    connection: str | None
    directory: str | None
    failed: bool

    def selection(self) -> Selection:
        """Return the records that the options select.

        :raises typer.BadParameter: When options contradict each other, or an id has not the form of one.
        :raises InvalidConnectionError: When the directory's id has not the form of one.
        """
        if self.user and self.group:
            raise typer.BadParameter("pass --user or --group, not both")
        if self.directory:
            check_directory(self.directory)
        user = Subject("User", self.user) if self.user else None
        group = Subject("Group", self.group) if self.group else None
        connection = _checked(connection_id(self.connection)) if self.connection else None
        return Selection(failed=self.failed, subject=user or group, connection=connection, directory=self.directory)


def list_records(environment: str, filters: Filters, since: str, *, follow: bool, output: Output) -> None:
    """Print the selected records, a line each."""
    selection = filters.selection()
    target = resolve(environment)
    begin = moment(since, datetime.now(UTC))
    named = {"since": since, "connection": selection.connection, "directory": selection.directory}
    again = " ".join(f"--{name} {value}" for name, value in named.items() if value)
    try:
        Listing(target, Question(selection, begin, again, follow, output)).run()
    except KeyboardInterrupt:
        return


def show_request(environment: str, request_id: str, since: str | None, output: Output) -> None:
    """Print everything about one request.

    :param request_id: The beginning of one of its ids.
    :param since: How far back to search; None to search step by step.
    :raises NotFound: When no record has such an id.
    """
    if len(_checked(request_id)) < MIN_ID:
        raise typer.BadParameter(f"pass at least {MIN_ID} characters of the id")
    target = resolve(environment)
    begin = moment(since, datetime.now(UTC)) if since else None
    ticker = console.Ticker()
    try:
        found = request_history.find(LogReader.of(target), request_id, begin, ticker.show)
    finally:
        ticker.wipe()
    if not found:
        back = f"since {since}" if since else "in the last 7 days"
        raise NotFound(
            f"There is no record of request {request_id} {back} in environment {target.settings.name}. Look further back with "
            "--since 30d, or in another environment."
        )
    if output is Output.JSON:
        described = [each.as_json(target.guide) for each in found]
        typer.echo(json_text(described, indent=2))
        return
    names = Names(target)
    for number, each in enumerate(found):
        if number:
            console.out.rule()
        names.learn(event.record for event in each.events)
        names.look_up(event.record for event in each.events)
        history.print_history(each, names, target)


def _checked(identifier: str) -> str:
    """Return an id that can stand in a filter pattern."""
    if not FORM.fullmatch(identifier):
        raise typer.BadParameter(f"{identifier[:80]!r} is not an id: use letters, digits and hyphens")
    return identifier
