"""Which records an operator asked for: the options of `scimctl log`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lambdas.operations.log.events import SHOWN, Record, is_failure, is_shown
from lambdas.records import Kind

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Subject:
    """A user or a group that records are looked for of."""

    resource_type: str
    """``User`` or ``Group``."""

    name: str
    """What the operator calls it: a ``userName`` or ``displayName``, an ``externalId`` or an id; ``*`` stands for anything."""

    ids: set[str] = field(default_factory=set)
    """The ids it is known to have. A record whose name fits adds its id, for the later ones that tell only that."""

    def is_of(self, record: Record) -> bool:
        """Tell whether a record is about it: by id, by name, or as what a search looked for. Case does not matter."""
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
    """What is asked for; all of it has to be so."""

    failed: bool = False
    """Only what did not succeed."""

    subject: Subject | None = None
    """Only what is about this user or group."""

    connection: str | None = None
    """Only what came through this connection."""

    directory: str | None = None
    """Only what is about this directory."""

    everything: bool = False
    """The whole log group, whatever else is asked for."""

    def takes(self, record: Record) -> bool:
        """Tell whether a record is asked for."""
        return self.everything or (self.takes_without_subject(record) and self.is_about_subject(record))

    def takes_without_subject(self, record: Record) -> bool:
        """Tell whether a record would be asked for if no user or group were named."""
        if not is_shown(record) or (self.failed and not is_failure(record)):
            return False
        if self.connection and self.connection not in (record.get("connection"), record.get("token_connection")):
            return False
        return not self.directory or record.get("directory") == self.directory

    def is_about_subject(self, record: Record) -> bool:
        """Tell whether a record is about the user or group that was named; all are when none was."""
        return self.subject is None or self.subject.is_of(record)

    def pattern(self) -> str:
        """Return a filter pattern of CloudWatch Logs for everything asked for, and no less.

        It leaves the user or group to :meth:`takes`: patterns compare names with their case, and know no ids. Failures that
        are not of that user are read too, to be told when there are none of it.
        """
        if self.everything:
            return ""
        wanted = [_any(f'$.event = "{each}"' for each in Kind if each in SHOWN)]
        if self.failed:
            failed_requests = f'($.event = "{Kind.REQUEST}" && $.status >= 400)'
            failed_sweeps = f'($.event = "{Kind.SWEEP}" && $.sweeps_failed >= 1)'
            refusals = _any(f'$.event = "{each}"' for each in (Kind.REFUSED, Kind.FAILURE))
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
