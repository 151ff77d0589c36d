"""The connection for trying an environment in the local cloud: generated once, kept over restarts while it works."""

import time
from dataclasses import replace
from pathlib import Path

from lambdas.operations.connections import Connections
from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl import targets
from scimctl.local import client, cloud
from scimctl.local.client import Answer
from scimctl.local_state import LocalConnection, LocalState

LABEL = "local"
"""What the connection is called."""

FIRST_ANSWER_SECONDS = 60
"""How long the first answer may take: the functions start, and everything is imported for the first time."""

_POLL_SECONDS = 0.5
_ABILITIES = "/ServiceProviderConfig"
_REFUSED = (401, 403)
"""What a connection gets that the table does not hold any more."""


def ensure(directory: Path, local: LocalState) -> tuple[LocalConnection, bool]:
    """Return a valid connection of an environment in the local cloud, and whether it was generated now.

    The one of its `connection.json` is kept while it works. Raises Problem when the endpoint does not answer.
    """
    follow(directory, local)
    kept = state.read_connection(directory, local.environment)
    if kept is not None and _answer(directory, kept, _ABILITIES).status not in _REFUSED:
        return kept, False
    generated = Connections(targets.resolve(local.environment, directory, local=True)).generate(label=LABEL)
    fresh = LocalConnection(generated.tenant_url, generated.secret_token)
    state.write_connection(directory, local.environment, fresh)
    return fresh, True


def follow(directory: Path, local: LocalState) -> None:
    """Update the Tenant URL of an environment's connection after a change of the port."""
    kept = state.read_connection(directory, local.environment)
    if kept is not None:
        moved = replace(kept, tenant_url=f"{local.base_url}/v2/{kept.connection_id}")
        state.write_connection(directory, local.environment, moved)


def first_request(directory: Path, connection: LocalConnection) -> int:
    """Do what an identity provider does first: read the endpoint's abilities, then a user.

    Gives how many users there are. Raises Problem, with what the endpoint answers, when it does not succeed in time.
    """
    users = 0
    for path in (_ABILITIES, "/Users?count=1"):
        answer = _answer(directory, connection, path)
        if answer.status != 200:
            raise _problem(directory, path, answer)
        users = int(answer.body.get("totalResults", 0))
    return users


def _answer(directory: Path, connection: LocalConnection, path: str) -> Answer:
    """Ask until the endpoint answers with something else than a server's error; raises Problem when it does not."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    while True:
        answer = client.scim_get(connection, path)
        if answer.status != client.NO_ANSWER and answer.status < 500:
            return answer
        if time.monotonic() > deadline or cloud.running(directory) is None:
            raise _problem(directory, path, answer)
        time.sleep(_POLL_SECONDS)


def _problem(directory: Path, path: str, answer: Answer) -> Problem:
    """Say what the endpoint answered, and what the local cloud knows of it."""
    said = f"answers {answer.status} {answer.detail}".rstrip() if answer.status else "does not answer"
    complaint = cloud.last_complaint(directory)
    return Problem(
        f"The endpoint is deployed and {said} to GET {path}.\n"
        + (f"The local cloud says: {complaint}\n" if complaint else "")
        + f"Its log: {directory / 'ministack.log'}"
    )
