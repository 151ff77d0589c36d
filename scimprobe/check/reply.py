"""One request with its answer, and what a check expects of the answer.

The methods read as assertions: `session.get("/Users/1").is_error(404)`. A difference is recorded with the request that
shows it. After one that leaves nothing more to compare, the check stops.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import NOT_AN_OBJECT, flatten
from scimprobe.simulate.compare import ERROR, LIST_RESPONSE, NOTHING, SCIM_MEDIA_TYPES, show
from scimprobe.wire import Answer


class Stop(Exception):  # noqa: N818 - it ends a check, and is no fault of the program
    """The recorded differences leave nothing more to compare."""


@dataclass(frozen=True)
class Request:
    """A request as it was sent."""

    method: str
    target: str
    """Path and query below the Tenant URL, as they were sent."""

    body: object = None

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as required."""

    request: Request
    """The request whose answer shows it."""

    what: str
    """An attribute's path, or the part of the answer: `status`, `Content-Type`, `totalResults`."""

    expected: str
    found: str


class Reply:
    """A request, its answer, and the list that takes the differences."""

    def __init__(self, request: Request, answer: Answer, differences: list[Difference], seconds: float) -> None:
        self.request = request
        self.answer = answer
        self.seconds = seconds
        self._differences = differences

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in the body; empty when there is none."""
        return self.answer.resource or {}

    # One thing of the answer -------------------------------------------------------------------------------------

    def record(self, what: str, expected: str, found: str) -> None:
        """Record a difference in these words."""
        self._differences.append(Difference(self.request, what, expected, found))

    def expect(self, what: str, expected: object, found: object) -> bool:
        """Record a difference unless `found` equals `expected`, in type too; return whether it does."""
        if type(expected) is type(found) and expected == found:
            return True
        self.record(what, show(expected), show(found))
        return False

    def has_status(self, *accepted: int) -> "Reply":
        """Expect one of these statuses.

        :raises Stop: It is another one.
        """
        if self.answer.status not in accepted:
            self.record("status", " or ".join(str(status) for status in accepted), str(self.answer))
            raise Stop
        return self

    def has_json(self, *accepted: int) -> "Reply":
        """Expect one of these statuses and, unless it is 204, a JSON object of a media type that clients read.

        :raises Stop: The status is another one, or there is no JSON object.
        """
        self.has_status(*accepted)
        if self.answer.status == 204:
            return self
        if self.answer.resource is None:
            self.record("body", "a JSON object", self.answer.body[:200].decode(errors="replace") or NOTHING)
            raise Stop
        media_type = self.answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in SCIM_MEDIA_TYPES:
            self.expect("Content-Type", "application/scim+json", media_type or None)
        return self

    def is_error(self, status: int, scim_type: str | None = None) -> None:
        """Expect this status with a SCIM Error that has a detail (RFC 7644 section 3.12)."""
        self.has_json(status)
        self.expect("schemas", [ERROR], self.body.get("schemas"))
        self.expect("status in the body", str(status), self.body.get("status"))
        if scim_type:
            self.expect("scimType", scim_type, self.body.get("scimType"))
        if not self.body.get("detail"):
            self.record("detail", "a text that explains the error", show(self.body.get("detail")))

    # Lists -------------------------------------------------------------------------------------------------------

    def is_list(self, *, may_omit_nothing: bool = False) -> list[dict[str, Any]]:
        """Expect a 200 ListResponse, and return its resources.

        :param may_omit_nothing: `Resources` may be left out when there are none (RFC 7644 section 3.4.2). Entra's
            documentation shows an empty array.
        :raises Stop: There is no list of resources.
        """
        self.has_json(200)
        self.expect("schemas", [LIST_RESPONSE], self.body.get("schemas"))
        found = self.body.get("Resources", [] if may_omit_nothing and self.body.get("totalResults") == 0 else None)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.record("Resources", "an array of resources", show(found))
            raise Stop
        for name in ("totalResults", "startIndex", "itemsPerPage"):
            value = self.body.get(name, None if name == "totalResults" else 1)
            if type(value) is not int:
                self.record(name, "a number", show(value))
        return found

    def finds_nothing(self, *, may_omit_nothing: bool = False) -> None:
        """Expect an empty list, which is no error."""
        found = self.is_list(may_omit_nothing=may_omit_nothing)
        self._totals(0)
        self.expect("number of Resources", 0, len(found))

    def finds(self, id_: str) -> dict[str, Any]:
        """Expect a list of this resource alone, and return it.

        :raises Stop: It is not in the list.
        """
        found = self.is_list()
        for resource in found:
            if resource.get("id") == id_:
                self._totals(1)
                self.expect("number of Resources", 1, len(found))
                return resource
        self.record(
            "Resources", f"the one with id {id_}", f"those with id {', '.join(ids(found))}" if found else "none"
        )
        raise Stop

    def _totals(self, expected: int) -> None:
        """Expect this `totalResults`; a value that is no number has been recorded already."""
        if type(self.body.get("totalResults")) is int:
            self.expect("totalResults", expected, self.body["totalResults"])

    # Resources ---------------------------------------------------------------------------------------------------

    def holds(self, wanted: Mapping[str, Value], resource: Mapping[str, Any] | None = None) -> "Reply":
        """Expect a value at each path, such as `emails[type eq "work"].value`, in the body or in `resource`."""
        found = flatten(self.body if resource is None else resource)
        for path, value in wanted.items():
            shapeless = found.get(f"{path}{NOT_AN_OBJECT}")
            if shapeless is not None:
                self.record(path, f"an object whose value is {show(value)}", show(shapeless))
            else:
                self.expect(path, value, found.get(path))
        return self

    def lacks(self, *paths: str, resource: Mapping[str, Any] | None = None) -> None:
        """Expect no value of these attributes: absent, null and the empty string are the same (RFC 7643 section 2.5)."""
        found = flatten(self.body if resource is None else resource)
        for path in paths:
            for name in (path, f"{path}{NOT_AN_OBJECT}"):
                if found.get(name) not in (None, ""):
                    self.record(path, NOTHING, show(found[name]))

    def has_no_key(self, name: str, resource: Mapping[str, Any] | None = None) -> None:
        """Expect that the resource has no such key, not even one without a value."""
        resource = self.body if resource is None else resource
        if name in resource:
            self.record(name, "left out", f"there, with {show(resource[name])}")

    def has_members(self, *expected: str) -> None:
        """Expect exactly these ids as the group's members, each once, in any order."""
        members = self.body.get("members") or []
        found = ids(members, "value") if isinstance(members, list) else [show(members)]
        if sorted(found) != sorted(expected):
            self.record("members", ", ".join(sorted(expected)) or NOTHING, ", ".join(sorted(found)) or NOTHING)


def ids(elements: Iterable[object], key: str = "id") -> Sequence[str]:
    """Return the ids in a list of objects, as text."""
    return [str(element.get(key)) if isinstance(element, dict) else str(element) for element in elements]
