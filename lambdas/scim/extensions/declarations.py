"""Declarations of schema extensions (RFC 7643 section 3.3), and the models built from them.

A declaration holds what the schema's ``/Schemas`` entry shows; :func:`build` returns its model. It does not use
``Extension.from_schema``, which validates references as URLs where clients send whatever their directories hold, and names
the class after the schema, which may be the name of an attribute of the user.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, cast

from pydantic import Field, create_model
from scim2_models import URN, CaseExact, ComplexAttribute, Mutability

from lambdas.scim.extensions.date_times import SentDateTime
from lambdas.scim.extensions.declared_extension import DeclaredExtension
from lambdas.scim.extensions.escaped_names import ATTRNAME, PREFIX, escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension
from lambdas.scim.models import ExternalReference
from lambdas.scim.upstream import COMPLETE

TYPES: dict[str, type] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "decimal": float,
    "dateTime": SentDateTime,
    "reference": ExternalReference,
}
"""The Python type of each type of RFC 7643 section 2.3. References, dates and times are returned as sent."""

RESERVED = frozenset({"schemas", "id", "meta", "external_id"})
"""Names, in lower case, that SCIM reserves for resources (RFC 7643 section 3.1)."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of an extension (RFC 7643 section 7)."""

    name: str
    """The name that clients use, such as ``folders``; it may contain dots, colons and spaces."""

    type: str = "string"
    """One of :data:`TYPES`."""

    multi_valued: bool = False
    """Whether it holds a list of values."""

    mutability: Mutability = Mutability.read_write
    """``readWrite``, ``immutable`` or ``readOnly``."""

    case_exact: bool = False
    """Whether comparisons are case-sensitive."""

    objects: bool = False
    """Whether the values of a list are returned as ``{"value": "a"}`` rather than ``"a"``; both are read."""

    description: str | None = None
    """Its description in ``/Schemas``."""


@dataclass(frozen=True)
class Declaration:
    """One extension."""

    urn: str
    """The URN of its schema."""

    name: str
    """Its name in ``/Schemas``."""

    description: str | None = None
    """Its description in ``/Schemas``."""

    attributes: tuple[Attribute, ...] = ()
    """The attributes that it declares."""

    open: bool = False
    """Whether it takes undeclared attributes, as texts."""


def mistakes_in(declaration: Declaration, taken: Collection[str]) -> list[str]:
    """Return the reasons why a declaration is invalid, each as a sentence without full stop; empty when it is valid.

    :param taken: The URNs of the other schemas of the service.
    """
    urn, mistakes = declaration.urn, []
    if urn.lower() in {each.lower() for each in taken}:
        mistakes.append(f"{urn} is already the URN of a schema; give the extension a URN of its own")
    if urn.lower().startswith(("urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:")):
        mistakes.append(
            f"{urn} is reserved for SCIM; begin the URN of an extension with urn:ietf:params:scim:schemas:extension:"
        )
    seen: dict[str, str] = {}
    for attribute in declaration.attributes:
        name = attribute.name
        if reason := _why_not(name):
            mistakes.append(f"{urn} declares {_quoted(name)}, {reason}")
        elif f"{urn}:{name}".lower() in {each.lower() for each in taken}:
            mistakes.append(
                f"{urn} declares {_quoted(name)}, but {urn}:{name} is the URN of another schema; rename one of them"
            )
        elif (first := seen.setdefault(folded(name), name)) != name:
            mistakes.append(
                f"{urn} declares {_quoted(first)} and {_quoted(name)}, which differ only in case; rename one of them"
            )
    return mistakes


def _why_not(name: str) -> str | None:
    """Return why a name is invalid for an attribute, as the end of a sentence; None when it is valid."""
    if name.lower() in RESERVED:
        return "which SCIM reserves for resources; choose another name"
    if name.startswith(PREFIX):
        return f"but names that begin with {_quoted(PREFIX)} are reserved by this service; choose another name"
    if name != name.strip() or not name.isprintable():
        return "which begins or ends with a space or contains invisible characters; remove them"
    return None


def _quoted(name: str) -> str:
    """Return a name in quotes, with control characters escaped."""
    return json.dumps(name, ensure_ascii=False)


@lru_cache(maxsize=64)
def build(declaration: Declaration) -> type[DeclaredExtension]:
    """Return the model of an extension that :func:`mistakes_in` finds valid; equal declarations have one model.

    The check of an environment's file and its endpoint then share the models that pydantic and the library build from it.
    """
    fields: dict[str, Any] = {_field_name(each.name): _field(each) for each in declaration.attributes}
    base = OpenExtension if declaration.open else DeclaredExtension
    # The name of the class is also that of its field in the resource, where nothing else may have it.
    model = cast(
        "type[DeclaredExtension]",
        create_model(escape(declaration.urn), __base__=base, __cls_kwargs__=dict(COMPLETE), **fields),
    )
    model.__schema__ = URN("urn" + declaration.urn[3:])
    model.__doc__ = declaration.description or declaration.name
    model.title = declaration.name
    model.__pydantic_on_complete__()  # the library registers the schema's URN when a model is complete
    return model


def _field_name(name: str) -> str:
    """Return the Python name of an attribute: its own where paths and Python allow it, else its escaped name."""
    return name if ATTRNAME.fullmatch(name) and not hasattr(OpenExtension, name) else escape(name)


def _field(attribute: Attribute) -> tuple[Any, Any]:
    """Return the annotation and the field of an attribute, as pydantic declares fields."""
    kind: Any = TYPES[attribute.type]
    case_exact = CaseExact(attribute.case_exact)
    if attribute.multi_valued and attribute.objects:
        value: Any = (Annotated[kind | None, case_exact], Field(None, description="The value."))
        kind = create_model(escape(attribute.name), __base__=ComplexAttribute, value=value)
    whole = list[kind] if attribute.multi_valued else kind
    field = Field(
        None,
        description=attribute.description or f"Custom attribute {attribute.name}.",  # required by RFC 7643 section 7
        serialization_alias=attribute.name,
        validation_alias=attribute.name,
    )
    return Annotated[whole | None, attribute.mutability, case_exact], field
