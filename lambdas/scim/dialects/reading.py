"""What an object or a value is read for, and what its reading leaves out."""

from dataclasses import dataclass, field
from typing import Any

from lambdas.scim.dialects.filter_grammar import attribute_named_by
from lambdas.scim.extensions.escaped_names import unescape_all

SET_BY_THE_SERVICE = frozenset({"id", "meta"})
"""Attributes, in lower case, that the service sets on every resource whatever a client sends (RFC 7643 section 3.1)."""

SEPARATORS = (".", ":")
"""What follows a name in a path: the second if the name is the URN of a schema."""


@dataclass(frozen=True)
class Reading:
    """The reading of one object in a request."""

    op: str = ""
    """The ``op`` of the PATCH operation that writes the object; empty for a POST or PUT.

    In a PATCH an empty string unassigns a single-valued attribute, and members get names that a path can hold, since the core makes
    a path of each (idp-behaviour case 74).
    """

    ignored: dict[str, None] = field(default_factory=dict)
    """The paths of the attributes of the whole request that are left out although they have a value, as keys in order; added to."""

    prefix: tuple[str, ...] = ()
    """The names that lead to the object, each with the separator that follows it; without names for the resource itself."""

    def inside(self, name: str, *, schema: bool = False) -> "Reading":
        """Return the reading of the object under a name.

        :param schema: Whether the name is the URN of a schema.
        """
        return Reading(self.op, self.ignored, (*self.prefix, name, SEPARATORS[schema]))

    def ignore(self, name: str, value: Any) -> None:
        """Record that an attribute is left out, unless it has no value or the service sets it on every resource.

        A name may be a path, and a path may hold a value: only what :func:`attribute_named_by` keeps of it is recorded.
        """
        if value in (None, "", [], {}) or name.lower() == "schemas":
            return
        if not self.prefix and name.partition(".")[0].lower() in SET_BY_THE_SERVICE:
            return
        self.ignored["".join(map(_recorded, self.prefix)) + _recorded(name)] = None


def _recorded(name: str) -> str:
    if name in SEPARATORS:
        return name
    named = attribute_named_by(name)
    plain = unescape_all(named)
    return named if plain == named else attribute_named_by(plain)
