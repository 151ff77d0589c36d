"""What a single request may ask of us: every limit of the protocol layer, with its reason."""

MAX_BODY_BYTES = 4_500_000
"""Bytes of a request body. Lambda ends at 6 MB for the whole event, in which the body is Base64, a third longer."""

MAX_JSON_DEPTH = 32
"""Levels of nesting in a body. No SCIM message needs more than 8; deeper ones only exhaust parsers."""

MAX_FILTER_LENGTH = 8_000
"""Characters of a filter. API Gateway ends a request line at 8 kB; ``.search`` bodies get the same."""

MAX_FILTER_NODES = 200
"""Comparisons in one filter (as Databricks caps it): 5,000 would cost a third of a second for nothing a client needs."""

MAX_ATTRIBUTES = 200
"""Names in ``attributes`` or ``excludedAttributes``: more than all schemas together declare."""

MAX_PATCH_OPERATIONS = 1_000
"""Operations of one PATCH. Each is a validation pass: 1,000 take some 3 seconds at worst."""

MAX_PATCH_PATHS = 5_000
"""Keys of the objects that a PATCH writes: each is read as a path, 5,000 in some 3 seconds."""

MAX_MEMBERS_COMPARED = 10_000
"""Members that a request's PATCHes may look at, such as one on ``members[type eq "User"]``: copying and comparing so many takes
some 5 seconds of the function. Adding and removing members by their ids looks at none."""

MAX_MEMBERS_REPLACED = 50_000
"""Members that a PUT may name: each is compared with what is stored, and returned. So many take some 12 seconds of the function.
Changes of a larger group are sent as PATCH, which names the members that change."""

MAX_PAGE_SIZE = 200
"""Resources of one page (``filter.maxResults``): a page stays far below Lambda's 6 MB answer limit."""

DEFAULT_PAGE_SIZE = 100
"""Resources of a page when the client names no ``count``."""

MAX_BULK_OPERATIONS = 500
"""Operations of one bulk request: what finishes within API Gateway's 29 seconds."""

MAX_BULK_BYTES = 1_000_000
"""Bytes of one bulk request (``bulk.maxPayloadSize``)."""

CURSOR_SECONDS = 3_600
"""Seconds that a cursor stays valid (RFC 9865 section 2.4, ``cursorTimeout``)."""

MAX_OPEN_NAMES = 200
"""Undeclared attributes of one resource in one open extension: more than an identity provider's page of mappings can hold."""

MAX_OPEN_NAME_LENGTH = 200
"""Characters of the name of an undeclared attribute, which becomes part of paths, filters and the log."""
