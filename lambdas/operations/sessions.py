"""Who is signed in to the console, and how an operator ends another person's sessions."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lambdas.credentials.sessions import OpenSession, Sessions
from lambdas.operations.journal import Journal
from lambdas.operations.problems import NotFound, Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record


@dataclass(frozen=True)
class SignedIn:
    """A person with at least one session that has not ended."""

    subject: str
    """The identity provider's id of the person (``sub``)."""

    name: str
    """What the console and log records call the person."""

    roles: tuple[str, ...]
    """The roles of the sessions; several only when the role changed between two sign-ins."""

    sessions: int
    since: datetime
    """When the oldest of the sessions began."""

    seen: datetime
    """The last request, to five minutes."""


class OperatorSessions:
    """The sessions of an environment's console.

    Ending sessions is recorded afterwards, and a record that cannot be written is a warning (:attr:`Target.warn`): an operator
    without access to the log must still be able to sign somebody out.

    Every method raises :class:`Problem` when the table cannot be reached.
    """

    def __init__(self, target: Target) -> None:
        """Open the sessions of an environment."""
        self.target = target
        self.store = Sessions(target.table())

    def all(self) -> list[SignedIn]:
        """Return the people who are signed in, those seen last first: 1 Query, whatever the directory holds."""
        with self.target.aws_errors_as_problems():
            found = self.store.all()
        by_subject: dict[str, list[OpenSession]] = {}
        for each in found:
            by_subject.setdefault(each.subject, []).append(each)
        return sorted(map(_person, by_subject.values()), key=lambda each: (each.seen, each.name), reverse=True)

    def of_subject(self, subject: str) -> SignedIn:
        """Return the signed-in person of a subject, whatever anybody's name is.

        :raises NotFound: When the person is not signed in.
        """
        found = next((each for each in self.all() if each.subject == subject), None)
        if found is None:
            raise self._not_signed_in(subject)
        return found

    def person(self, name: str) -> SignedIn:
        """Return a person who is signed in, as an operator types it. What a program knows is the subject (:meth:`of_subject`).

        :param name: The name or the subject.
        :raises NotFound: When nobody of that name is signed in.
        :raises Problem: When several people have the name.
        """
        signed_in = self.all()
        found = [each for each in signed_in if each.subject == name] or [
            each for each in signed_in if each.name.casefold() == name.casefold()
        ]
        if not found:
            raise self._not_signed_in(name)
        if len(found) > 1:
            subjects = ", ".join(each.subject for each in found)
            raise Problem(f"{len(found)} people are called {name}. Use the subject of one of them: {subjects}.")
        return found[0]

    def end(self, person: SignedIn) -> None:
        """End all sessions of a person; those that begin later are not affected."""
        with self.target.aws_errors_as_problems():
            self.store.end_all(person.subject)
        count = f"{person.sessions} session{'' if person.sessions == 1 else 's'}"
        made = record(
            Kind.OPERATION,
            environment=self.target.settings.name,
            request_id=str(uuid.uuid4()),
            resource_type="Operator",
            resource_id=person.subject,
            resource_name=person.name,
            action="end sessions",
            detail=count,
        )
        try:
            journal = Journal(self.target)
            journal.write({**made, "operator": journal.operator})
        except Problem as problem:
            self.target.warn(f"Done, but not recorded in the log (end sessions of {person.name}). {problem}")

    def _not_signed_in(self, person: str) -> NotFound:
        return NotFound(f"{person} is not signed in to the console of environment {self.target.settings.name}.")


def _person(sessions: Iterable[OpenSession]) -> SignedIn:
    by_age = sorted(sessions, key=lambda each: each.created)
    newest = by_age[-1]
    return SignedIn(
        newest.subject,
        newest.name,
        tuple(sorted({each.role.value for each in by_age})),
        len(by_age),
        datetime.fromtimestamp(by_age[0].created, UTC),
        datetime.fromtimestamp(max(each.seen for each in by_age), UTC),
    )
