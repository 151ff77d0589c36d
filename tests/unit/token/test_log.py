"""The records of the token endpoint have the fields of their kinds."""

from datetime import UTC, datetime, timedelta

from lambdas import records
from lambdas.credentials.generation import generate_client_secret
from lambdas.credentials.tokens import PresentedToken
from lambdas.records import Kind
from lambdas.store import schema
from lambdas.store.schema import schema_item
from lambdas.token.log import shown
from tests.unit.token.endpoint import Endpoint

BY_LOGGER = {
    "level",
    "location",
    "message",
    "service",
    "timestamp",
    "xray_trace_id",
    "event",
    "environment",
    "version",
    "_aws",
}


def test_every_field_of_a_record_is_one_of_its_kind_and_every_field_is_written(endpoint, entra, dynamodb):
    client, secret = endpoint.create()
    federated = endpoint.federate(entra)
    endpoint.with_secret(client, secret)
    endpoint.with_secret(client, generate_client_secret(client.id))
    endpoint.with_assertion(federated, entra.sign(aud="x"))
    endpoint.send("")
    entra.status = 500
    endpoint.with_assertion(federated, entra.sign())
    missing = Endpoint(dynamodb, table_name="missing")
    missing.with_secret(client, secret)
    written: dict[str, set[str]] = {}
    for record in [*endpoint.records(), *missing.records()]:
        written.setdefault(record["event"], set()).update(record.keys() - BY_LOGGER)
    assert written == {kind.value: set(records.FIELDS[kind]) for kind in (Kind.TOKEN_ISSUED, Kind.TOKEN_REFUSED)}


def test_a_secret_is_named_by_the_beginning_of_its_hash(endpoint):
    client, secret = endpoint.create()
    endpoint.with_secret(client, secret)
    assert endpoint.last["secret"] == secret.hash.hex()[:8]


def test_days_until_expiry_are_those_of_the_secret_that_was_used(endpoint):
    now = datetime.now(UTC)
    client, secret = endpoint.create()
    endpoint.ahead = timedelta(days=700).total_seconds()
    endpoint.with_secret(client, secret)
    assert round(endpoint.last["days_until_expiry"]) == 30
    assert client.secrets[0].expires - now < timedelta(days=731)


def test_a_value_is_shown_in_one_line_of_ascii_without_tokens():
    token = PresentedToken("a" * 16, "0" * 43).text
    assert shown(None) == "absent"
    assert shown("api://x") == "api://x"
    assert shown(["a", 1]) == '["a", 1]'
    assert shown(f"<{token}>") == "<[hidden]>"
    assert shown("eyJhbGciOiJSUzI1NiJ9.e30.sig") == "[hidden]"
    assert shown("a\nb\x1b") == "a?b?"
    assert shown("é") == "\\xe9"
    assert shown("x" * 400) == "x" * 300 + "..."


def test_a_newer_schema_refuses_every_token_request_and_says_so_in_the_log(endpoint):
    client, secret = endpoint.create()
    endpoint.table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    reply = endpoint.with_secret(client, secret)
    assert (reply.status, reply.body["error"]) == (503, "temporarily_unavailable")
    assert f"has schema {schema.CURRENT + 1}" in endpoint.last["detail"]
