"""Attributes that are ignored wherever a request names them: unknown, read-only, and those whose values are never stored."""

from typing import Any

from scim2_models import Mutability, ScimPolicy

from lambdas.scim.dialects.schema import Place
from lambdas.scim.extensions.open_extension import OpenExtension

UNKNOWN = ScimPolicy.Unknown.ignore
"""An attribute that no schema declares is ignored; it does not fail the rest of the request. Microsoft Entra sends a PATCH as a
whole, and would not provision a user because of one attribute of its mapping."""


def extension_schemas(place: Place | None, name: str, value: Any) -> bool:
    """Return whether a member is the ``schemas`` of an open extension, rather than an undeclared attribute of this name.

    Clients made with scim2-models write ``schemas`` into extensions too (idp-behaviour 6.3). With the extension's own URN it is
    SCIM's attribute.

    >>> user({"M": {"schemas": ["M"], "costCentre": "7"}})
    {'M': {'costCentre': '7'}}
    >>> user({"M": {"schemas": "mine"}})
    {'M': {'schemas': 'mine'}}
    """
    if place is None or not issubclass(place.owner, OpenExtension):
        return False
    return name.lower() == "schemas" and isinstance(value, list) and str(place.owner.__schema__) in value


def read_only_value(place: Place | None, name: str, value: Any) -> bool:
    """Return whether a member is a read-only attribute, which RFC 7644 section 3.5.1 has ignored.

    Okta sends ``id`` with every change of a pushed group, and the whole object on PUT; Entra sends ``meta`` on every POST
    (idp-behaviour cases 13, 48, 68; scimgateway#113).

    >>> group_operation({"op": "replace", "value": {"id": "23a35c27", "displayName": "New name"}})
    {'op': 'replace', 'value': {'displayName': 'New name'}}
    >>> user({"userName": "u", "meta": {"resourceType": "User"}, "groups": []})
    {'userName': 'u'}

    A PATCH whose ``path`` names a read-only attribute is an error, and stays one:

    >>> operation({"op": "replace", "path": "id", "value": "1"})
    {'op': 'replace', 'path': 'id', 'value': '1'}
    """
    return place is not None and place.read_only


def is_not_kept(place: Place) -> bool:
    """Return whether values written at a place are never stored.

    Those of ``password``, and the ``display`` of members that are in the group: it is stored when a member is added, and adding a
    member again changes nothing.
    """
    whole, part = place.attribute, place.sub_attribute
    if whole is not None and part is not None and whole.multi_valued and whole.is_reference and part.field == "display":
        return True
    return place.target is not None and place.target.mutability is Mutability.write_only
