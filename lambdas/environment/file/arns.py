"""The ARNs of an environment file: their patterns, and whether they fit the environment's account and region."""

from collections.abc import Iterator
from dataclasses import dataclass

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

CERTIFICATE = rf"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{{12}}:certificate/{_UUID}$"
KEY = rf"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{{12}}:key/(?:mrk-[0-9a-f]{{32}}|{_UUID})$"
POLICY = r"^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]+$"
TOPIC = r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$"
VAULT = r"^arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:[\w-]+$"
WEB_ACL = rf"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{{12}}:regional/webacl/[\w-]+/{_UUID}$"


@dataclass(frozen=True)
class Place:
    """The account and region of an environment, which the ARNs in its file are compared with."""

    partition: str
    account: str
    region: str

    def mistakes(
        self, key: str, arn: str | None, *, same_account: bool = True, same_region: bool = True
    ) -> Iterator[str]:
        """Yield what is wrong with an ARN, as texts of mistakes.

        :param same_account: Whether it must belong to the environment's account. AWS's own (``aws``) always may.
        :param same_region: Whether it must belong to the environment's region. Global ones always may.
        """
        if arn is None:
            return
        _, partition, _, region, account, _ = arn.split(":", 5)
        if partition != self.partition:
            yield f'{key} is in the partition "{partition}"; it must be in "{self.partition}", that of {self.region}'
        elif (same_account and account not in (self.account, "aws")) or (
            same_region and region not in (self.region, "")
        ):
            own = [
                *([self.account] if same_account else []),
                *([f"in {self.region}"] if same_region and region else []),
            ]
            belongs = f"account {account}" + (f" in {region}" if region else "")
            yield f"{key} belongs to {belongs}; it must belong to the environment's, {' '.join(own)}"
