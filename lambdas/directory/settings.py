"""The environment file: what one deployed stack is, checked before it is deployed and read again by its functions.

``environments/NAME.toml`` is the only source of settings. The CDK app loads it with :func:`load` at synthesis, and puts
what it checked as ``environment.json`` at the root of the functions' code, where :func:`load_deployed` reads it. A file
and not an environment variable, because Lambda limits all variables of a function to 4 KB together and this file grows
with a product's needs.

Every field's ``description`` completes the sentence "it must be ..." for a person who made a mistake in the file, so it
is the message as well as the documentation.
"""

import functools
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lambdas.directory.settings_mistakes import explain

ROOT = Path(__file__).resolve().parents[2]
"""The project's root, in a checkout as in the deployed asset, which keeps the same tree."""

ENVIRONMENTS = ROOT / "environments"
"""Where the environment files lie in a checkout."""

DEPLOYED_FILE = "environment.json"
"""The name under which the checked file lies at the root of a function's code."""

LOCAL_ACCOUNT = "000000000000"
"""The AWS account that the local cloud plays."""

LOCAL_REGION = "us-east-1"
"""The AWS region that the local cloud plays."""

LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The numbers of days that CloudWatch Logs can keep records for (PutRetentionPolicy)."""


class SettingsError(Exception):
    """An environment file that cannot be used; its text is for the person who wrote the file."""


def _retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("not a retention period of CloudWatch Logs")
    return days


class Section(BaseModel):
    """A table of the file: a key that is not known is a mistake, and nothing is changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]

StackLabel = Annotated[str, StringConstraints(pattern=r"^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$")]


class Aws(Section):
    """Where the environment lives in AWS."""

    account: Annotated[
        str,
        StringConstraints(pattern=r"^\d{12}$"),
        Field(description='the 12 digits of the AWS account, in quotes, such as "123456789012"'),
    ]
    region: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$"),
        Field(description='the name of an AWS region, in quotes, such as "eu-central-1"'),
    ]
    retain_data: Annotated[
        bool,
        Field(
            description="true or false: whether the table and the log outlive the stack, "
            "and the table refuses to be deleted"
        ),
    ] = True


class Api(Section):
    """How much the endpoint takes, and how long it trusts a checked token."""

    rate: Annotated[
        int,
        Field(
            ge=25,
            le=10_000,
            description="the requests per second taken over time, from 25 (Microsoft Entra ID requires at least 25 of "
            "a SCIM endpoint) to 10000 (API Gateway's default for a whole account)",
        ),
    ] = 100
    burst: Annotated[
        int,
        Field(
            ge=25,
            le=5_000,
            description="the requests taken at once, from 25 to 5000 (API Gateway's default for an account)",
        ),
    ] = 200
    authorizer_cache_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=3600,
            description="the seconds for which a checked token is not checked again, from 0 to 3600; a revoked token "
            "is refused after this time at the latest",
        ),
    ] = 60
    snap_start: Annotated[
        bool,
        Field(
            description="true or false: whether the functions start from a snapshot, some two seconds faster, "
            "for some 7 USD per month"
        ),
    ] = True
    tracing: Annotated[bool, Field(description="true or false: whether X-Ray records the way of each request")] = False


class Tokens(Section):
    """The credentials of the environment's connections."""

    lifetime_days: Annotated[
        int, Field(ge=1, le=3650, description="the days after which a new token expires, from 1 to 3650")
    ] = 365


class Logs(Section):
    """The environment's one log group."""

    retention_days: Annotated[
        int,
        AfterValidator(_retention),
        Field(
            description="a number of days that CloudWatch Logs offers: "
            + ", ".join(str(days) for days in LOG_RETENTION_DAYS)
        ),
    ] = 90
    level: Annotated[
        Literal["DEBUG", "INFO"],
        Field(description='the least severe message that is kept: "DEBUG" or "INFO", which the SCIM log itself has'),
    ] = "INFO"


class Alarms(Section):
    """Who hears of it when the endpoint fails."""

    address: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None,
        Field(description='an e-mail address, in quotes, such as "oncall@example.com"; AWS asks it to confirm'),
    ] = None


class Environment(Section):
    """One deployed stack: everything in ``environments/NAME.toml``."""

    name: Annotated[
        StackLabel,
        Field(
            description="the file's name without .toml: up to 40 lower-case letters, digits and hyphens, "
            "beginning with a letter"
        ),
    ]
    description: Annotated[
        str, StringConstraints(min_length=1, max_length=1024), Field(description="a text of at most 1024 characters")
    ]
    platform: Annotated[
        Literal["aws", "local"],
        Field(description='"aws", or "local" for the local cloud, which runs the functions on this machine'),
    ] = "aws"
    directory: Annotated[
        DnsLabel,
        Field(
            default_factory=lambda data: data.get("name", ""),
            description="the id of the environment's own directory: up to 63 lower-case letters, digits and hyphens; "
            "its data is kept under this id, so it never changes",
        ),
    ]
    aws: Annotated[Aws, Field(description="a table [aws]")]
    api: Annotated[Api, Field(description="a table [api]")] = Api()
    tokens: Annotated[Tokens, Field(description="a table [tokens]")] = Tokens()
    logs: Annotated[Logs, Field(description="a table [logs]")] = Logs()
    alarms: Annotated[Alarms, Field(description="a table [alarms]")] = Alarms()

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, which lacks some of AWS and runs functions on this machine's interpreter."""
        return self.platform == "local"

    def in_local_cloud(self) -> "Environment":
        """Return the same environment as it is deployed into the local cloud, whatever its file says of AWS.

        It is in the account and region that the local cloud plays. All that its endpoint does, and what becomes of its
        data when the stack is removed, is as the file says.
        """
        aws = self.aws.model_copy(update={"account": LOCAL_ACCOUNT, "region": LOCAL_REGION})
        return self.model_copy(update={"platform": "local", "aws": aws})


def names() -> list[str]:
    """Return the names of the environments that this checkout has files for."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))


def load(environment: str | Path, platform: Literal["local"] | None = None) -> Environment:
    """Read and check an environment file.

    :param environment: The environment's name, such as ``local``, or the path of its file.
    :param platform: "local" to get it as it is deployed into the local cloud (:meth:`Environment.in_local_cloud`);
        None to get what the file says.
    :raises SettingsError: The file is not there, is no TOML, or says something wrong; the text names file, key, what is
        wrong and what would be right.
    """
    path = environment if isinstance(environment, Path) else ENVIRONMENTS / f"{environment}.toml"
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"There is no file {shown}. There are environments: {', '.join(names())}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown} is not valid TOML: {error}") from None
    try:
        loaded = Environment.model_validate(data)
    except ValidationError as error:
        raise SettingsError(explain(str(shown), Environment, error)) from None
    if loaded.name != path.stem:
        raise SettingsError(
            f'{shown} cannot be used:\n  name is "{loaded.name}"; it must be the file\'s own name, "{path.stem}".'
        )
    return loaded.in_local_cloud() if platform == "local" else loaded


@functools.cache
def load_deployed() -> Environment:
    """Read the environment that this code was deployed with; in a checkout, the file that ``$ENVIRONMENT`` names.

    :raises SettingsError: There is neither, or the file is of another version of this code.
    """
    path = ROOT / DEPLOYED_FILE
    if not path.is_file():
        return load(os.environ.get("ENVIRONMENT", "local"))
    try:
        return Environment.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise SettingsError(explain(DEPLOYED_FILE, Environment, error)) from None
