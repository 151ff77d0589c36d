"""Read-only attributes among the values that a client writes.

``{"op": "replace", "value": {"id": "23a35c27", "displayName": "New name"}}``: Okta, with every change of a pushed
group; ``"meta": {"resourceType": "User"}``: Entra, on every POST; ``"groups": []`` and the whole object with ``id``
and ``meta``: Okta, on PUT (idp-behaviour cases 13, 48, 68; scimgateway#113). RFC 7644 section 3.5.1 has them ignored.
A PATCH whose ``path`` names a read-only attribute is an error, and stays one.
"""

from lambdas.scim.dialects.schema import Place


def read_only_value(place: Place | None) -> bool:
    """Whether what stands at a place is dropped because clients may not write it."""
    return place is not None and place.read_only
