"""The last use of a token: written once an hour, and never at the cost of a request."""

import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas.authorizer.log import AccessLog
from lambdas.store import keys

Item = dict[str, dict[str, Any]]
"""An item in DynamoDB's low-level form."""

SECONDS_PER_DAY = 86_400

FIRST_IN_HOUR = "attribute_exists(pk) AND (attribute_not_exists(last_used) OR last_used < :hour)"
"""The condition of the write: no other process wrote in this hour, and the token still exists. An update would recreate a revoked
token as an item that has only its last use."""


class LastUse:
    """Stores the last use of tokens: the first use of each hour (UTC) that the authorizer sees; the first of each day is logged.

    This costs one conditional write per token and hour of use, at most 24 a day. A failed write is not retried in that hour by this
    process, so a table that accepts no writes delays one request an hour at most.
    """

    def __init__(self, client: Any, table_name: str, log: AccessLog) -> None:
        """Create it with a DynamoDB client that has short timeouts, the table's name, and the log."""
        self.client = client
        self.table_name = table_name
        self.log = log
        self._hour = ""
        self._tried: set[str] = set()

    def keep(self, token: str, item: Item) -> None:
        """Store the use of a token unless it is known to have been used in this hour; log the first of a day. Never raises.

        :param token: The token's id.
        :param item: Its item, just read.
        """
        try:
            now = datetime.now(UTC).replace(microsecond=0)
            before = item.get("last_used", {}).get("S", "")
            written = self._may_be_first(token, before, f"{now:%Y-%m-%dT%H}") and self._write(token, now)
            if written and before < f"{now:%Y-%m-%d}":
                days_left = (int(item["expires"]["N"]) - time.time()) / SECONDS_PER_DAY
                self.log.used(token, item["connection"]["S"], item["scope"]["S"], days_left)
        except Exception as error:  # the token is valid: no error here may refuse its request
            self.log.use_not_kept(token, error)

    def _may_be_first(self, token: str, before: str, hour: str) -> bool:
        """Return whether neither the item nor this process knows of a use in this hour. ISO 8601 sorts chronologically."""
        if hour != self._hour:
            self._hour, self._tried = hour, set()
        if token in self._tried or before >= hour:
            return False
        self._tried.add(token)
        return True

    def _write(self, token: str, now: datetime) -> bool:
        """Write the use, and return whether it was the first in its hour."""
        key = keys.token(token)
        try:
            self.client.update_item(
                TableName=self.table_name,
                Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
                UpdateExpression="SET last_used = :now",
                ConditionExpression=FIRST_IN_HOUR,
                ExpressionAttributeValues={":now": {"S": now.isoformat()}, ":hour": {"S": f"{now:%Y-%m-%dT%H}"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
