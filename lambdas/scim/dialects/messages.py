"""Deviations in a message as a whole: the names of its members, and its ``schemas``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scim2_models import BulkRequest, PatchOp, SearchRequest

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
"""The schemas, in lower case, by which a payload declares that it was sent to the wrong endpoint."""


@dataclass(frozen=True)
class Form:
    """What a message is made of."""

    members: Sequence[str] = ()
    """The names of its members as the RFC spells them; empty for a resource, whose model knows them."""

    urns: Sequence[str] = ()
    """The URNs that may stand in its ``schemas``, its own first; empty where it has no ``schemas``."""


PATCH = Form(("schemas", "Operations"), (str(PatchOp.__schema__),))
OPERATION = Form(("op", "path", "value"))
BULK = Form(("schemas", "failOnErrors", "Operations"), (str(BulkRequest.__schema__),))
BULK_OPERATION = Form(("method", "bulkId", "version", "path", "data"))
SEARCH = Form(
    ("schemas", "attributes", "excludedAttributes", "filter", "sortBy", "sortOrder"), (str(SearchRequest.__schema__),)
)


def name_case(message: dict[str, Any], form: Form) -> dict[str, Any]:
    """Return a message with its members named as the RFC spells them; of two spellings the last counts.

    Attribute names are case-insensitive (RFC 7643 section 2.1), those of messages too (idp-behaviour case 49). The core reads
    the attributes of resources in any case; this is for the members that the dialects themselves read.

    >>> operation({"Op": "replace", "PATH": "title", "Value": "T"})
    {'op': 'replace', 'path': 'title', 'value': 'T'}
    """
    if not form.members:
        return message
    spelled = {name.lower(): name for name in form.members}
    return {spelled.get(key.lower(), key): value for key, value in message.items()}


def schema_urns(message: dict[str, Any], form: Form) -> dict[str, Any]:
    """Return a message with the ``schemas`` that it may have, spelled as declared, its own among them.

    Entra sends a URN of its own with every POST of a group, and Microsoft's example misspells the enterprise extension
    (idp-behaviour 1.5, cases 17, 18). The ``schemas`` of a resource holds only what its type declares (RFC 7643 section 3), so
    an unknown URN is dropped rather than returned.

    >>> user({"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0User", "E"]})
    {'schemas': ['urn:ietf:params:scim:schemas:core:2.0:User', 'E']}

    A payload that declares itself another known message or resource stays wrong:

    >>> user({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]})
    {'schemas': ['urn:ietf:params:scim:schemas:core:2.0:Group']}
    """
    spelled = [key for key in message if key.lower() == "schemas"]
    if not form.urns or not spelled:
        return message
    sent = message[spelled[-1]]
    if isinstance(sent, list):
        sent = [each for each in sent if each is not None]
    if sent in (None, "", []):
        return {key: item for key, item in message.items() if key not in spelled}
    sent = [sent] if isinstance(sent, str) else sent
    if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
        return message
    declared = {urn.lower(): urn for urn in form.urns}
    known = list(dict.fromkeys(declared[each.lower()] for each in sent if each.lower() in declared))
    if form.urns[0] not in known:
        if any(each.lower() in OTHERS for each in sent):
            return message
        known.insert(0, form.urns[0])
    return {key: known if key == spelled[-1] else item for key, item in message.items() if key not in spelled[:-1]}
