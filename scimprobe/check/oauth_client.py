"""The OAuth 2.0 token endpoint: Microsoft's tests of credentials for the gallery (AzureAD/SCIMReferenceCode,
SCIMTests_Workflow.json), what Microsoft requires of access tokens, and RFC 6749.

The endpoint must pass one of Microsoft's two tests, by the way that its client proves itself.
"""

from collections.abc import Mapping

from scimprobe.check.reply import Reply, Request
from scimprobe.check.session import Session
from scimprobe.check.suite import Check, Checks, Level
from scimprobe.oauth import NO_CHANGES, ClientCredentials
from scimprobe.wire import AUTHORIZATION, UNAUTHORIZED

ONE_USER = "startIndex=1&count=1"
"""The query with which Microsoft's tests use the access token."""

LIFETIMES = range(3_600, 21_601)
"""Seconds that an access token lasts: 60 minutes to 6 hours, as Microsoft requires."""

GALLERY = "A gallery application does not pass. "


def checks(client: ClientCredentials) -> list[Check]:
    """Return the checks of a client's token endpoint."""
    found = Checks()
    _add_tests_of_microsoft(found, client)
    _add_rules_of_tokens(found, client)
    _add_refusals(found, client)
    return list(found)


def _ask(
    session: Session,
    client: ClientCredentials,
    changes: Mapping[str, str | None] = NO_CHANGES,
    *,
    in_header: bool = False,
) -> Reply:
    """Send a token request with other parameters than usual."""
    shown = {name: value for name, value in {**client.parameters, **changes}.items() if value is not None}
    request = Request("POST", client.endpoint, shown)
    return session.keep(request, lambda: client.request(changes, in_header=in_header))


def _issued(reply: Reply) -> str:
    """Expect an access token in the answer (RFC 6749 section 5.1), and return it."""
    reply.has_status(200)
    kind = str(reply.body.get("token_type"))
    reply.expect("token_type", "bearer", kind.lower())
    token = reply.body.get("access_token")
    if not isinstance(token, str) or not token:
        reply.record("access_token", "a text", str(token))
        return ""
    return token


def _use(session: Session, token: str) -> Reply:
    """Read one user with an access token, as Microsoft's tests do."""
    return session.get("/Users", ONE_USER, {AUTHORIZATION: f"Bearer {token}"})


def _refused(reply: Reply, status: int, error: str) -> None:
    """Expect an error of RFC 6749 section 5.2."""
    reply.has_status(status)
    reply.expect("error", error, reply.body.get("error"))


def _add_tests_of_microsoft(found: Checks, client: ClientCredentials) -> None:
    if client.assertion:

        @found.add(
            "Federated_Identity_Test",
            requirement="The token endpoint gives an access token for a signed assertion, and GET /Users answers to the token.",
            matters=GALLERY + "Entra's Test Connection fails with workload identity federation.",
        )
        def federated(session: Session) -> None:
            """Microsoft's test sends a scope and the base address too."""
            _use(session, _issued(_ask(session, client, {"scope": "scim", "baseAddress": client.endpoint}))).is_list()

        return

    @found.add(
        "Validate_Credentials_Test",
        requirement="The token endpoint gives an access token for client id and secret, and GET /Users answers to the token.",
        matters=GALLERY + "Entra's Test Connection fails with OAuth 2.0 client credentials.",
    )
    def credentials(session: Session) -> None:
        """Client id and secret in the form body, without a scope."""
        _use(session, _issued(_ask(session, client))).is_list()

    @found.add(
        "Credentials in HTTP Basic",
        requirement="Client id and secret are accepted in an Authorization header (RFC 6749 section 2.3.1).",
        matters="Clients that send them there, as the RFC prefers, cannot provision.",
        level=Level.OPTIONAL,
    )
    def in_header(session: Session) -> None:
        """Both are form-encoded before base64."""
        _issued(_ask(session, client, in_header=True))


def _add_rules_of_tokens(found: Checks, client: ClientCredentials) -> None:
    @found.add(
        "Access token lifetime",
        requirement="expires_in is 3600 to 21600: 60 minutes to 6 hours.",
        matters=GALLERY + "Without expires_in a client learns only by a 401 that a token has expired.",
    )
    def lifetime(session: Session) -> None:
        """A number, not a text."""
        reply = _ask(session, client)
        _issued(reply)
        seconds = reply.body.get("expires_in")
        if not isinstance(seconds, int) or seconds not in LIFETIMES:
            reply.record("expires_in", f"{LIFETIMES.start} to {LIFETIMES.stop - 1}", str(seconds))

    @found.add(
        "Access tokens are not cached",
        requirement="Cache-Control: no-store (RFC 6749 section 5.1).",
        matters="A proxy may keep the token, and give it to others.",
    )
    def not_cached(session: Session) -> None:
        """Beside other directives."""
        reply = _ask(session, client)
        _issued(reply)
        directives = reply.answer.headers.get("cache-control", "")
        if "no-store" not in directives.lower():
            reply.record("Cache-Control", "no-store", directives or "none")

    @found.add(
        "Any scope, and parameters that are unknown",
        requirement="A missing or unknown scope is no error; unknown parameters are ignored (RFC 6749 sections 3.2 and 3.3).",
        matters="Entra sends no scope, or what an administrator typed; Microsoft's test sends baseAddress.",
    )
    def tolerant(session: Session) -> None:
        """One request without a scope, one with both."""
        _issued(_ask(session, client, {"scope": None}))
        _issued(_ask(session, client, {"scope": "some.scope", "baseAddress": "https://example.com"}))

    @found.add(
        "Several access tokens at a time",
        requirement="An access token is accepted until it expires, also after another one was issued.",
        matters="Entra's workers get tokens of their own; a 401 puts the whole job into quarantine.",
    )
    def several(session: Session) -> None:
        """The older one is used last."""
        first, second = _issued(_ask(session, client)), _issued(_ask(session, client))
        _use(session, second).is_list()
        _use(session, first).is_list()


def _add_refusals(found: Checks, client: ClientCredentials) -> None:
    name = "client_assertion" if client.assertion else "client_secret"
    secret = client.assertion or client.secret
    middle = len(secret) // 2
    wrong = secret[:middle] + ("x" if secret[middle] != "x" else "y") + secret[middle + 1 :]

    @found.add(
        "Wrong credentials",
        requirement="401 with the error invalid_client (RFC 6749 section 5.2).",
        matters="Anybody gets an access token; or an administrator sees no reason.",
    )
    def refused(session: Session) -> None:
        """One character differs."""
        _refused(_ask(session, client, {name: wrong}), UNAUTHORIZED, "invalid_client")

    @found.add(
        "An unknown client",
        requirement="401 with the error invalid_client (RFC 6749 section 5.2).",
        matters="An administrator who mistypes the Client Identifier sees no reason.",
    )
    def unknown(session: Session) -> None:
        """The id is not a part of the secret."""
        _refused(_ask(session, client, {"client_id": session.names.tag()}), UNAUTHORIZED, "invalid_client")

    @found.add(
        "Another grant type",
        requirement="400 with the error unsupported_grant_type (RFC 6749 section 5.2).",
        matters="The error that an administrator reads does not name what is wrong.",
        level=Level.OPTIONAL,
    )
    def grant(session: Session) -> None:
        """No implementation for provisioning has this one."""
        _refused(_ask(session, client, {"grant_type": "password"}), 400, "unsupported_grant_type")

    @found.add(
        f"The {name.removeprefix('client_')} is no access token",
        requirement="A SCIM request with it as its bearer token gets 401.",
        matters="What lasts for years, or is sent to others too, opens the directory.",
    )
    def not_a_token(session: Session) -> None:
        """Sent in place of the access token."""
        _use(session, secret).has_status(UNAUTHORIZED)
