"""The differences between an answer and what is expected, each with object, attribute and both values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, extension_of, flatten, is_mapped
from scimprobe.simulate.directory import Entry
from scimprobe.wire import Answer

SCIM_MEDIA_TYPES = frozenset({"application/scim+json", "application/json"})
"""What Entra can read; anything else is "unable to deserialize" and can quarantine the job."""

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

NOTHING = "(nothing)"
"""How a report shows a value that is absent."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected."""

    object: str
    """The object, such as `User ada.li0@r1.example.com`."""

    seen_in: str
    """The operation whose answer shows it, such as `read user`."""

    attribute: str
    """The attribute's path, or the part of the answer: `status`, `Content-Type`."""

    expected: str
    found: str


def show(value: object) -> str:
    """Return a value as a report shows it: strings in quotes, so that "True" is not true."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(show(each) for each in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


class Comparison:
    """Compares the answers to one operation on one object, and appends what differs to `findings`."""

    def __init__(
        self, findings: list[Difference], object_: str, seen_in: str, owns: Callable[[str], bool] = is_mapped
    ) -> None:
        """Initialize a comparison.

        :param owns: Whether the mappings write a path, so that a value that was not sent is a difference.
        """
        self.findings = findings
        self.object = object_
        self.seen_in = seen_in
        self.owns = owns

    def expect(self, attribute: str, expected: object, found: object) -> bool:
        """Record a difference unless `found` equals `expected`, in type too; return whether it does."""
        if type(expected) is type(found) and expected == found:
            return True
        self.record(attribute, show(expected), show(found))
        return False

    def record(self, attribute: str, expected: str, found: str) -> None:
        """Record a difference in these words."""
        self.findings.append(Difference(self.object, self.seen_in, attribute, expected, found))

    def status(self, answer: Answer, *accepted: int) -> bool:
        """Return whether the status is one of `accepted`, and a body is JSON of a type that Entra reads."""
        if answer.status not in accepted:
            expected = " or ".join(str(status) for status in accepted)
            self.record("status", expected, str(answer))
            return False
        return answer.status == 204 or self._media_type(answer)

    def error(self, answer: Answer, status: int, scim_type: str | None = None) -> None:
        """Expect this status with a SCIM Error as its body (RFC 7644 section 3.12)."""
        if not self.status(answer, status):
            return
        body = answer.resource or {}
        self.expect("schemas", [ERROR], body.get("schemas"))
        self.expect("status in the body", str(status), body.get("status"))
        if scim_type:
            self.expect("scimType", scim_type, body.get("scimType"))

    def listing(self, answer: Answer) -> list[dict[str, Any]] | None:
        """Return the resources of a 200 ListResponse whose numbers agree with each other; None when it is none."""
        if not self.status(answer, 200):
            return None
        body = answer.resource or {}
        self.expect("schemas", [LIST_RESPONSE], body.get("schemas"))
        found = body.get("Resources")
        if not isinstance(found, list):
            # RFC 7644 section 3.4.2 lets an empty list be left out; Entra does not.
            self.record("Resources", "an array", show(found))
            return None
        if body.get("itemsPerPage") is not None:
            self.expect("itemsPerPage", len(found), body["itemsPerPage"])
        return [resource for resource in found if isinstance(resource, dict)]

    def resource(self, entry: Entry, url: str, wanted: Mapping[str, Value], found: Mapping[str, Any]) -> None:
        """Expect the resource of `entry`, below the Tenant URL `url`, with exactly the `wanted` attributes."""
        self.expect("id", entry.id, found.get("id"))
        meta = found.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        self.expect("meta.resourceType", entry.kind, meta.get("resourceType"))
        self.expect("meta.location", f"{url}{entry.endpoint}/{entry.id}", meta.get("location"))
        self._schemas(entry, wanted, found)
        self.attributes(wanted, flatten(found))

    def attributes(self, wanted: Mapping[str, Value], found: Mapping[str, Any]) -> None:
        """Expect every wanted path with its value, and no value of another path that the mappings write."""
        extra = [path for path in found if path not in wanted and self.owns(path)]
        for path in [*wanted, *extra]:
            self.expect(path, wanted.get(path), found.get(path))

    def ids(self, attribute: str, expected: Iterable[str], found: object) -> None:
        """Expect exactly these ids in a multi-valued reference, each once; each difference is recorded by itself."""
        elements = found if isinstance(found, list) else []
        values = [element.get("value") if isinstance(element, dict) else element for element in elements]
        wanted = set(expected)
        for id_ in sorted(wanted.difference(values)):
            self.record(f"{attribute}: {id_}", "there", "missing")
        for id_ in sorted({str(value) for value in values}.difference(wanted)):
            self.record(f"{attribute}: {id_}", "absent", "there")
        self.expect(f"{attribute}: twice", 0, len(values) - len({str(value) for value in values}))

    def _schemas(self, entry: Entry, wanted: Mapping[str, Value], found: Mapping[str, Any]) -> None:
        schemas = found.get("schemas")
        present = schemas if isinstance(schemas, list) else []
        required = [CORE_USER] if entry.kind == "User" else [CORE_GROUP]
        extensions = {extension_of(path) for path in wanted} - {None}
        for urn in (*required, *sorted(map(str, extensions))):
            self.expect(f"schemas: {urn}", True, urn in present)

    def _media_type(self, answer: Answer) -> bool:
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in SCIM_MEDIA_TYPES:
            return self.expect("Content-Type", "application/scim+json", media_type or None)
        if answer.resource is None:
            self.record("body", "a JSON object", "something else")
        return answer.resource is not None
