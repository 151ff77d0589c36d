"""What the checks have made in the directory, so that it is removed again whatever happens.

An entry is made before the request is sent, and settled by its answer: one whose answer never came is looked for by its
name. Only what bears the run's name is ever deleted, however strangely an endpoint answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scimprobe.simulate import entra
from scimprobe.wire import NO_ANSWER, Answer, Client

OPERATION = "clean up"
"""How the wire calls these requests."""

NAMES = ("userName", "displayName", "externalId")
"""The attributes of which one bears the run's name."""


class Silence(Exception):  # noqa: N818 - it ends the cleaning up, and is no error of ours
    """The endpoint does not answer any more."""


@dataclass(eq=False)
class Made:
    """One user or group that a request made, or may have made."""

    path: str
    """`/Users` or `/Groups`."""

    name: str
    """Its userName or displayName when it was made."""

    id: str | None = None
    """What the endpoint calls it, once it has said so."""

    is_known: bool = False
    """Whether the answer that gave the id was about an object of this run."""

    is_deleted: bool = False
    """Whether a DELETE was answered as done."""

    problem: str = "the run ended before it was removed"
    """Why it is still there."""

    def __str__(self) -> str:
        return f"{self.path}/{self.id or '?'} ({self.name or 'without a name'}): {self.problem}"


class Ledger:
    """Everything that one run has made and not yet seen gone."""

    def __init__(self, client: Client, marker: str) -> None:
        """Take the marker that every name of the run contains, in lower case."""
        self._client = client
        self._marker = marker
        self._made: list[Made] = []
        self.left: list[Made] = []
        """What could not be removed."""

    def sending(self, path: str, body: Mapping[str, Any]) -> Made:
        """Note that a POST with this body is about to be sent."""
        made = Made(path, str(body.get("userName") or body.get("displayName") or ""))
        self._made.append(made)
        return made

    def settle(self, made: Made, answer: Answer) -> None:
        """Note what came of the POST: nothing when it was refused, for certain."""
        if 400 <= answer.status < 500:
            self._made.remove(made)
            return
        resource = answer.resource or {}
        if isinstance(resource.get("id"), str) and resource["id"]:
            made.id, made.is_known = resource["id"], self._is_ours(resource)

    def deleted(self, path: str) -> None:
        """Note that a DELETE of this path, such as `/Users/1`, was answered as done."""
        for made in self._made:
            made.is_deleted = made.is_deleted or f"{made.path}/{made.id}" == path

    def seen_gone(self, path: str) -> None:
        """Note that there is nothing under this path any more."""
        self._made = [made for made in self._made if f"{made.path}/{made.id}" != path]

    def is_of_others(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource has a name, and none of this run."""
        return any(resource.get(name) for name in NAMES) and not self._is_ours(resource)

    def clean_up(self) -> None:
        """Remove what was made, groups before users; what cannot be removed is kept in `left`.

        When there is no answer any more the rest is kept too: each further one would take as long to fail.
        """
        for made in sorted(self._made, key=lambda made: made.path):
            try:
                self._remove(made)
            except Silence as silence:
                self.left += [replace(each, problem=str(silence)) for each in self._made]
                self._made.clear()
                return
            self._made.remove(made)

    def rest(self) -> Iterator[Made]:
        """What is left: it could not be removed, or nobody has tried to."""
        yield from self.left
        yield from self._made

    def _remove(self, made: Made) -> None:
        if made.id is None:
            for id_ in self._look_for(made):
                self._remove(Made(made.path, made.name, id_, is_known=True))
            return
        path = f"{made.path}/{made.id}"
        if not made.is_known and not made.is_deleted:
            found = self._send("GET", path)
            if found.status != 404 and not self._is_ours(found.resource or {}):
                self._keep(made, f"not removed, because what is there is not what was made: {found}")
                return
        answer = None if made.is_deleted else self._send("DELETE", path)
        left = self._send("GET", path)
        if left.status != 404:
            said = "DELETE was answered as done" if answer is None else f"DELETE was answered with {answer}"
            self._keep(made, f"{said}, GET with {left.status}")

    def _look_for(self, made: Made) -> list[str]:
        """The ids of what bears this name and is of this run; some endpoints ignore filters and answer everybody."""
        attribute = "userName" if made.path == "/Users" else "displayName"
        answer = self._send("GET", made.path, entra.equals(attribute, made.name))
        resources = (answer.resource or {}).get("Resources")
        if answer.status != 200 or not isinstance(resources, list):
            self._keep(made, f"it cannot be looked for: {answer}")
            return []
        found = [each for each in resources if isinstance(each, dict) and isinstance(each.get("id"), str)]
        return [each["id"] for each in found if each.get(attribute) == made.name and self._is_ours(each)]

    def _keep(self, made: Made, problem: str) -> None:
        made.problem = problem
        self.left.append(made)

    def _is_ours(self, resource: Mapping[str, Any]) -> bool:
        return any(self._marker in str(resource.get(name, "")).lower() for name in NAMES)

    def _send(self, method: str, path: str, query: str = "") -> Answer:
        answer = self._client.send(OPERATION, method, path, query)
        if answer.status == NO_ANSWER:
            raise Silence(str(answer))
        return answer
