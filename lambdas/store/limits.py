"""The limits of what the store reads and writes, each with its reason; those of a request are in :mod:`lambdas.scim.limits`."""

MAX_MEMBERS = 100_000
"""Members that one request reads, of all its groups together. As an answer they take about 2 seconds of the function's share of a
processor, 0.2 GB of its memory and, compressed, 3.5 MB of Lambda's 6 (`benchmarks/results/answers.md`)."""

MAX_CHANGES = 5_000
"""Memberships that one request changes, a bulk request's operations together. Each takes 2 write units or more of the partition
that holds the users, and a partition gives 1,000 a second (AWS limit): 10 seconds of a request's 15, with users of up to 1 KB. With
larger ones the request can time out; a retry resumes."""

MAX_SCANNED = 30_000
"""Resources that a search without a key may evaluate, for all searched types together. 25,000 take 8 to 10 seconds of the function;
what the counts of the directory say is more is refused before anything is read."""

SCAN_PAGES = 30
"""Pages of 1 MB that a search without a key may read, for all searched types together: about 30,000 users. Fewer large resources
fill them than :data:`MAX_SCANNED`."""

SCAN_SECONDS = 15.0
"""Seconds that a search without a key may take, well below API Gateway's 29."""

MAX_INDEXED_VALUES = 45
"""Values of one resource that have an item of their own. A change may remove and write each of them: 90 of the 100 actions that
one transaction holds (AWS limit), which leaves room for the resource and its count."""

MAX_DOCUMENT_BYTES = 300_000
"""Bytes of a document. An item holds up to 400 KB (AWS limit), shared with a user's group ids: 300 KB leave room for 2,500."""

MAX_ITEM_BYTES = 409_600 - 1_024
"""Bytes of an item: 400 KB (AWS limit), less a reserve for the numbers and names of its attributes."""

MAX_NAME_BYTES = 4_096
"""Bytes of a ``userName``, a group's ``displayName`` or a member's ``display``. They are stored beside the document and shown with
every reference, up to 2,500 times in one user's ``groups``."""
