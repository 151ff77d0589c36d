"""The secrets that sign webhooks: whether there is one, and a new one in its place, which leaves a record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from lambdas.environment.file import Webhook
from lambdas.eventing.signing import Secrets, parameter_name
from lambdas.operations.journal import Journal
from lambdas.operations.target import Target
from lambdas.operations.webhooks import Webhooks


@dataclass(frozen=True)
class WebhookStatus:
    """A webhook and its state."""

    webhook: Webhook
    secret_created: datetime | None
    """When its secret was made; None when it has none, so that nothing is delivered."""

    rotating_until: datetime | None
    """Until when the previous secret signs as well; None when it does not."""

    waiting: int
    """Events that are not delivered yet, by SQS's approximate count."""

    dead: int
    """Events that were not accepted in three days, likewise."""


class WebhookSecrets:
    """The secrets of the webhooks of one environment."""

    def __init__(self, target: Target) -> None:
        """Open those of a deployed environment."""
        self.target = target
        self.webhooks = Webhooks(target)

    def all(self) -> list[WebhookStatus]:
        """Return the webhooks in the order of the environment's file."""
        with self.target.aws_errors_as_problems():
            return [self._status(each) for each in self.target.settings.webhooks]

    def rotate(self, webhook_id: str, grace: timedelta) -> str:
        """Make a new secret and return it; it cannot be shown again.

        :param grace: How long the previous secret signs as well.
        """
        webhook = self.webhooks.webhook(webhook_id)
        journal = Journal(self.target)
        with self.target.aws_errors_as_problems():
            before = self._secrets(webhook)
            after = before.rotated(grace) if before else Secrets.new()
            name = parameter_name(self.target.settings.name, webhook.id)
            self.target.client("ssm").put_parameter(Name=name, Value=after.dump(), Type="SecureString", Overwrite=True)
        self.webhooks.record(journal, "webhook secret rotated", webhook)
        return after.current

    def _status(self, webhook: Webhook) -> WebhookStatus:
        secrets = self._secrets(webhook)
        until = secrets.previous_until if secrets and len(secrets.valid()) > 1 else None
        backlog = self.webhooks.backlog(webhook.id)
        return WebhookStatus(webhook, secrets.created if secrets else None, until, backlog.waiting, backlog.dead)

    def _secrets(self, webhook: Webhook) -> Secrets | None:
        name = parameter_name(self.target.settings.name, webhook.id)
        try:
            answer = self.target.client("ssm").get_parameter(Name=name, WithDecryption=True)
        except ClientError as error:
            if error.response["Error"].get("Code") == "ParameterNotFound":
                return None
            raise
        return Secrets.parse(str(answer["Parameter"]["Value"]))
