"""The check of a request's credentials against the table, at the cost of one read."""

import time
from typing import Any

from lambdas.authorizer.credentials import Credentials, Reason, Refusal, read_credentials
from lambdas.authorizer.last_use import Item, LastUse
from lambdas.authorizer.log import AccessLog
from lambdas.authorizer.policy import allow, requested_connection, why_denied
from lambdas.credentials import tokens
from lambdas.store import keys


class UnauthorizedError(Exception):
    """The credentials are refused. API Gateway turns exactly this text into the UNAUTHORIZED response, 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class UncheckedError(Exception):
    """The credentials could not be checked, so nothing is allowed. API Gateway answers AUTHORIZER_FAILURE, a 503.

    Not a 401: nothing is known to be wrong with the credentials, and an identity provider that is told so stops the
    whole job at once (Entra ID: quarantine) instead of trying again.
    """

    def __init__(self) -> None:
        super().__init__("The credentials could not be checked")


class Authorizer:
    """Answers a TOKEN authorizer's event. Whatever goes wrong, it refuses."""

    def __init__(self, client: Any, table_name: str, log: AccessLog, last_use: LastUse) -> None:
        """Take a low-level DynamoDB client (botocore's is enough), the table's name, and where is kept what happens."""
        self.client = client
        self.table_name = table_name
        self.log = log
        self.last_use = last_use

    def authorize(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the policy and the context of a valid token.

        Everything that is wrong with the credentials themselves is 401 (RFC 6750 section 3.1, ``invalid_token``:
        "expired, revoked, malformed, or invalid for other reasons"). A disabled connection is among it: to disable is
        to revoke for a time, and API Gateway caches policies, not a 401, so that enabling works at once. A valid token
        used on another connection's paths or beyond its scope is 403 (``insufficient_scope``): API Gateway's answer to
        a request that our policy does not allow. It is logged here when this request is the one that is checked, and in
        API Gateway's access log always.

        :param event: ``authorizationToken`` is the header's value, ``methodArn`` the requested method.
        :raises UnauthorizedError: When the credentials are refused.
        :raises UncheckedError: When they could not be checked: the table does not answer, or something unforeseen.
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
        item = self._read(token)
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
        self.last_use.keep(token, item)
        return answer

    def _read(self, token_id: str) -> Item | None:
        """Return the item of a token, or None; strongly consistent, so that a revocation counts from its return."""
        key = keys.token(token_id)
        answer = self.client.get_item(
            TableName=self.table_name, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}}, ConsistentRead=True
        )
        item: Item | None = answer.get("Item")
        return item


def _reason_to_refuse(credentials: Credentials, item: Item, now: float) -> Reason | None:
    """Return what is wrong with credentials, given what is stored; None when nothing is.

    The secret comes first, so that only who knows it can bring about another reason.
    """
    if not tokens.matches(credentials.token, item["hash"]["B"]):
        return Reason.WRONG_SECRET
    if credentials.connection is not None and credentials.connection != item["connection"]["S"]:
        return Reason.OTHER_USER
    if item["state"]["S"] != "enabled":
        return Reason.DISABLED
    if int(item["expires"]["N"]) <= now:
        return Reason.EXPIRED
    return None
