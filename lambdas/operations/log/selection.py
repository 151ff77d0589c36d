"""Which log records an operator asks for: by failure, user, group, connection or directory."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lambdas.operations.log.events import SHOWN, Record, is_failure, is_shown
from lambdas.records import Kind

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Subject:
    """A user or group whose records are wanted."""

    resource_type: str
    """``User`` or ``Group``."""

    name: str
    """Its ``userName`` or ``displayName``, ``externalId`` or id; ``*`` stands for anything."""

    ids: set[str] = field(default_factory=set)
    """Its known ids. A record with its name adds an id, for later records that hold the id only."""

    def matches(self, record: Record) -> bool:
        """Return whether a record is about it: by id, by name, or as the value of a search. Case does not matter."""
        if record.get("event") == Kind.SWEEP:
            return record.get("group") in self.ids
        if record.get("resource_type", self.resource_type) != self.resource_type:
            return False
        if record.get("resource_id") in self.ids:
            return True
        found = any(self._fits(str(record.get(name, ""))) for name in ("resource_name", "external_id", "resource_id"))
        if found and record.get("resource_id"):
            self.ids.add(str(record["resource_id"]))
        return found or any(self._fits(value) for value in _QUOTED.findall(str(record.get("filter", ""))))

    def _fits(self, value: str) -> bool:
        if "*" not in self.name:
            return value.lower() == self.name.lower()
        return fnmatchcase(value.lower(), re.sub(r"([?\[])", r"[\1]", self.name.lower()))


@dataclass(frozen=True)
class Selection:
    """The wanted records: those that meet every condition."""

    failed: bool = False
    """Only failures."""

    subject: Subject | None = None
    """Only records about this user or group."""

    connection: str | None = None
    """Only requests through this connection."""

    directory: str | None = None
    """Only records about this directory."""

    everything: bool = False
    """The whole log group; the other conditions are ignored."""

    def matches(self, record: Record) -> bool:
        """Return whether a record is wanted."""
        return self.everything or (self.matches_without_subject(record) and self.is_about_subject(record))

    def matches_without_subject(self, record: Record) -> bool:
        """Return whether a record meets every condition but the one about the user or group."""
        if not is_shown(record) or (self.failed and not is_failure(record)):
            return False
        if self.connection and self.connection not in (record.get("connection"), record.get("token_connection")):
            return False
        return not self.directory or record.get("directory") == self.directory

    def is_about_subject(self, record: Record) -> bool:
        """Return whether a record is about the wanted user or group; every record is when none is named."""
        return self.subject is None or self.subject.matches(record)

    def pattern(self) -> str:
        """Return a filter pattern of CloudWatch Logs that matches at least the wanted records.

        It ignores the user or group, which :meth:`matches` checks: patterns compare names with their case, and ids are unknown.
        So the failures of others are read as well, which are shown when the user has none.
        """
        if self.everything:
            return ""
        wanted = [_any(f'$.event = "{each}"' for each in Kind if each in SHOWN)]
        if self.failed:
            failed_requests = f'($.event = "{Kind.REQUEST}" && $.status >= 400)'
            failed_sweeps = f'($.event = "{Kind.SWEEP}" && $.sweeps_failed >= 1)'
            refusals = _any(f'$.event = "{each}"' for each in (Kind.REFUSED, Kind.TOKEN_REFUSED, Kind.FAILURE))
            wanted = [failed_requests, failed_sweeps, refusals]
        wanted.append(f'($.event = "{Kind.ACCESS}" && $.refusal != "-")')
        pattern = _any(wanted)
        if self.connection:
            pattern += f' && ($.connection = "{self.connection}" || $.token_connection = "{self.connection}")'
        if self.directory:
            pattern += f' && ($.directory = "{self.directory}")'
        return f"{{ {pattern} }}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' || '.join(conditions)})"
