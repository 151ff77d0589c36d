"""Resources as the JSON documents that the table stores, and back."""

import json
from functools import lru_cache
from typing import Any, cast

from pydantic_core import from_json
from scim2_models import ComplexAttribute, Context, InvalidValueException, Meta, Resource, ResourceType

from lambdas.scim.detail import Detail
from lambdas.scim.extensions.redeclared import read_stored
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.product_schema import PRODUCT_USER
from lambdas.store import limits
from lambdas.store.items import Stored, etag

NOT_IN_DOCUMENT = frozenset({"id", "meta", "groups", "password"})
"""Attributes that a document leaves out: stored separately, computed, or (``password``) never stored."""

NAMES = {"user_name": "userName", "display_name": "displayName"}
"""By field, the attributes that are stored beside the document: the first that a resource type has."""


def resource_of(
    stored: Stored, resource_type: ResourceType, model: type[Resource[Any]], only: frozenset[str] | None = None
) -> Resource[Any]:
    """Return a stored resource without the attributes that are stored separately: a user's groups, a group's members.

    :param only: The attributes to read, in lower case, ``schemas`` among them; None for all.
    """
    document = json.loads(stored.document)
    if only is not None:
        document = {name: value for name, value in document.items() if name.lower() in only}
    if len(document.get("schemas", ())) > 1:
        # An extension that the environment's file no longer declares is not shown, nor is its URN.
        known = model.get_extension_models().keys() | {str(model.__schema__)}
        document["schemas"] = [each for each in document["schemas"] if each in known]
    if "active" in model.model_fields:
        document.setdefault("active", True)  # stored before version 0.2.0, which always stores it
    resource = read_stored(document, model)
    resource.id = stored.id
    resource.meta = Meta(
        resource_type=resource_type.name,
        created=stored.created,
        last_modified=stored.modified,
        version=etag(stored.version),
    )
    return resource


def document_of(resource: Resource[Any] | PlainResource) -> str:
    """Return the JSON document of a resource.

    :raises InvalidValueException: When it exceeds :data:`~lambdas.store.limits.MAX_DOCUMENT_BYTES`, or a string is not valid
        Unicode.
    """
    document = _json(resource.document if isinstance(resource, PlainResource) else _content_of(resource))
    try:
        size = len(document.encode())
    except UnicodeEncodeError:
        raise InvalidValueException(
            detail=Detail("A string holds an unpaired surrogate, which is no Unicode text")
        ) from None
    if size > limits.MAX_DOCUMENT_BYTES:
        raise InvalidValueException(
            detail=Detail(
                "{attribute}: the resource takes {size:,} bytes, most of them in this attribute; up to {limit:,} are stored for "
                "each resource. Send fewer or shorter values.",
                attribute=largest_attribute_of(document),
                size=size,
                limit=limits.MAX_DOCUMENT_BYTES,
            )
        )
    return document


def _content_of(resource: Resource[Any]) -> dict[str, Any]:
    """Return what a document holds of a resource."""
    dumped = resource.model_dump(scim_ctx=Context.DEFAULT)
    left_out = left_out_of(type(resource))
    if PRODUCT_USER in dumped.get("schemas", ()):
        dumped["schemas"] = [each for each in dumped["schemas"] if each != PRODUCT_USER]
    return {name: value for name, value in dumped.items() if name not in left_out}


def changed_parts(before: str, after: str) -> set[str]:
    """Return the attributes, and URNs of extensions, that differ between two documents, in lower case."""
    old, new = from_json(before), from_json(after)
    return {name.lower() for name in {**old, **new} if old.get(name) != new.get(name)}


def largest_attribute_of(document: str) -> str:
    """Return the path of the attribute that takes the most bytes of a document, of an extension's with its URN."""
    sizes: dict[str, int] = {}
    for name, value in json.loads(document).items():
        inner = value if name.startswith("urn:") and isinstance(value, dict) else {}
        sizes |= {f"{name}:{each}": len(_json(held).encode()) for each, held in inner.items()}
        if not inner:
            sizes[name] = len(_json(value).encode())
    return max(sizes, key=sizes.__getitem__)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=64)
def left_out_of(model: type[Resource[Any]]) -> frozenset[str]:
    """Return the attributes that the documents of a model leave out: those stored separately, and those computed."""
    left_out = NOT_IN_DOCUMENT | {PRODUCT_USER}
    if "members" in model.model_fields:
        left_out |= {"members"}
    return left_out | {"entitlements"} if getattr(model, "computes_entitlements", False) else left_out


def name_of(resource: Resource[Any] | PlainResource) -> str | None:
    """Return the ``userName`` of a user or the ``displayName`` of a group."""
    if isinstance(resource, PlainResource):
        return resource.document.get("userName")
    return cast("str | None", getattr(resource, _name_field(resource)))


def name_attribute(resource: Resource[Any] | PlainResource) -> str:
    """Return which attribute :func:`name_of` returns: ``userName`` or ``displayName``."""
    if isinstance(resource, PlainResource):
        return "userName"
    return NAMES[_name_field(resource)]


def _name_field(resource: Resource[Any]) -> str:
    return next(each for each in NAMES if each in type(resource).model_fields)


def set_values(resource: Resource[Any], attribute: str, values: list[dict[str, Any]]) -> None:
    """Set a multi-valued complex attribute from plain values that the service made."""
    entry = entry_of(resource, attribute)
    setattr(resource, attribute, [entry.model_validate(value) for value in values])


def entry_of(resource: Resource[Any], attribute: str) -> type[ComplexAttribute]:
    """Return the model of the values of a multi-valued complex attribute."""
    return cast("type[ComplexAttribute]", type(resource).get_field_root_type(attribute))
