"""Finds out whether there is a SCIM endpoint at a Tenant URL, before anything is created."""

import uuid
from collections.abc import Iterator

from scimprobe.wire import FORBIDDEN, NO_ANSWER, UNAUTHORIZED, Answer, Client

_MESSAGES = "urn:ietf:params:scim:"


class UnusableError(Exception):
    """Nothing can be tested; the text says why and what to do."""


def reach(client: Client) -> None:
    """Send the search of Entra's Test Connection, and return when a SCIM endpoint answers, rightly or wrongly.

    :raises UnusableError: There is no answer, the credential is refused, or what answers is no SCIM endpoint.
    :raises CredentialError: No credential can be obtained.
    """
    answers: list[tuple[str, Answer]] = []
    for path, query in _questions():
        answer = client.send("probe", "GET", path, query)
        problem = access_problem(client.tenant.url, answer)
        if problem:
            raise UnusableError(problem)
        if _is_scim(answer):
            return
        answers.append((path, answer))
    path, answer = answers[0]
    content_type = answer.headers.get("content-type", "").partition(";")[0] or "nothing"
    raise UnusableError(
        f"There is no SCIM 2.0 endpoint at {client.tenant.url}: GET {path} returned {answer.status} with {content_type}. "
        "Is the Tenant URL complete?"
    )


def _questions() -> Iterator[tuple[str, str]]:
    """Return paths with their queries, of which an endpoint answers one as SCIM, whatever is wrong with it."""
    yield "/Users", f'filter=userName+eq+"{uuid.uuid4()}"'
    yield from ((path, "") for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"))


def _is_scim(answer: Answer) -> bool:
    """Return whether an answer is a SCIM message or resource: a list, an error, a configuration."""
    body = answer.resource
    if body is None:
        return False
    schemas = body.get("schemas")
    named = isinstance(schemas, list) and any(str(each).lower().startswith(_MESSAGES) for each in schemas)
    return named or (answer.status == 200 and "totalResults" in body)


def access_problem(url: str, answer: Answer) -> str:
    """Return why an answer ends a run: no answer, or a refused credential; empty when it shows no such reason."""
    if answer.status == NO_ANSWER:
        return f"There is no answer from {url} ({answer.failure}). Is the Tenant URL right?"
    if answer.status == UNAUTHORIZED:
        return f"The token is refused: {answer}"
    if answer.status == FORBIDDEN:
        return (
            f"The request is refused: {answer}. May the token provision? Does a firewall reject requests without a "
            "User-Agent header, which Entra does not send?"
        )
    return ""
