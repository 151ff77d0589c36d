"""The limits of one request, each with its reason."""

MAX_BODY_BYTES = 4_500_000
"""Bytes of a request body. Lambda accepts events of up to 6 MB, in which the body is Base64, a third longer."""

MAX_JSON_DEPTH = 32
"""Levels of nesting in a body. No SCIM message needs more than 8; deeper ones only exhaust parsers."""

MAX_MARKS = 30
"""Combining marks in a row, the limit of Unicode's Stream-Safe Text Format (UAX 15): no language needs more than 4. Normal forms
sort them in quadratic time: 40,000 would take two seconds at each comparison."""

MAX_FILTER_LENGTH = 8_000
"""Characters of a filter. API Gateway limits a request line to 8 kB; ``.search`` bodies get the same."""

MAX_MEMBER_NAME = 2 * MAX_FILTER_LENGTH
"""Characters of the name of a member in a body. It may be a path with a filter, which has a limit of its own."""

MAX_FILTER_NODES = 200
"""Comparisons in one filter (the limit of Databricks): 5,000 would cost a third of a second for nothing a client needs."""

MAX_ATTRIBUTES = 200
"""Names in ``attributes`` or ``excludedAttributes``: more than all schemas together declare."""

MAX_PATCH_OPERATIONS = 1_000
"""Operations of one PATCH. Each is a validation pass: 1,000 take about 3 seconds at worst."""

MAX_PATCH_PATHS = 5_000
"""Keys of the objects that a PATCH writes. Each is read as a path: 5,000 take about 3 seconds."""

MAX_PATCH_REMOVED = 5_000
"""Values that the operations of a PATCH list to be removed, such as members. The library makes a condition of each: 5,000 take
about 2 seconds."""

MAX_PATCH_CONDITIONS = 5_000
"""Conditions of the filters in all paths of a PATCH, each of which is read several times: 5,000 take about 2 seconds."""

MAX_BULK_PATCH_OPERATIONS = 5_000
"""Operations of all PATCHes of one bulk request, each of which is read before any is applied: 5,000 take about 2 seconds."""

MAX_VALUES_COMPARED = 10_000
"""Values of multi-valued attributes that the operations of a PATCH may compare, beyond those that an index finds: 10,000 take about
3 seconds."""

MAX_ELEMENTS = 100_000
"""Elements of all lists in a body: more than the ids of members that :data:`MAX_BODY_BYTES` hold."""

MAX_JSON_VALUES = 600_000
"""Values in a body, lists and objects included: six for each of :data:`MAX_ELEMENTS`. Each is an object in memory."""

MAX_USER_ELEMENTS = 12_000
"""Elements of all lists in a body about users: 1,000 operations with ten values each, and more. A stored user holds fewer (400 KB),
and each becomes an object of about 2 KB."""

MAX_BULK_ELEMENTS = 25_000
"""Elements of all lists in a bulk request: more than the ids of members that :data:`MAX_BULK_BYTES` hold."""

MAX_USER_JSON_VALUES = 50_000
"""Values in a body about users, lists and objects included."""

MAX_MEMBERS_COMPARED = 10_000
"""Members that the PATCHes of a request may compare, such as one on ``members[type eq "User"]``: copying and comparing so many
takes about 5 seconds of the function. Adding and removing members by their ids compares none."""

MAX_MEMBERS_REPLACED = 50_000
"""Members in the body of a POST or PUT. Each is compared with what is stored, and returned: so many take about 12 seconds of the
function. Larger groups are changed with PATCH, which names the members that change."""

MAX_PAGE_SIZE = 200
"""Resources of one page (``filter.maxResults``): a page stays far below Lambda's response limit of 6 MB."""

DEFAULT_PAGE_SIZE = 100
"""Resources of a page when the client sends no ``count``."""

MAX_BULK_OPERATIONS = 500
"""Operations of one bulk request: what finishes within API Gateway's 29 seconds."""

MAX_BULK_BYTES = 1_000_000
"""Bytes of one bulk request (``bulk.maxPayloadSize``)."""

BULK_SECONDS = 16.0
"""Seconds after which a bulk request starts no further operation: one that has started ends within the function's 28 seconds."""

CURSOR_SECONDS = 3_600
"""Seconds that a cursor stays valid (RFC 9865 section 2.4, ``cursorTimeout``)."""

MAX_OPEN_NAMES = 200
"""Undeclared attributes of one resource in one open extension: more than an identity provider's page of mappings can hold."""

MAX_OPEN_NAME_LENGTH = 200
"""Characters of the name of an undeclared attribute, which becomes part of paths, filters and the log."""
