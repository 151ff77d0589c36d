"""The check of a request's credentials against the table, with one read."""

import time
from typing import Any

from lambdas.authorizer.credentials import Credentials, Reason, Refusal, read_credentials
from lambdas.authorizer.last_use import Item, LastUse
from lambdas.authorizer.log import AccessLog
from lambdas.authorizer.policy import allow, requested_connection, why_denied
from lambdas.credentials import tokens
from lambdas.credentials.tokens import PresentedToken, TokenKind
from lambdas.store import keys


class UnauthorizedError(Exception):
    """The credentials are refused. API Gateway turns exactly this text into the UNAUTHORIZED response, 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class UncheckedError(Exception):
    """The credentials could not be checked. API Gateway answers AUTHORIZER_FAILURE, a 503.

    Not a 401: the credentials may be valid, and on a 401 an identity provider stops the whole job (Entra ID: quarantine)
    instead of retrying.
    """

    def __init__(self) -> None:
        super().__init__("The credentials could not be checked")


class Authorizer:
    """Answers the events of a TOKEN authorizer. Any error refuses the request."""

    def __init__(self, client: Any, table_name: str, log: AccessLog, last_use: LastUse) -> None:
        """Create it with a DynamoDB client of botocore, the table's name, the log, and the store of last uses."""
        self.client = client
        self.table_name = table_name
        self.log = log
        self.last_use = last_use

    def authorize(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the policy and the context of a valid token.

        Invalid credentials are 401 (RFC 6750 section 3.1, ``invalid_token``: "expired, revoked, malformed, or invalid for
        other reasons"). This includes a disabled connection, which is a temporary revocation; API Gateway does not cache a
        401, so enabling takes effect at once. A valid token on another connection's path or outside its scope is 403
        (``insufficient_scope``), which API Gateway answers because the policy does not allow the request. Such a request is
        logged here if it is the one being checked, and always in API Gateway's access log.

        :param event: ``authorizationToken`` is the header's value, ``methodArn`` the requested method.
        :raises UnauthorizedError: When the credentials are refused.
        :raises UncheckedError: When they could not be checked: the table does not answer, or any other error.
        """
        requested = requested_connection(event.get("methodArn"))
        try:
            answer = self._check(event, requested)
        except Exception:
            self.log.unchecked(requested)
            raise UncheckedError from None
        if isinstance(answer, Refusal):
            self.log.refused(answer, 401, requested)
            raise UnauthorizedError
        return answer

    def _check(self, event: dict[str, Any], requested: str | None) -> dict[str, Any] | Refusal:
        credentials = read_credentials(event.get("authorizationToken"))
        if isinstance(credentials, Refusal):
            return credentials
        token = credentials.token.id
        item = self._read(credentials.token)
        if item is None:
            return Refusal(Reason.UNKNOWN, token)
        reason = _reason_to_refuse(credentials, item, time.time())
        if reason is not None:
            return Refusal(reason, token)
        connection, scope = item["connection"]["S"], item["scope"]["S"]
        answer = allow(
            event["methodArn"], connection=connection, directory=item["directory"]["S"], token=token, scope=scope
        )
        denied = why_denied(event["methodArn"], connection=connection, scope=scope)
        if denied is not None:
            self.log.refused(Refusal(denied, token, connection), 403, requested)
        if credentials.token.kind is TokenKind.TOKEN:  # the last use of a client is when it gets an access token
            self.last_use.keep(token, item)
        return answer

    def _read(self, token: PresentedToken) -> Item | None:
        """Return the item of a token, or of an access token's client; None if there is none.

        The read is strongly consistent, so that a completed revocation takes effect.
        """
        key = keys.client(token.id) if token.kind is TokenKind.ACCESS_TOKEN else keys.token(token.id)
        answer = self.client.get_item(
            TableName=self.table_name, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}}, ConsistentRead=True
        )
        item: Item | None = answer.get("Item")
        return item


def _reason_to_refuse(credentials: Credentials, item: Item, now: float) -> Reason | None:
    """Return why credentials do not match the stored token; None if they do.

    The secret is checked first, so that the other reasons are only logged for requests with the right secret.
    """
    if credentials.token.kind is TokenKind.ACCESS_TOKEN:
        # The hash is found by its value. What a client can learn from the time this takes is a part of a hash, not a token.
        expires = item["access_tokens"]["M"].get(credentials.token.hash_name)
        if expires is None:
            return Reason.UNKNOWN
    elif tokens.matches(credentials.token, item["hash"]["B"]):
        expires = item["expires"]
    else:
        return Reason.WRONG_SECRET
    if credentials.connection is not None and credentials.connection != item["connection"]["S"]:
        return Reason.OTHER_USER
    if item["state"]["S"] != "enabled":
        return Reason.DISABLED
    if int(expires["N"]) <= now:
        return Reason.EXPIRED
    return None
