"""The RFC 9967 events of one changed resource."""

from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.environment.event_types import EventType
from lambdas.environment.product import Product
from lambdas.eventing.differences import changed_attributes, patch_of
from lambdas.eventing.event import MAX_EVENT_BYTES, Event, Source, resource_subject
from lambdas.events.changes import Origin, ResourceChange
from lambdas.scim.product_schema import PRODUCT_USER

LOGIN_METHOD = f"{PRODUCT_USER}:loginMethod"

ONLY_META = ("meta",)
"""What a notice names when a resource has a new version and none of its attributes changed."""


class ResourceEvents:
    """Makes the events of changed resources, as notices or with their data."""

    def __init__(self, source: Source, product: Product, *, full: bool) -> None:
        self.source = source
        self.product = product
        self.full = full

    def of(self, change: ResourceChange, computed: Sequence[str] = ()) -> list[Event]:
        """Return the events of one change, in the order in which they apply.

        :param computed: Attributes that the service computes and that changed, such as ``entitlements``.
        """
        if change.before is None:
            return [self._creation(change)]
        if change.after is None:
            return [self.event(change, EventType.DELETE, {})]
        return self._update(change, computed)

    def event(self, change: ResourceChange, event_type: EventType, payload: Mapping[str, Any]) -> Event:
        """Return an event about the resource of a change."""
        document = change.documents[1] or change.documents[0]
        stored = change.present
        subject = resource_subject(change.resource_type, stored.id, document.get("externalId"), full=self.full)
        return event_of(change.origin, event_type, change.directory, subject, payload, stored.version)

    def members_changed(self, change: ResourceChange) -> Event:
        """Return the notice that a group's members changed."""
        return self._notice(change, ["members"])

    def _creation(self, change: ResourceChange) -> Event:
        document = change.documents[1]
        if self.full:
            data = {"id": change.present.id, **document}
            event = self.event(change, EventType.CREATE_FULL, self._payload(change, data=data))
            if event.size(self.source) <= MAX_EVENT_BYTES:
                return event
        names = [*changed_attributes({}, document), *(["members"] if change.resource_type == "Group" else [])]
        return self.event(change, EventType.CREATE_NOTICE, self._payload(change, attributes=sorted(names)))

    def _update(self, change: ResourceChange, computed: Sequence[str]) -> list[Event]:
        before, after = change.documents
        was_active, is_active = before.get("active") is not False, after.get("active") is not False
        events = []
        if was_active != is_active and change.resource_type == "User":
            kind = EventType.ACTIVATE if is_active else EventType.DEACTIVATE
            events.append(self.event(change, kind, {}))
            before, after = {**before, "active": None}, {**after, "active": None}
        changed = changed_attributes(before, after)
        further = [*self._stored_separately(change, changed), *computed]
        if self.full and changed:
            payload = self._payload(change, data=patch_of(before, after))
            event = self.event(change, EventType.PATCH_FULL, payload)
            if event.size(self.source) <= MAX_EVENT_BYTES:
                return [*events, event, *([self._notice(change, further)] if further else [])]
        names = [*changed, *further]
        if not names and not events and change.has_new_version:
            names = [*ONLY_META]
        return [*events, *([self._notice(change, names)] if names else [])]

    def _stored_separately(self, change: ResourceChange, changed: Sequence[str]) -> list[str]:
        """Return the changed attributes that are not in the document.

        A group's members may change together with its document. The stream's record does not show whether they did.
        """
        before, after = change.before, change.after
        assert before is not None  # noqa: S101
        assert after is not None  # noqa: S101
        if change.resource_type == "Group":
            return ["members"] if changed else []
        names = ["groups"] if before.groups != after.groups else []
        if before.login != after.login and self.product.login is not None:
            names.append(LOGIN_METHOD)
        return names

    def _notice(self, change: ResourceChange, names: Sequence[str]) -> Event:
        return self.event(change, EventType.PATCH_NOTICE, self._payload(change, attributes=sorted({*names})))

    @staticmethod
    def _payload(change: ResourceChange, **content: Any) -> dict[str, Any]:
        return {**content, "version": str(change.present.version)}


def event_of(
    origin: Origin,
    event_type: EventType,
    directory: str,
    subject: Mapping[str, str],
    payload: Mapping[str, Any],
    version: int | None,
    part: int = 0,
) -> Event:
    """Return an event with the identity of its stream record: read again, the record gives the same ``jti``."""
    suffix = event_type.value.rpartition(":event:")[2]
    jti = f"{origin.event_id}:{suffix}" + (f":{part}" if part else "")
    return Event(event_type, directory, subject, payload, jti, origin.sequence_number, origin.time, version)
