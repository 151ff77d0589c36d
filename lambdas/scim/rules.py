"""The rules that a directory sets for its resources beyond the protocol.

The protocol calls the rules at fixed points of a request and does not know what they say. An environment's rules come from its
file (:mod:`lambdas.environment.rules`).
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from scim2_models import Resource

from lambdas.scim.plain_documents import PlainResource


class Deprovisioning(Enum):
    """The consequence of disabling or deleting a user."""

    STAYS = "stays"
    """None: the user is as the request says."""

    LEAVES = "leaves"
    """The user stays, and leaves all groups."""

    REMOVED = "removed"
    """The user is removed, with its memberships."""


class Rules:
    """The rules of the RFCs alone; a subclass adds an environment's.

    Every method that checks may raise a :class:`scim2_models.SCIMException`, which refuses the request before it has changed
    anything.
    """

    reads_groups_as_roles: bool = False
    """Whether the groups in a user's body are read as roles (:mod:`lambdas.scim.dialects.groups_as_roles`)."""

    links_users: bool = True
    """Whether a request that changes a user whom an operator created by hand links it to the identity provider."""

    def check_creation(self, resource: Resource[Any]) -> None:
        """Check a resource before it is created, and set its default values.

        :param resource: The validated body; may be changed.
        """

    def check_change(self, before: Resource[Any], after: Resource[Any], *, patched: bool) -> None:
        """Check the state that a PATCH or PUT leads to, and set its default values.

        A rule that the stored state already breaks, because the file is newer than the resource, does not refuse the change: a
        leaver with an old record must still be disabled.

        :param before: The stored state, without a group's members.
        :param after: The state to be written; may be changed, except for a group's members.
        :param patched: Whether the request is a PATCH.
        """

    def concern(self, user: Mapping[str, Any], *, is_new: bool) -> bool:
        """Return whether :meth:`check_creation` or :meth:`check_change` may refuse or change something in a state of a user.

        :param user: The state, as a plain document (:mod:`lambdas.scim.plain_documents`).
        :param is_new: Whether it is that of a new user. Otherwise a PATCH leads to it that wrote texts and booleans, and left every
            attribute with a value that had one.
        """
        return False

    def check_deletion(self, group_name: str | None) -> None:
        """Check whether an identity provider may delete a group.

        :param group_name: Its ``displayName``.
        """

    def after_change(self, was_active: bool, becomes_active: bool) -> Deprovisioning:
        """Return the consequence of a PATCH or PUT of a user.

        :param was_active: Whether the user was active before.
        :param becomes_active: Whether it is active in the state that the request leads to.
        """
        return Deprovisioning.STAYS

    def after_deletion(self) -> Deprovisioning:
        """Return the consequence of deleting a user; anything but :attr:`Deprovisioning.REMOVED` disables the user instead."""
        return Deprovisioning.REMOVED


def is_active(user: Resource[Any] | PlainResource) -> bool:
    """Return whether a user is active; a user without ``active`` is."""
    active = user.document.get("active") if isinstance(user, PlainResource) else getattr(user, "active", None)
    return active is not False
