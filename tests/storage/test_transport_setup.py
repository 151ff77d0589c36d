"""Where the transport sends, with which credentials, and which servers it trusts: as boto3 does, or it leaves the call to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, SSLError

from lambdas.store import http_connections
from lambdas.store.client import QUICK
from lambdas.store.http_connections import HttpAnswer
from lambdas.store.transport import CERTIFICATES, DirectTransport, direct_transport
from tests.storage.container_credentials import serving_credentials
from tests.storage.scripted_server import scripted_server, success
from tests.unit.webhooks.receivers import contexts_for

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
KEYS = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
AWS = QUICK.merge(Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}))
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@pytest.fixture(autouse=True)
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process with neither a proxy nor certificates of its own."""
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)


def get(client: Any) -> Any:
    return client.get_item(TableName="t", Key=KEY)


class Recorder:
    """Stands for the connections: records where requests go and how they are signed, and answers that there is no item."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def post(self, url: str, headers: Any, body: bytes) -> HttpAnswer:
        self.seen.append((url, scope(headers["Authorization"])))
        return HttpAnswer(200, {}, b"{}")

    def sent(self, request: Any, **_: Any) -> AWSResponse:
        """Do the same as a handler of botocore's event before it sends."""
        answer = self.post(request.url, {"Authorization": request.headers["Authorization"].decode()}, request.body)
        return AWSResponse(request.url, answer.status, {}, answer)  # type: ignore[arg-type]


def scope(authorization: str) -> str:
    """Return the access key, region and service that a request is signed for."""
    credential = authorization.split("Credential=")[1].split(",")[0].split("/")
    return " ".join([credential[0], *credential[2:]])


@pytest.mark.parametrize(
    "region", ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"]
)
@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("dual_stack", [False, True])
@pytest.mark.parametrize("account", [None, "123456789012"])
def test_a_call_goes_to_the_endpoint_and_is_signed_for_the_region_that_boto3_chooses(
    region: str, fips: bool, dual_stack: bool, account: str | None
):
    config = AWS.merge(Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack))
    seen = []
    for ours in (False, True):
        recorder = Recorder()
        try:
            client = boto3.client("dynamodb", region_name=region, config=config, aws_account_id=account, **KEYS)
            if ours:
                transport = direct_transport(client)
                assert transport is not None
                transport.send = recorder.post
            else:
                client.meta.events.register("before-send.dynamodb", recorder.sent)
            get(client)
        except BotoCoreError as error:
            recorder.seen.append((type(error).__name__, str(error)))
        seen.append(recorder.seen)
    assert len(seen[0]) == 1
    assert seen[1] == seen[0]


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A process whose only credentials are those of a container; the keys that it was given."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with serving_credentials() as (url, served):
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        yield served


def test_credentials_that_end_are_replaced_before_a_call(container: list[str]):
    client = botocore.session.Session().create_client("dynamodb", region_name="eu-west-1", config=AWS)
    recorder = Recorder()
    transport_of(client).send = recorder.post
    for _ in range(3):
        get(client)
    keys = [each.split()[0] for _, each in recorder.seen]
    assert len(set(keys)) == 3
    assert keys[-1] == container[-1]


def transport_of(client: Any) -> DirectTransport:
    transport = direct_transport(client)
    assert transport is not None
    return transport


def test_a_call_without_credentials_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, container: list[str]
):
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = botocore.session.Session().create_client("dynamodb", region_name="eu-west-1", config=AWS)
    recorder = Recorder()
    transport_of(client).send = recorder.post
    with pytest.raises(BotoCoreError, match="Unable to locate credentials"):
        get(client)
    assert recorder.seen == []


# -- Whom it trusts -----------------------------------------------------------------------------------------------------


def over_tls(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, *, trusted: bool) -> Any:
    """Return the answer of a server whose certificate is for a name, over the transport."""
    context, _ = contexts_for(name, folder)
    if trusted:
        monkeypatch.setattr(http_connections, "get_cert_path", lambda _: str(folder / "certificate.pem"))
    with scripted_server(context) as server:
        server.play(success({"Item": KEY}))
        url = f"https://localhost:{server.port}"
        client = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url=url, config=AWS, **KEYS)
        transport_of(client)
        return get(client)["Item"]


def test_a_server_with_a_trusted_certificate_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert over_tls(tmp_path, "localhost", monkeypatch, trusted=True) == KEY


def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(tmp_path, "localhost", monkeypatch, trusted=False)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(tmp_path, "dynamodb.example", monkeypatch, trusted=True)


# -- Where it stays out of the way --------------------------------------------------------------------------------------


def client_of(url: str, **config: Any) -> Any:
    return boto3.client(
        "dynamodb", region_name="eu-west-1", endpoint_url=url, config=AWS.merge(Config(**config)), **KEYS
    )


def test_behind_a_proxy_all_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert direct_transport(client_of("http://127.0.0.1:9")) is not None
    assert direct_transport(client_of("https://dynamodb.example")) is None


def test_with_a_configured_proxy_or_certificate_all_is_left_to_botocore():
    url = "https://dynamodb.example"
    assert direct_transport(client_of(url, proxies={"https": "http://127.0.0.1:9"})) is None
    assert direct_transport(client_of(url, client_cert="/etc/ssl/client.pem")) is None


@pytest.mark.parametrize("name", CERTIFICATES)
def test_with_other_authorities_all_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch, name: str):
    client = client_of("https://dynamodb.example")
    monkeypatch.setenv(name, "/etc/ssl/own.pem")
    assert direct_transport(client) is None
    assert direct_transport(client_of("http://127.0.0.1:9")) is not None


@pytest.mark.parametrize("mode", ["legacy", "adaptive"])
def test_in_another_retry_mode_all_is_left_to_botocore(mode: str):
    assert direct_transport(client_of("https://dynamodb.example", retries={"mode": mode})) is None
