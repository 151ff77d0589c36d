"""The attribute rules of an environment (``[users]``, ``[groups]``): defaults, required and allowed values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scim2_models import InvalidValueException, MutabilityException, Resource

from lambdas.scim.attributes import Attribute, comparable, is_empty
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import Declarations

MAX_SHOWN = 80
"""The number of characters of a wrong value that an error repeats."""


class AttributeChecks:
    """The rules on the attributes of one resource type."""

    def __init__(self, declared: Declarations) -> None:
        self.declared = declared
        self._allowed = [
            (attribute, {comparable(attribute, value): value for value in values})
            for attribute, values in declared.allowed
        ]

    def apply(self, resource: Resource[Any], before: Resource[Any] | None = None, *, patched: bool = False) -> None:
        """Set a resource's defaults and check its values.

        Violations that the stored state already has are accepted: only what a request makes worse is refused.

        :param resource: The state to write; changed in place.
        :param before: The stored state; None for a new resource.
        :param patched: Whether the change is a PATCH.
        :raises InvalidValueException: When a required value is missing or a value is not allowed.
        :raises MutabilityException: When a PATCH removes a required value (RFC 7644 section 3.5.2.2).
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

    def concern(self, document: Mapping[str, Any], *, is_new: bool) -> bool:
        """Return whether :meth:`apply` may refuse or change something in a plain document.

        :param is_new: Whether the resource is new. A PATCH otherwise took no value from the document.
        """
        needed = [attribute for attribute, _ in self.declared.defaults]
        if is_new:
            needed += self.declared.required
        allowed = any(
            not is_empty(value) and value not in values.values()
            for attribute, values in self._allowed
            for value in attribute.entries_in(document)
        )
        return allowed or not all(
            any(not isinstance(each, dict) and not is_empty(each) for each in attribute.entries_in(document))
            for attribute in needed
        )


def _restrict(resource: Resource[Any], attribute: Attribute, allowed: dict[Any, str], kept: set[Any]) -> None:
    """Check an attribute's values and normalize their case to the file's, so that the product sees exactly the allowed values.

    A client that sends ``premium`` for ``Premium`` sees no difference, unless the attribute is case-exact.

    :param allowed: The allowed values, from their comparison key to the text in the file.
    :param kept: The comparison keys of values in the stored state.
    :raises InvalidValueException: When a value is neither allowed nor stored.
    """

    def checked(value: Any) -> Any:
        if is_empty(value):
            return value
        compared = comparable(attribute, value)
        if compared not in allowed and compared not in kept:
            raise InvalidValueException(
                detail=Detail(
                    "{attribute} must be {allowed}, not {sent}",
                    attribute=attribute.name,
                    allowed=_either(list(allowed.values())),
                    values={"sent": _quoted(str(value)[:MAX_SHOWN])},
                )
            )
        return allowed.get(compared, value)

    for holder, name in attribute.holders(resource):
        value = getattr(holder, name)
        written = [checked(each) for each in value] if isinstance(value, list) else checked(value)
        if written != value:
            setattr(holder, name, written)


def _missing(attributes: Sequence[Attribute], *, patched: bool) -> InvalidValueException | MutabilityException:
    one = len(attributes) == 1
    if patched:
        what = "replace it instead of removing it" if one else "replace them instead of removing them"
    else:
        what = f"send a non-empty value for {'it' if one else 'each'}"
    names = _listed([each.name for each in attributes], "and")
    detail = Detail("{names} {are} required: {what}", names=names, are="is" if one else "are", what=what)
    return MutabilityException(detail=detail) if patched else InvalidValueException(detail=detail)


def _either(values: Sequence[str]) -> str:
    return _listed([_quoted(each) for each in values], "or")


def _listed(words: Sequence[str], joint: str) -> str:
    """Return words as a list in a sentence: ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
