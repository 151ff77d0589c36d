"""The search for tokens in everything that a run logged: no log may hold one, whole, hashed or encoded."""

import base64
from datetime import UTC, datetime
from pathlib import Path

from lambdas.credentials import tokens
from lambdas.credentials.tokens import PresentedToken
from tests.e2e.endpoint import SECRETS, Endpoint


def everything_logged(endpoint: Endpoint) -> str:
    """Return the log group of an environment and the files that its local cloud logged."""
    records = [event.message for event in endpoint.log(datetime.fromtimestamp(0, UTC))]
    paths = filter(Path.is_file, endpoint.state_directory.glob("**/*.log*"))
    files = [path.read_text(errors="replace") for path in paths]
    return "\n".join([*records, *files])


def leaked_in(text: str) -> list[str]:
    """Return the ids of this run's tokens whose secret or hash is in a text."""
    return [token.id for token in map(tokens.parse, SECRETS) if token and _is_in(text, token)]


def _is_in(text: str, token: PresentedToken) -> bool:
    """Return whether a text holds a token's secret or its hash, in any form in which they travel."""
    basic = [base64.b64encode(before + token.text.encode()).decode()[8:-8] for before in (b"", b":", b"::")]
    forms = (token.secret, *basic, token.hash.hex(), base64.b64encode(token.hash).decode())
    return any(form in text for form in forms)
