"""What the checks have created in the directory, so that it is removed again whatever happens.

An entry is made before the request is sent, and settled by its answer: one whose answer never came is looked for by its
name. Only what bears the run's name is ever deleted, however strangely an endpoint answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scimprobe.simulate import entra
from scimprobe.wire import NO_ANSWER, Answer, Client

OPERATION = "clean up"
"""What the measurements call these requests."""

NAMES = ("userName", "displayName", "externalId")
"""The attributes of which one bears the run's name."""


class EndpointUnreachable(Exception):  # noqa: N818 - it ends the clean-up, and is no fault of the program
    """The endpoint does not answer any more."""


@dataclass(eq=False)
class CreatedObject:
    """One user or group that a request created, or may have created."""

    path: str
    """`/Users` or `/Groups`."""

    name: str
    """Its userName or displayName when it was created."""

    id: str | None = None
    """The endpoint's id, once it is known."""

    is_known: bool = False
    """Whether the answer that gave the id was about an object of this run."""

    is_deleted: bool = False
    """Whether a DELETE was answered as done."""

    problem: str = "the run ended before it was removed"
    """Why it is still there."""

    def __str__(self) -> str:
        return f"{self.path}/{self.id or '?'} ({self.name or 'without a name'}): {self.problem}"


class Ledger:
    """Everything that one run has created and not yet seen gone."""

    def __init__(self, client: Client, marker: str, *, keeps_deleted_users: bool = False) -> None:
        """Initialize an empty ledger.

        :param marker: What every name of the run contains, in lower case.
        :param keeps_deleted_users: Whether the endpoint's operator has deleted users kept, disabled.
        """
        self._client = client
        self._marker = marker
        self._keeps_deleted_users = keeps_deleted_users
        self._created: list[CreatedObject] = []
        self.left: list[CreatedObject] = []
        """The resources that could not be removed."""

        self.kept = 0
        """The number of users that stay because the endpoint's operator wants deleted users kept."""

    def sending(self, path: str, body: Mapping[str, Any]) -> CreatedObject:
        """Record that a POST with this body is about to be sent."""
        created = CreatedObject(path, str(body.get("userName") or body.get("displayName") or ""))
        self._created.append(created)
        return created

    def settle(self, created: CreatedObject, answer: Answer) -> None:
        """Record the outcome of the POST: nothing was created when it was refused."""
        if 400 <= answer.status < 500:
            self._created.remove(created)
            return
        resource = answer.resource or {}
        if isinstance(resource.get("id"), str) and resource["id"]:
            created.id, created.is_known = resource["id"], self._is_ours(resource)

    def deleted(self, path: str) -> None:
        """Record that a DELETE of this path, such as `/Users/1`, succeeded."""
        for created in self._created:
            created.is_deleted = created.is_deleted or f"{created.path}/{created.id}" == path

    def seen_gone(self, path: str) -> None:
        """Record that nothing exists under this path."""
        self._created = [created for created in self._created if f"{created.path}/{created.id}" != path]

    def is_of_others(self, resource: Mapping[str, Any]) -> bool:
        """Return whether a resource has a name, and none of this run."""
        return any(resource.get(name) for name in NAMES) and not self._is_ours(resource)

    def clean_up(self) -> None:
        """Remove what was created, groups before users; what cannot be removed is kept in `left`.

        When there is no answer any more the rest is kept too: each further one would take as long to fail.
        """
        for created in sorted(self._created, key=lambda created: created.path):
            try:
                self._remove(created)
            except EndpointUnreachable as error:
                self.left += [replace(each, problem=str(error)) for each in self._created]
                self._created.clear()
                return
            self._created.remove(created)

    def rest(self) -> Iterator[CreatedObject]:
        """Return what is left: it could not be removed, or the run ended before."""
        yield from self.left
        yield from self._created

    def _remove(self, created: CreatedObject) -> None:
        if created.id is None:
            for id_ in self._look_for(created):
                self._remove(CreatedObject(created.path, created.name, id_, is_known=True))
            return
        path = f"{created.path}/{created.id}"
        if not created.is_known and not created.is_deleted:
            found = self._send("GET", path)
            if found.status != 404 and not self._is_ours(found.resource or {}):
                self._keep(created, f"not removed, because what is there is not what was created: {found}")
                return
        is_done = created.is_deleted and not self._keeps_deleted_users
        answer = None if is_done else self._send("DELETE", path)
        rest = self._send("GET", path)
        if rest.status == 404:
            return
        if self._is_kept(created, rest):
            self.kept += 1
            return
        outcome = "DELETE was answered as done" if answer is None else f"DELETE was answered with {answer}"
        self._keep(created, f"{outcome}, GET with {rest.status}")

    def _is_kept(self, created: CreatedObject, rest: Answer) -> bool:
        """Return whether a user is still there because deleted users stay, disabled."""
        is_disabled = (rest.resource or {}).get("active") is False
        return self._keeps_deleted_users and created.path == "/Users" and is_disabled

    def _look_for(self, created: CreatedObject) -> list[str]:
        """Return the ids of what bears this name and is of this run; some endpoints ignore filters and return everything."""
        attribute = "userName" if created.path == "/Users" else "displayName"
        answer = self._send("GET", created.path, entra.equals(attribute, created.name))
        resources = (answer.resource or {}).get("Resources")
        if answer.status != 200 or not isinstance(resources, list):
            self._keep(created, f"it cannot be looked for: {answer}")
            return []
        found = [each for each in resources if isinstance(each, dict) and isinstance(each.get("id"), str)]
        return [each["id"] for each in found if each.get(attribute) == created.name and self._is_ours(each)]

    def _keep(self, created: CreatedObject, problem: str) -> None:
        created.problem = problem
        self.left.append(created)

    def _is_ours(self, resource: Mapping[str, Any]) -> bool:
        return any(self._marker in str(resource.get(name, "")).lower() for name in NAMES)

    def _send(self, method: str, path: str, query: str = "") -> Answer:
        answer = self._client.send(OPERATION, method, path, query)
        if answer.status == NO_ANSWER:
            raise EndpointUnreachable(str(answer))
        return answer
