"""The ids of users and groups."""

import re

from lambdas.scim.detail import HIDDEN, Shown

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form of an id: a UUID in lower case. Any other text is the id of no resource, and needs no read."""

MAX_SHOWN = 80
"""Characters of an unknown id in an error detail."""


def is_id(text: object) -> bool:
    """Return whether a text has the form of an id."""
    return isinstance(text, str) and ID.fullmatch(text) is not None


def shown_id(text: str) -> Shown:
    """Return an id as a part of a detail; the log has it only if it has the form of an id, because it may be anything else."""
    return Shown(text[:MAX_SHOWN], logged_id(text))


def logged_id(text: str) -> str:
    """Return an id as the log has it."""
    return text if is_id(text) else HIDDEN
