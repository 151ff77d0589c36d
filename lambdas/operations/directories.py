"""The directories of a deployed environment: created, listed and closed."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from lambdas.credentials.connections import Connection
from lambdas.credentials.store import check_directory
from lambdas.operations.connections import Connections
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Conflict, NotFound, Problem
from lambdas.operations.target import Target
from lambdas.records import Kind
from lambdas.records import record as log_record
from lambdas.store import directory_list, keys
from lambdas.store.directory_list import ListedDirectory
from lambdas.store.transactions import ConditionFailed

TYPES = ("User", "Group")


@dataclass(frozen=True)
class DirectorySummary:
    """A directory and what is in it."""

    id: str
    label: str
    created: datetime | None
    """When an operator created it; None for one that exists by its connections."""

    closed: datetime | None
    """When its deletion began; None for a directory in use."""

    is_own: bool
    """Whether it is the environment's own, which its file names."""

    connections: int
    users: int
    groups: int


class Directories:
    """The directories of one environment: its own, those that operators created, and those of connections."""

    def __init__(self, target: Target) -> None:
        """Open the directories of an environment."""
        self.target = target
        self.connections = Connections(target)
        self.table = self.connections.store.table

    def all(self) -> list[DirectorySummary]:
        """Return every directory, the environment's own first: 2 Queries for each, of 256 small items."""
        with self.target.aws_errors_as_problems():
            listed = directory_list.read_all(self.table)
            connections = self.connections.store.connections()
            own = self.target.settings.directory
            others = {*listed, *(each.directory for each in connections)} - {own}
            return [self._summary(each, listed, connections) for each in (own, *sorted(others))]

    def directory(self, directory_id: str) -> DirectorySummary:
        """Return one directory.

        :raises InvalidConnectionError: When the id is not valid.
        :raises NotFound: When there is no such directory.
        """
        check_directory(directory_id)
        known = self.all()
        found = next((each for each in known if each.id == directory_id), None)
        if found is None:
            names = ", ".join(each.id for each in known)
            raise NotFound(
                f"There is no directory {directory_id} in {self.target.place}. The directories are: {names}."
            )
        return found

    def create(self, directory_id: str, label: str = "") -> None:
        """Add a directory to the list of directories.

        :raises InvalidConnectionError: When the id is not valid.
        :raises Conflict: When the directory exists, or data of it does.
        """
        check_directory(directory_id)
        if any(each.id == directory_id for each in self.all()):
            raise Conflict(f"Directory {directory_id} exists already in {self.target.place}.")
        with self.target.aws_errors_as_problems():
            if any(self._count(directory_id, each) for each in TYPES):
                raise Conflict(
                    f"There is data of a directory {directory_id} in {self.target.place}, without a connection. Choose another id."
                )
            journal = Journal(self.target)
            try:
                directory_list.add(self.table, directory_id, label)
            except ConditionFailed as lost:
                raise Conflict(f"Directory {directory_id} was created at the same time.") from lost
        self.record(journal, directory_id, "create directory")

    def close(self, directory_id: str) -> ListedDirectory:
        """Mark a directory as being deleted, and delete its connections with their tokens and clients. Safe to repeat.

        Tokens that API Gateway checked before may be accepted for ``authorizer_cache_seconds`` more.
        """
        with self.target.aws_errors_as_problems():
            found = [each for each in self.connections.store.connections() if each.directory == directory_id]
            directory_list.close(self.table, directory_id, (each.id for each in found))
        for each in found:
            self.connections.delete(self.connections.connection(each.id).connection)
        with self.target.aws_errors_as_problems():
            closed = directory_list.read(self.table, directory_id)
        if closed is None or closed.closed is None:
            raise Problem(f"Directory {directory_id} was deleted at the same time.")
        return closed

    def record(self, journal: Journal, directory_id: str, action: str, detail: str = "") -> None:
        """Record a change that was made to a directory as a whole."""
        fields = {"directory": directory_id, "action": action, "detail": detail or None}
        made = log_record(
            Kind.OPERATION,
            environment=self.target.settings.name,
            request_id=str(uuid.uuid4()),
            operator=journal.operator,
            **fields,
        )
        journal.write({name: value for name, value in made.items() if value is not None})

    def _summary(
        self, directory_id: str, listed: dict[str, ListedDirectory], connections: list[Connection]
    ) -> DirectorySummary:
        line = listed.get(directory_id, ListedDirectory(directory_id))
        return DirectorySummary(
            directory_id,
            line.label,
            line.created,
            line.closed,
            is_own=directory_id == self.target.settings.directory,
            connections=sum(each.directory == directory_id for each in connections),
            users=self._count(directory_id, "User"),
            groups=self._count(directory_id, "Group"),
        )

    def _count(self, directory_id: str, resource_type: str) -> int:
        items = self.table.query(keys.counts(directory_id, resource_type), attributes=["n"])
        return sum(int(item["n"]["N"]) for item in items)
