"""``schemas`` that is missing, null, in another case, misspelt, or names what we do not know.

``"schemas": ["...core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]``:
Entra, on every POST of a group; ``urn:ietf:params:scim:schemas:extension:enterprise:2.0User`` in Microsoft's own
example (idp-behaviour 1.5, cases 17, 18). A resource's ``schemas`` holds only what its type declares (RFC 7643
section 3), so the unknown is dropped rather than returned. A payload that says it is something else that we know
stays wrong.
"""

from collections.abc import Sequence
from typing import Any

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
MESSAGE = "urn:ietf:params:scim:api:messages:2.0:"
OTHERS = {
    f"{prefix}{name}".lower()
    for prefix, names in (
        (CORE, ("User", "Group", "ResourceType", "Schema", "ServiceProviderConfig")),
        (MESSAGE, ("PatchOp", "BulkRequest", "SearchRequest", "BulkResponse", "ListResponse", "Error")),
    )
    for name in names
}
"""The schemas by which a payload can say that it was sent to the wrong place."""


def schema_urns(payload: dict[str, Any], urns: Sequence[str]) -> dict[str, Any]:
    """Return the payload with those of its ``schemas`` that belong to it, spelled as declared.

    :param urns: The URNs that may stand in ``schemas``: that of the message or resource itself first.
    """
    spelled = [key for key in payload if key.lower() == "schemas"]
    if not spelled:
        return payload
    sent = payload[spelled[-1]]
    rest = {key: item for key, item in payload.items() if key not in spelled}
    if isinstance(sent, list):
        sent = [each for each in sent if each is not None]
    if sent in (None, "", []):
        return rest
    sent = [sent] if isinstance(sent, str) else sent
    if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
        return payload
    declared = {urn.lower(): urn for urn in urns}
    known = list(dict.fromkeys(declared[each.lower()] for each in sent if each.lower() in declared))
    if urns[0] in known:
        pass
    elif any(each.lower() in OTHERS for each in sent):
        return payload
    else:
        known.insert(0, urns[0])
    return {key: known if key == spelled[-1] else item for key, item in payload.items() if key not in spelled[:-1]}
