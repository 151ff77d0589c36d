"""The token endpoint: one request for an access token, from API Gateway's event to the response."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from lambdas.credentials.clients import Client, ClientKind, ClientSecret
from lambdas.credentials.connections import State
from lambdas.credentials.issuing import ClientChangedError, IssuedToken, TokenIssuer, TooManyAccessTokensError
from lambdas.credentials.tokens import ID
from lambdas.retrying import Backoff, OutOfTimeError, request_time
from lambdas.store.schema import NewerSchemaError, SchemaCheck
from lambdas.token.assertions import AssertionCheck
from lambdas.token.client_secrets import matching_secret, read_secret
from lambdas.token.log import TokenLog
from lambdas.token.refusals import ErrorCode, Reason, Refusal, invalid_client, unavailable
from lambdas.token.requests import AssertionCredentials, Event, SecretCredentials, TokenRequest, read_request
from lambdas.token.responses import METADATA_PATH, Answer, error_answer, metadata_answer, token_answer

REQUEST_SECONDS = 8.0
"""How long anything is retried within one request; the function's time-out is longer."""


class TokenEndpoint:
    """Answers token requests (RFC 6749 section 4.4). Any error refuses the request."""

    def __init__(
        self,
        issuer: TokenIssuer,
        assertions: AssertionCheck,
        log: TokenLog,
        clock: Callable[[], float],
        schema: SchemaCheck,
    ) -> None:
        """Create it.

        :param clock: Returns the time in seconds since 1970.
        :param schema: Checks that the code supports what the table stores.
        """
        self.issuer = issuer
        self.assertions = assertions
        self.log = log
        self.clock = clock
        self.schema = schema

    def serve(self, event: Event) -> Answer:
        """Return the response to one request, and log it.

        :param event: A Lambda proxy event of an API Gateway REST API.
        """
        if event.get("resource") == METADATA_PATH:
            return metadata_answer(event)
        request_id = str((event.get("requestContext") or {}).get("requestId"))
        try:
            with request_time(REQUEST_SECONDS):
                return self._respond(event, request_id)
        except Refusal as refusal:
            self.log.refused(request_id, refusal)
            return error_answer(refusal)
        except OutOfTimeError:
            busy = unavailable("the table was busy or did not answer")
            self.log.refused(request_id, busy)
            return error_answer(busy)
        except NewerSchemaError as newer:
            outdated = unavailable(str(newer))
            self.log.refused(request_id, outdated)
            return error_answer(outdated)
        except Exception as error:
            failure = unavailable()
            self.log.failed(request_id, failure, error)
            return error_answer(failure)

    def _respond(self, event: Event, request_id: str) -> Answer:
        _check_method(event)
        request = read_request(event)
        self.schema.require()
        client, issued, secret = self._issue(request)
        self.log.issued(request_id, client, issued, secret, self.clock())
        return token_answer(issued, client.scope, request.scope)

    def _issue(self, request: TokenRequest) -> tuple[Client, IssuedToken, ClientSecret | None]:
        """Check the credentials and issue a token; again, when the client changes meanwhile."""
        pause = Backoff()
        while True:
            client: Client | None = None
            try:
                client = self._client(request.credentials)
                secret = self._check(client, request.credentials)
                return client, self.issuer.issue(client, self._now()), secret
            except ClientChangedError:
                pause.wait()
            except TooManyAccessTokensError as full:
                raise _attributed(_too_many(full.retry_after), request, client) from None
            except Refusal as refusal:
                raise _attributed(refusal, request, client) from None

    def _client(self, credentials: SecretCredentials | AssertionCredentials) -> Client:
        """Return the client that credentials name; the form of a secret is checked before the table is read."""
        if isinstance(credentials, SecretCredentials):
            read_secret(credentials)
        client = self.issuer.client(credentials.client) if ID.fullmatch(credentials.client) else None
        if client is None:
            raise invalid_client(Reason.UNKNOWN_CLIENT)
        return client

    def _check(self, client: Client, credentials: SecretCredentials | AssertionCredentials) -> ClientSecret | None:
        """Check the credentials of a client. Its state comes last: only who has valid credentials can bring about that reason."""
        secret = None
        if isinstance(credentials, SecretCredentials):
            if client.kind is not ClientKind.SECRET:
                raise invalid_client(Reason.OTHER_METHOD)
            secret = matching_secret(client, read_secret(credentials), self._now())
        else:
            self.assertions.check(client, credentials.assertion)
        if client.state is not State.ENABLED:
            raise invalid_client(Reason.DISABLED)
        return secret

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def _check_method(event: Event) -> None:
    if str(event.get("httpMethod")).upper() != "POST":
        raise Refusal(
            ErrorCode.INVALID_REQUEST,
            Reason.REQUEST,
            "Token requests are sent with POST.",
            status=HTTPStatus.METHOD_NOT_ALLOWED,
            detail="method",
        )


def _too_many(retry_after: int) -> Refusal:
    return Refusal(
        ErrorCode.TEMPORARILY_UNAVAILABLE,
        Reason.TOO_MANY,
        "The client has too many access tokens that have not expired. Use one of them, or wait until one expires.",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        retry_after=retry_after,
    )


def _attributed(refusal: Refusal, request: TokenRequest, client: Client | None) -> Refusal:
    """Return a refusal with what is known of the client, for the log."""
    named = request.credentials.client
    refusal.client = named if ID.fullmatch(named) else None
    if client is not None:
        refusal.connection, refusal.directory = client.connection, client.directory
    return refusal
