"""When a token was last used: written once a day, and never at the expense of a request."""

import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas.authorizer.log import AccessLog
from lambdas.store import keys

Item = dict[str, dict[str, Any]]
"""An item in DynamoDB's low-level form."""

SECONDS_PER_DAY = 86_400

FIRST_TODAY = "attribute_exists(pk) AND (attribute_not_exists(last_used) OR last_used < :today)"
"""What lets a write through: no other process wrote today, and the token was not revoked meanwhile, or it would come back
as an item that holds nothing but its use."""


class LastUse:
    """Keeps the last use of tokens, roughly: the first use of each day (UTC) that the authorizer sees.

    That is one conditional write per token and day. It is tried once: when it fails, the request goes on, and this process
    does not try again on that day, so that a table which takes no writes delays nobody twice.
    """

    def __init__(self, client: Any, table_name: str, log: AccessLog) -> None:
        """Take a low-level DynamoDB client that gives up soon, the table's name, and where uses are logged."""
        self.client = client
        self.table_name = table_name
        self.log = log
        self._today = ""
        self._tried: set[str] = set()

    def keep(self, token: str, item: Item) -> None:
        """Keep, and log, that a token is used now, if it is not known to have been used today. Raises nothing.

        :param token: The token's id.
        :param item: Its item as it was read just now.
        """
        try:
            now = datetime.now(UTC).replace(microsecond=0)
            if self._may_be_first(token, item, f"{now:%Y-%m-%d}") and self._write(token, now):
                days_left = (int(item["expires"]["N"]) - time.time()) / SECONDS_PER_DAY
                self.log.used(token, item["connection"]["S"], item["scope"]["S"], days_left)
        except Exception as error:  # whatever it is: the token is good, and its request goes on
            self.log.use_not_kept(token, error)

    def _may_be_first(self, token: str, item: Item, today: str) -> bool:
        """Tell whether this is the first use today as far as table and process know. ISO 8601 sorts as time does."""
        if today != self._today:
            self._today, self._tried = today, set()
        if token in self._tried or item.get("last_used", {}).get("S", "") >= today:
            return False
        self._tried.add(token)
        return True

    def _write(self, token: str, now: datetime) -> bool:
        """Write the use, and tell whether it was the first today."""
        key = keys.token(token)
        try:
            self.client.update_item(
                TableName=self.table_name,
                Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
                UpdateExpression="SET last_used = :now",
                ConditionExpression=FIRST_TODAY,
                ExpressionAttributeValues={":now": {"S": now.isoformat()}, ":today": {"S": f"{now:%Y-%m-%d}"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
