"""What attributes must be in an environment: its defaults given, its rules enforced (``[users]``, ``[groups]``)."""

import json
from collections.abc import Sequence
from typing import Any

from scim2_models import InvalidValueException, MutabilityException, Resource

from lambdas.scim.attributes import Attribute, comparable, is_empty
from lambdas.scim.discovery import Declarations

MAX_SHOWN = 80
"""Characters of a wrong value that are told."""


class AttributeChecks:
    """The rules on the attributes of one resource type."""

    def __init__(self, declared: Declarations) -> None:
        """Take what the environment declares of them."""
        self.declared = declared
        self._allowed = [
            (attribute, {comparable(attribute, value): value for value in values})
            for attribute, values in declared.allowed
        ]

    def apply(self, resource: Resource[Any], before: Resource[Any] | None = None, *, patched: bool = False) -> None:
        """Give a resource its defaults, and check it.

        What the stored state breaks already is let pass: only what a request makes worse is refused.

        :param resource: The state that is about to be written; may be changed.
        :param before: The stored state; None for a new resource.
        :param patched: Whether a PATCH leads to it.
        :raises InvalidValueException: When a required value is missing, or a value is not allowed.
        :raises MutabilityException: When a PATCH takes a required value away (RFC 7644 section 3.5.2.2).
        """
        for attribute, value in self.declared.defaults:
            if not attribute.values(resource):
                attribute.give(resource, value)
        missing = [
            each
            for each in self.declared.required
            if not each.values(resource) and (before is None or each.values(before))
        ]
        if missing:
            raise _missing(missing, patched=patched)
        for attribute, values in self._allowed:
            kept = {comparable(attribute, each) for each in attribute.values(before)} if before is not None else set()
            _restrict(resource, attribute, values, kept)


def _restrict(resource: Resource[Any], attribute: Attribute, allowed: dict[Any, str], kept: set[Any]) -> None:
    """Check an attribute's values, and write each as the file does: what the product gets is exactly one of them.

    A client that sends ``premium`` for ``Premium`` sees no difference, as long as the attribute's comparisons heed no case.

    :param allowed: The values in the form that comparisons use, each with how the file writes it.
    :param kept: Other values that the stored state has.
    :raises InvalidValueException: Naming a value that is neither.
    """

    def checked(value: Any) -> Any:
        if is_empty(value):
            return value
        compared = comparable(attribute, value)
        if compared not in allowed and compared not in kept:
            raise InvalidValueException(
                detail=f"{attribute.name} must be {_either(list(allowed.values()))}, not {_quoted(str(value)[:MAX_SHOWN])}"
            )
        return allowed.get(compared, value)

    for holder, name in attribute.holders(resource):
        value = getattr(holder, name)
        written = [checked(each) for each in value] if isinstance(value, list) else checked(value)
        if written != value:
            setattr(holder, name, written)


def _missing(attributes: Sequence[Attribute], *, patched: bool) -> InvalidValueException | MutabilityException:
    names = _listed([each.name for each in attributes], "and")
    if patched:
        what = "it can be replaced, not removed" if len(attributes) == 1 else "they can be replaced, not removed"
    else:
        what = f"send {'it' if len(attributes) == 1 else 'each'} with a value that is not empty"
    detail = f"{names} {'is' if len(attributes) == 1 else 'are'} required: {what}"
    return MutabilityException(detail=detail) if patched else InvalidValueException(detail=detail)


def _either(values: Sequence[str]) -> str:
    return _listed([_quoted(each) for each in values], "or")


def _listed(words: Sequence[str], joint: str) -> str:
    """Return words as a sentence lists them: ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
