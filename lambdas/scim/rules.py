"""What a directory asks of its resources beyond the protocol: the place where a product's own rules are heard.

The protocol knows that there are rules and when they are asked, not what they say: an environment's are made of its file, in
:mod:`lambdas.environment.rules`.
"""

from enum import Enum
from typing import Any

from scim2_models import Resource


class Deprovisioning(Enum):
    """What becomes of a user who is disabled, or deleted."""

    STAYS = "stays"
    """Nothing more: the user is what the request makes of it."""

    LEAVES = "leaves"
    """The user stays, and leaves all groups."""

    REMOVED = "removed"
    """The user is removed, with its memberships."""


class Rules:
    """Rules on the users and groups of a directory. These ask nothing: they are the RFCs' alone.

    Every method that checks may raise a :class:`scim2_models.SCIMException`; the request is then refused with it and has changed
    nothing.
    """

    reads_groups_as_roles: bool = False
    """Whether the groups in a user's body are read as roles (:mod:`lambdas.scim.dialects.groups_as_roles`)."""

    def check_creation(self, resource: Resource[Any]) -> None:
        """Check a resource before it is created, and give it the values it lacks.

        :param resource: What a client sent, validated; may be changed.
        """

    def check_change(self, before: Resource[Any], after: Resource[Any], *, patched: bool) -> None:
        """Check the state that a PATCH or PUT leads to, and give it the values it lacks.

        A rule that the stored state breaks already (the file is newer than the resource) is no reason to refuse: a leaver with
        an old record must still be disabled.

        :param before: The stored state, without a group's members.
        :param after: The state that is about to be written; may be changed, but for a group's members.
        :param patched: Whether it is a PATCH that leads to it.
        """

    def check_deletion(self, current: Resource[Any]) -> None:
        """Check whether a client may delete a resource.

        :param current: The stored state, without a group's members.
        """

    def after_change(self, was_active: bool, after: Resource[Any]) -> Deprovisioning:
        """Return what a PATCH or PUT of a user comes to.

        :param was_active: Whether the user was active before.
        :param after: The state that the request leads to; the stored one when it changes nothing.
        """
        return Deprovisioning.STAYS

    def after_deletion(self) -> Deprovisioning:
        """Return what the deletion of a user comes to; anything but :attr:`Deprovisioning.REMOVED` disables it."""
        return Deprovisioning.REMOVED


def is_active(user: Resource[Any]) -> bool:
    """Tell whether a user is active: who is not said to be disabled is."""
    return getattr(user, "active", None) is not False
