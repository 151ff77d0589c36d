"""The types of change events. The type is the ``detail-type`` on the bus, and the key of the payload in ``events``."""

from enum import StrEnum

RFC = "urn:ietf:params:scim:event"
"""The prefix of the event URIs of RFC 9967 section 2."""

OWN = "urn:serverless-scim:event"
"""The prefix of the event URIs of this project, for what RFC 9967 has no event."""


class EventType(StrEnum):
    """The URI of a type of event."""

    FEED_ADD = f"{RFC}:feed:add"
    """A resource is part of the feed: `scimctl events replay` publishes one for each resource."""

    CREATE_NOTICE = f"{RFC}:prov:create:notice"
    CREATE_FULL = f"{RFC}:prov:create:full"
    PATCH_NOTICE = f"{RFC}:prov:patch:notice"
    PATCH_FULL = f"{RFC}:prov:patch:full"
    DELETE = f"{RFC}:prov:delete"
    ACTIVATE = f"{RFC}:prov:activate"
    DEACTIVATE = f"{RFC}:prov:deactivate"

    PERMISSIONS_CHANGED = f"{OWN}:permissions:changed"
    """A user's permission sets changed: the sets before and after, and the reasons."""

    MEMBERS_AFFECTED = f"{OWN}:members:affected"
    """Something about a group changed its members: the group was renamed, deleted, or mapped to other permission sets."""

    PROVISIONING_STALLED = f"{OWN}:provisioning:stalled"
    """A connection has been silent for longer than expected."""

    PROVISIONING_RESUMED = f"{OWN}:provisioning:resumed"
    """A connection that had stalled sends requests again."""

    PROVISIONING_FAILING = f"{OWN}:provisioning:failing"
    """Requests of a connection about one user are refused again and again."""

    DEPROVISIONING_UNUSUAL = f"{OWN}:deprovisioning:unusual"
    """An identity provider deprovisioned more users than the guard's limit; nothing was refused."""

    DEPROVISIONING_HELD = f"{OWN}:deprovisioning:held"
    """An identity provider deprovisions more users than the guard's limit; further ones are refused."""

    CREDENTIAL_EXPIRING = f"{OWN}:credential:expiring"
    """A token or client secret of a connection expires soon."""


CONNECTION_EVENTS = frozenset(
    {
        EventType.PROVISIONING_STALLED,
        EventType.PROVISIONING_RESUMED,
        EventType.PROVISIONING_FAILING,
        EventType.DEPROVISIONING_UNUSUAL,
        EventType.DEPROVISIONING_HELD,
        EventType.CREDENTIAL_EXPIRING,
    }
)
"""The types whose subject is a connection. The subject of all others is a User or a Group."""
