"""What several files of this tier start from."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest

from lambdas.credentials.store import ConnectionStore
from lambdas.environment import file as settings
from lambdas.environment import provider
from lambdas.store.table import Table
from scimctl.local_state import STATE_DIRECTORY_VARIABLE
from support.engines import client_for, engine_name, running_engine
from support.tables import create_table
from tests.unit.scimctl.cloudformation import StandIn, serving
from tests.unit.scimctl.operators import ACME, BASE_URL, LOCAL, LOG_GROUP, TABLE
from tests.unit.shared_tables import aws_with

MODELS_KEPT = 8


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator with AWS credentials, two environment files and nothing deployed."""
    environments = tmp_path / "environments"
    environments.mkdir()
    (environments / "acme.toml").write_text(ACME)
    (environments / "local.toml").write_text(LOCAL)
    monkeypatch.setattr(settings, "ENVIRONMENTS", environments)
    monkeypatch.setenv(STATE_DIRECTORY_VARIABLE, str(tmp_path / ".local"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")  # not where acme is
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _aws_is_asked_again_at_once() -> Iterator[None]:
    """Spare the pauses between botocore's attempts, which an operator waits for when nothing answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
        yield


@pytest.fixture(scope="session", autouse=True)
def _models_of_a_file_are_built_once() -> Iterator[None]:
    """Let commands on the same environment file share its models, which each command builds: a fifth of its time."""
    build, built = provider.build_provider, dict[str, Any]()

    def build_once(environment: settings.EndpointSettings) -> Any:
        text = repr(environment)
        if text not in built:
            made = build(environment)
            if len(built) == MODELS_KEPT:
                built.clear()
            built[text] = made
        return built[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provider, "build_provider", build_once)
        yield


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """CloudFormation, with the stack of acme."""
    with serving() as stand_in:
        stand_in.stacks["scim-acme"] = {"BaseUrl": BASE_URL, "TableName": TABLE, "ApiId": "a1b2c3d4e5"}
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stand_in.url)
        yield stand_in


@pytest.fixture(scope="session")
def engine() -> Iterator[str | None]:
    """The URL of the DynamoDB engine of this worker's commands; None where only the slow one runs, and moto takes its place."""
    if engine_name() != "dynoxide":
        yield None
        return
    with running_engine() as url:
        yield url


@pytest.fixture(scope="module")
def dynamodb(engine: str | None) -> Iterator[Any]:
    """A DynamoDB client, shared: making one costs more than a test. Moto answers what is sent to other services."""
    with aws_with(engine):
        yield client_for(engine)


@pytest.fixture
def deployed(operator: None, cloudformation: StandIn, dynamodb: Any) -> Iterator[ConnectionStore]:
    """What is in the table of acme, beside which there is a log group."""
    logs = boto3.client("logs", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "LogGroupName": LOG_GROUP}
    create_table(dynamodb, TABLE)
    logs.create_log_group(logGroupName=LOG_GROUP)
    yield ConnectionStore(Table(dynamodb, TABLE))
    logs.delete_log_group(logGroupName=LOG_GROUP)
    dynamodb.delete_table(TableName=TABLE)
