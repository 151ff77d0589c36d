"""The ids of users and groups: UUIDs that the directory which made them recognises after their resources are deleted."""

import re
import secrets
from hashlib import sha256

from lambdas.scim.detail import HIDDEN, Shown

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form of an id: a UUID in lower case. Any other text is the id of no resource, and needs no read."""

MAX_SHOWN = 80
"""Characters of an unknown id in an error detail."""


_CHECKED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHECK_DIGITS = 12


def new_id(directory: str) -> str:
    """Return the id of a new resource: a UUID of version 8 (RFC 9562 section 5.8), of which 74 bits are random.

    The last 12 digits are a hash of the others and of the directory, by which :func:`is_made_in` recognises the id without a read.

    :param directory: The id of the directory.
    """
    digits = secrets.token_hex(9)
    head = f"{digits[:8]}-{digits[8:12]}-8{digits[12:15]}-{secrets.choice('89ab')}{digits[15:18]}"
    return f"{head}-{_check(directory, head)}"


def is_made_in(directory: str, resource_id: str) -> bool:
    """Return whether an id was made by :func:`new_id` in a directory: a resource with it exists there, or did.

    Resources created before ids had a check are not recognised.
    """
    head, _, check = resource_id.rpartition("-")
    return _CHECKED.fullmatch(resource_id) is not None and check == _check(directory, head)


def _check(directory: str, head: str) -> str:
    return sha256(f"{directory}/{head}".encode()).hexdigest()[:_CHECK_DIGITS]


def is_id(text: object) -> bool:
    """Return whether a text has the form of an id."""
    return isinstance(text, str) and ID.fullmatch(text) is not None


def shown_id(text: str) -> Shown:
    """Return an id as a part of a detail; the log has it only if it has the form of an id, because it may be anything else."""
    return Shown(text[:MAX_SHOWN], logged_id(text))


def logged_id(text: str) -> str:
    """Return an id as the log has it."""
    return text if is_id(text) else HIDDEN
