"""The keys of the single table: which item lies where.

Every key of a customer's data begins with the directory's id, so one directory cannot reach another's items by any value a
client sends. A value inside a key is normalised by the caller (the policy's ``comparison_key``) and encoded here, so that no
client text can cross a key boundary (``#``) or exceed what DynamoDB allows for a key (2,048 bytes for ``pk``, 1,024 for ``sk``).
"""

import hashlib
import re
from typing import Any, NamedTuple
from urllib.parse import quote

Item = dict[str, Any]
"""An item in DynamoDB's low-level form: ``{"pk": {"S": "..."}, ...}``."""

DIRECTORY_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""What a directory id may be: a DNS label, so it holds no ``#`` and is readable in every key."""

MAX_ENCODED_VALUE = 1_000
"""Bytes of an encoded value kept readable in a key; a longer one is replaced by its digest (keys end at 2,048 bytes)."""

COUNT_PREFIXES = tuple(f"{number:02x}" for number in range(256))
"""The first two hex digits of an id: what the counts are kept by."""

ONLY = "-"
"""The sort key of an item that is alone in its partition."""


class Key(NamedTuple):
    """The primary key of one item."""

    pk: str
    sk: str


def key_of(key: Key) -> Item:
    """Return a key in DynamoDB's low-level form."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def encode(value: str) -> str:
    """Return a normalised value in the form it has inside a key.

    Percent-encoding keeps it readable and leaves ``#`` to us; a value whose encoding is longer than
    :data:`MAX_ENCODED_VALUE` bytes becomes ``#sha256#`` and its digest, which no encoded value can begin with.
    """
    encoded = quote(value, safe="@+ ", errors="surrogatepass")
    if len(encoded) <= MAX_ENCODED_VALUE:
        return encoded
    return f"#sha256#{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"


def resources(directory: str, resource_type: str) -> str:
    """Return the partition that holds every resource of a type, such as ``acme#USER``; its sort keys are the ids."""
    return f"{directory}#{resource_type.upper()}"


def resource(directory: str, resource_type: str, resource_id: str) -> Key:
    """Return the key of a User or a Group."""
    return Key(resources(directory, resource_type), resource_id)


def members(directory: str, group_id: str) -> str:
    """Return the partition that holds the members of a group; its sort keys are the members' ids."""
    return f"{directory}#MEMBERS#{group_id}"


def member(directory: str, group_id: str, member_id: str) -> Key:
    """Return the key of one membership."""
    return Key(members(directory, group_id), member_id)


def unique(directory: str, resource_type: str, attribute: str, value: str) -> Key:
    """Return the key of the item that owns a unique value.

    :param attribute: The attribute's path, such as ``userName``.
    :param value: The value, normalised as comparisons normalise it.
    """
    return Key(f"{directory}#UNIQUE#{resource_type}#{attribute}#{encode(value)}", ONLY)


def lookup(directory: str, resource_type: str, attribute: str, value: str, resource_id: str) -> Key:
    """Return the key of the item that finds a resource by a value which several resources may share."""
    return Key(lookups(directory, resource_type, attribute, value), resource_id)


def lookups(directory: str, resource_type: str, attribute: str, value: str) -> str:
    """Return the partition of the look-ups of one value, such as ``acme#LOOKUP#User#emails.value#ann@example.com``."""
    return f"{directory}#LOOKUP#{resource_type}#{attribute}#{encode(value)}"


def counts(directory: str, resource_type: str) -> str:
    """Return the partition of the 256 counts of a type."""
    return f"{directory}#COUNT#{resource_type}"


def count(directory: str, resource_type: str, resource_id: str) -> Key:
    """Return the key of the count that a resource's id is counted in: its first two hex digits."""
    return Key(counts(directory, resource_type), resource_id[:2])


def connection(connection_id: str) -> Key:
    """Return the key of a connection."""
    return Key(f"CONNECTION#{connection_id}", ONLY)


def listed_connections() -> str:
    """Return the partition that lists the ids of all connections as its sort keys; no directory's id is in capitals."""
    return "CONNECTIONS"


def listed_connection(connection_id: str) -> Key:
    """Return the key of a connection's line in the list."""
    return Key(listed_connections(), connection_id)


def listed_directories() -> str:
    """Return the partition that lists the directories that operators created, with their ids as its sort keys."""
    return "DIRECTORIES"


def listed_directory(directory: str) -> Key:
    """Return the key of a directory's line in the list."""
    return Key(listed_directories(), directory)


def token(token_id: str) -> Key:
    """Return the key of a token."""
    return Key(f"TOKEN#{token_id}", ONLY)


def client(client_id: str) -> Key:
    """Return the key of an OAuth client."""
    return Key(f"CLIENT#{client_id}", ONLY)


def watch() -> Key:
    """Return the key of what the watch remembers; no directory's id is in capitals."""
    return Key("WATCH", ONLY)


def issuer_keys(issuer: str) -> Key:
    """Return the key of the cached public keys of an issuer of assertions."""
    return Key(f"JWKS#{encode(issuer)}", ONLY)


def permissions(directory: str) -> str:
    """Return the partition of a directory's permission mappings; its sort keys are the groups' ids."""
    return f"{directory}#PERMISSION"


def permission(directory: str, group_id: str) -> Key:
    """Return the key of the permission sets that a group is mapped to."""
    return Key(permissions(directory), group_id)


def schema() -> Key:
    """Return the key of the item that names the version of what is stored; no directory's id is in capitals."""
    return Key("SCHEMA", ONLY)


def deliveries(webhook: str) -> str:
    """Return the partition of a webhook's deliveries; its sort keys begin with the time of the event."""
    return f"WEBHOOK#{webhook}"


def delivery(webhook: str, time: str, event: str) -> Key:
    """Return the key of the delivery of one event to one webhook.

    :param time: The time of the event in ISO 8601, in UTC.
    :param event: Its ``jti``.
    """
    return Key(deliveries(webhook), f"{time}#{encode(event)}")


def guard(directory: str, connection_id: str) -> Key:
    """Return the key of the counter of users whom a connection deprovisioned."""
    return Key(f"{directory}#GUARD#{connection_id}", ONLY)


def secret(name: str) -> Key:
    """Return the key of a secret that the environment makes for itself, such as the one that seals cursors."""
    return Key(f"SECRET#{name}", ONLY)
