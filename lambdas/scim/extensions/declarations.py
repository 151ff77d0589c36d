"""Schema extensions that a directory declares (RFC 7643 section 3.3), made into models that the protocol serves like its own.

A declaration says what a schema's ``/Schemas`` entry says; :func:`build` makes the model of it. It does not go through
``Extension.from_schema``: that gives URLs where clients send whatever their directories hold, and names its class as the schema
is named, which may be the name of an attribute of the user.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import Field, create_model
from scim2_models import URN, CaseExact, ComplexAttribute, Mutability

from lambdas.scim.extensions.date_times import SentDateTime
from lambdas.scim.extensions.declared_extension import DeclaredExtension
from lambdas.scim.extensions.escaped_names import ATTRNAME, PREFIX, escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension
from lambdas.scim.models import ExternalReference

TYPES: dict[str, type] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "decimal": float,
    "dateTime": SentDateTime,
    "reference": ExternalReference,
}
"""By the types of RFC 7643 section 2.3, those of their values. A reference, a date and a time are returned as sent."""

RESERVED = frozenset({"schemas", "id", "meta", "external_id"})
"""Names that the protocol keeps for resources (RFC 7643 section 3.1) and leaves out of extensions, in lower case."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of an extension (RFC 7643 section 7)."""

    name: str
    """The name that clients use, such as ``folders``; it may hold dots, colons and spaces, as administrators type them."""

    type: str = "string"
    """One of :data:`TYPES`."""

    multi_valued: bool = False
    """Whether it holds a list of values."""

    mutability: Mutability = Mutability.read_write
    """``readWrite``, ``immutable`` or ``readOnly``."""

    case_exact: bool = False
    """Whether comparisons heed the case of letters."""

    objects: bool = False
    """Whether the values of a list are returned as ``{"value": "a"}`` rather than ``"a"``; both are read."""

    description: str | None = None
    """What ``/Schemas`` tells of it."""


@dataclass(frozen=True)
class Declaration:
    """One extension."""

    urn: str
    """The URN of its schema."""

    name: str
    """What ``/Schemas`` calls it."""

    description: str | None = None
    """What ``/Schemas`` tells of it."""

    attributes: tuple[Attribute, ...] = ()
    """What it declares."""

    open: bool = False
    """Whether it takes attributes that it does not declare, as texts."""


def mistakes_in(declaration: Declaration, taken: Collection[str]) -> list[str]:
    """Return why a declaration cannot be served, each as a sentence without its full stop; nothing when it can.

    :param taken: The URNs of the other schemas of the service.
    """
    urn, mistakes = declaration.urn, []
    if urn.lower() in {each.lower() for each in taken}:
        mistakes.append(f"{urn} is a schema that is served already; give the extension a URN of its own")
    if urn.lower().startswith(("urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:api:")):
        mistakes.append(
            f"{urn} is a URN of SCIM itself; those of extensions begin urn:ietf:params:scim:schemas:extension:"
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
                f"{urn} declares {_quoted(first)} and {_quoted(name)}, which clients cannot tell apart; rename one of them"
            )
    return mistakes


def _why_not(name: str) -> str | None:
    """Return why an attribute cannot have a name, as the end of a sentence."""
    if name.lower() in RESERVED:
        return "which SCIM keeps for resources; choose another name"
    if name.startswith(PREFIX):
        return f"but names that begin with {_quoted(PREFIX)} have a meaning inside this service; choose another name"
    if name != name.strip() or not name.isprintable():
        return "which begins or ends with a space, or holds characters that cannot be seen; write only what can be seen"
    return None


def _quoted(name: str) -> str:
    """Return a name as it is written in quotes, whatever it holds."""
    return json.dumps(name, ensure_ascii=False)


def build(declaration: Declaration) -> type[DeclaredExtension]:
    """Return the model of an extension, which :func:`mistakes_in` finds nothing wrong with."""
    fields: dict[str, Any] = {_field_name(each.name): _field(each) for each in declaration.attributes}
    base = OpenExtension if declaration.open else DeclaredExtension
    # The name of the class is also that of its field in the resource, where nothing else may have it.
    model = cast("type[DeclaredExtension]", create_model(escape(declaration.urn), __base__=base, **fields))
    model.__schema__ = URN("urn" + declaration.urn[3:])
    model.__doc__ = declaration.description or declaration.name
    model.title = declaration.name
    model.__pydantic_on_complete__()  # the library notes the schema's URN when a model is complete
    return model


def _field_name(name: str) -> str:
    """Return the Python name of an attribute: its own, where paths and Python can have it."""
    return name if ATTRNAME.fullmatch(name) and not hasattr(OpenExtension, name) else escape(name)


def _field(attribute: Attribute) -> tuple[Any, Any]:
    """Return an attribute as pydantic declares fields: its annotation, and what else is said of it."""
    kind: Any = TYPES[attribute.type]
    case_exact = CaseExact(attribute.case_exact)
    if attribute.multi_valued and attribute.objects:
        value: Any = (Annotated[kind | None, case_exact], Field(None, description="The value."))
        kind = create_model(escape(attribute.name), __base__=ComplexAttribute, value=value)
    whole = list[kind] if attribute.multi_valued else kind
    field = Field(
        None,
        description=attribute.description,
        serialization_alias=attribute.name,
        validation_alias=attribute.name,
    )
    return Annotated[whole | None, attribute.mutability, case_exact], field
