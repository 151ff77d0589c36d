"""Members in answers: the protocol library projects one of them, all the others come out like it.

Copying, publishing and dumping a member takes the library some 60 microseconds: six seconds of a whole processor for 100,000. What
an answer keeps of a member does not depend on its values (RFC 7644 section 3.9), so one member tells it for all, and whatever the
library decides, for whichever parameters, stays its decision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from scim2_models import ComplexAttribute, Resource

FIELDS = {"value": "value", "$ref": "ref", "type": "type", "display": "display"}
"""By its name in SCIM, the field of a member (RFC 7643 section 4.2)."""

SAMPLE = {"value": "-", "$ref": "Users/-", "type": "User", "display": "-"}
"""A member that has every sub-attribute."""


@dataclass(frozen=True)
class Sampled:
    """A resource on its way into an answer."""

    resource: Resource[Any]
    """The resource with one sample in place of its members; the resource itself when it has none."""

    members: Sequence[Any]
    """The members that the sample stands for."""

    def complete(self, body: dict[str, Any], locate: Callable[[str], str]) -> None:
        """Put the members into the body of an answer, each with what it kept of the sample.

        :param body: The dumped resource; one that kept no members stays as it is.
        :param locate: Gives the URL of a reference such as ``Users/2819``.
        """
        if not self.members or not body.get("members"):
            return
        kept = [(name, FIELDS[name]) for name in body["members"][0]]
        shown = [_shown(member, kept, locate) for member in self.members]
        body["members"] = [each for each in shown if each]
        if not body["members"]:
            del body["members"]


def sample(resource: Resource[Any]) -> Sampled:
    """Return a resource with a sample in place of its members; the argument is not changed."""
    members = getattr(resource, "members", None)
    if not members:
        return Sampled(resource, ())
    entry = cast("type[ComplexAttribute]", type(resource).get_field_root_type("members"))
    return Sampled(resource.model_copy(update={"members": [entry.model_validate(SAMPLE)]}), members)


def _shown(member: Any, kept: Sequence[tuple[str, str]], locate: Callable[[str], str]) -> dict[str, Any]:
    shown = {}
    for name, field in kept:
        value = getattr(member, field)
        if value is not None:
            shown[name] = locate(value) if name == "$ref" else value
    return shown
