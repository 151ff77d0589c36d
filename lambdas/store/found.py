"""Stored resources as plain JSON with everything that an answer shows of them, for :mod:`lambdas.scim.answer_plans`.

The values that the service adds are those of :meth:`lambdas.store.reads.Reader.resources`, at the same calls. Where they depend on
what only a model has read, or the product sees them trimmed, the model is left to answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_jsonable_python
from scim2_models import Resource, ResourceType

from lambdas.environment.permission_sets import GroupFacts
from lambdas.retrying import time_is_up
from lambdas.scim.found_resources import FoundResource, MemberRow, Once
from lambdas.scim.product_schema import PRODUCT_USER
from lambdas.store.documents import left_out_of
from lambdas.store.entitlements import entitlements_of, group_values
from lambdas.store.group_members import set_members
from lambdas.store.items import Stored, etag
from lambdas.store.reads import Reader

Document = dict[str, Any]


def found_resources(
    reader: Reader, resource_type: ResourceType, stored: Sequence[Stored], *, whole: bool
) -> list[FoundResource]:
    """Return stored resources as a read finds them. Parameters, calls and errors are those of ``Reader.resources``."""
    if resource_type.name == "User":
        return _users(reader, resource_type, stored, whole=whole)
    found, left_out = [], left_out_of(reader.model(resource_type))
    for number, one in enumerate(stored):
        rows = reader.group_members.rows(one.id, late=number > 0 and time_is_up()) if whole else []
        content = _content(one, left_out)
        document = None if content is None else _with_additions(reader, resource_type, one, content)
        if document is not None and rows:
            document["members"] = rows
        model = Once(_group, reader, resource_type, one, rows)
        found.append(FoundResource(resource_type, one.id, etag(one.version), document, model, content))
    return found


def found_model(resource_type: ResourceType, stored: Stored, resource: Resource[Any]) -> FoundResource:
    """Return a resource that has been read as a model, for the model to answer."""
    return FoundResource(resource_type, stored.id, etag(stored.version), None, lambda: resource)


def _users(
    reader: Reader, resource_type: ResourceType, stored: Sequence[Stored], *, whole: bool
) -> list[FoundResource]:
    known = reader.user_groups.existing({each for one in stored for each in one.groups}) if whole else {}
    found, left_out = [], left_out_of(reader.model(resource_type))
    for one in stored:
        content, version = _content(one, left_out, reader.product.trimmed), etag(one.version)
        document = None
        if content is not None:
            content.setdefault("active", True)  # stored before version 0.2.0, which always stores it
            document = _with_additions(reader, resource_type, one, content)
            if whole:
                groups = {each: known[each] for each in sorted(one.groups) if each in known}
                document, version = _whole_user(reader, one, document, groups)
        model = Once(_user, reader, resource_type, one, whole)
        found.append(FoundResource(resource_type, one.id, version, document, model, content if document else None))
    return found


def _content(stored: Stored, left_out: frozenset[str], trimmed: Sequence[str] = ()) -> Document | None:
    """Return the document of a resource as it is stored; None when the model has to read it.

    :param left_out: The attributes that documents of its type do not hold.
    :param trimmed: Paths of attributes whose values the caller sees trimmed.
    """
    try:
        content: Document = from_json(stored.document)  # in a fourth of the time of the standard library's
    except ValueError:
        return None
    if not left_out.isdisjoint(content):
        return None
    if trimmed and any(path.lower().startswith(f"{name.lower()}:") for path in trimmed for name in content):
        return None
    return content


def _with_additions(reader: Reader, resource_type: ResourceType, stored: Stored, content: Document) -> Document:
    """Return the document of a resource with ``id``, ``meta`` and the login method."""
    meta = {
        "resourceType": resource_type.name,
        "created": to_jsonable_python(stored.created),
        "lastModified": to_jsonable_python(stored.modified),
    }
    document = {**content, "id": stored.id, "meta": meta}
    login = reader.product.login
    if login is not None and resource_type.name == "User":
        document[PRODUCT_USER] = {"loginMethod": stored.login or str(login.default)}
    return document


def _whole_user(
    reader: Reader, stored: Stored, document: Document, groups: Mapping[str, GroupFacts]
) -> tuple[Document | None, str]:
    """Return a user's document with groups and permission sets, and the user's entity tag."""
    version = etag(stored.version)
    if groups:
        document["groups"] = group_values(groups)
    if reader.product.computes_entitlements:
        roles = document.get("roles", [])
        if not isinstance(roles, list) or not all(isinstance(each, dict) for each in roles):
            return None, version
        facts = list(groups.values())
        values, version = entitlements_of(stored, document["active"], roles, facts, reader.product)
        if values:
            document["entitlements"] = values
    return document, version


def _user(reader: Reader, resource_type: ResourceType, stored: Stored, whole: bool) -> Resource[Any]:
    """Return the model of a user; the groups have been read."""
    return reader.resources(resource_type, [stored], whole=whole)[0]


def _group(reader: Reader, resource_type: ResourceType, stored: Stored, rows: Sequence[MemberRow]) -> Resource[Any]:
    """Return the model of a group with the members that have been read."""
    group = reader.resources(resource_type, [stored], whole=False)[0]
    set_members(group, rows)
    return group
