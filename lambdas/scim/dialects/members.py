"""Deviations in which members an object has: those that are left out before its values are read."""

from typing import Any

from lambdas.scim.dialects.schema import Place
from lambdas.scim.extensions.open_extension import OpenExtension


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
