"""Tables of connections and tokens, for people."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from lambdas.credentials.connections import State, Token
from lambdas.credentials.tokens import ID_LENGTH
from lambdas.operations.connections import ConnectionWithTokens
from scimctl.durations import rounded

SOON_DAYS = 30
"""Days before its expiry from which a token is shown with the time left, like the alarm of the stack."""

NOTHING = "-"
"""What is shown for an absent value."""


def connection_table(found: Iterable[ConnectionWithTokens]) -> Grid:
    """Return the table of connections."""
    now = datetime.now(UTC)
    grid = _grid("Connection", "Label", "Directory", "State", "Tokens", "First expires", "Last used")
    for each in found:
        connection, live = each.connection, each.live(now)
        uses = [token.last_used for token in each.tokens if token.last_used]
        grid.add_row(
            connection.id,
            Text(connection.label or NOTHING),
            connection.directory,
            _coloured(connection.state.value),
            str(len(live)),
            _expiry(min((token.expires for token in live), default=None), now),
            _hour(max(uses, default=None)),
        )
    return grid


def token_table(tokens: Iterable[Token], *, with_connection: bool = False) -> Grid:
    """Return the table of tokens."""
    now = datetime.now(UTC)
    grid = _grid("Token", *(["Connection"] if with_connection else []), "Label", "Scope", "Expires", "Last used")
    for token in tokens:
        connection = [token.connection] if with_connection else []
        label = Text(token.label or NOTHING)
        grid.add_row(token.id, *connection, label, token.scope.value, _validity(token, now), _hour(token.last_used))
    return grid


def _grid(*names: str) -> Grid:
    """Return a table that keeps ids and days whole on a terminal of 80 columns and folds labels."""
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in names:
        if name in ("Connection", "Token"):
            grid.add_column(name, no_wrap=True, min_width=ID_LENGTH)
        elif name in ("Label", "Directory"):
            grid.add_column(name, overflow="fold")
        else:
            grid.add_column(name, no_wrap=True)
    return grid


def _hour(at: datetime | None) -> str:
    """Return the hour of a last use, which is stored once an hour, without its minutes."""
    return f"{at:%Y-%m-%d %H}h" if at else NOTHING


def _validity(token: Token, now: datetime) -> Text:
    if token.is_expired(now):
        return _coloured("expired")
    return _expiry(token.expires, now) if token.state is State.ENABLED else _coloured("disabled")


def _expiry(at: datetime | None, now: datetime) -> Text:
    if at is None:
        return Text(NOTHING)
    left = at - now
    if left >= timedelta(days=SOON_DAYS):
        return Text(f"{at:%Y-%m-%d}")
    return Text(f"in {rounded(left)}", style="yellow")


def _coloured(state: str) -> Text:
    return Text(state, style="" if state in ("live", "enabled") else "red")
