"""Secrets that an environment makes for itself, kept in its table: encrypted at rest, readable by the API function alone."""

import secrets
from collections.abc import Callable
from functools import cache

from lambdas.store import actions, keys
from lambdas.store.keys import key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

SECRET_BYTES = 32


def cursor_secret(table: Table) -> Callable[[], bytes]:
    """Return what gives the secret that seals cursors: read when first asked for, then remembered.

    The first process that needs it makes it; all others read what that one wrote.
    """

    @cache
    def read() -> bytes:
        key = keys.secret("cursor")
        item = table.get(key)
        if item is not None:
            return bytes(item["value"]["B"])
        made = secrets.token_bytes(SECRET_BYTES)
        try:
            table.write(actions.put_new({**key_of(key), "value": {"B": made}}))
        except ConditionFailed as lost:
            return bytes(lost.items[0]["value"]["B"])
        return made

    return read
