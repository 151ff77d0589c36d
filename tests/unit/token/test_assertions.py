"""Access tokens for an assertion that Entra ID signs (RFC 7523): every claim, signature and key that is wrong is refused."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.credentials import tokens
from lambdas.credentials.connections import State
from lambdas.credentials.issuers import Issuers
from lambdas.credentials.store import ConnectionStore
from lambdas.store import keys
from tests.examples import examples
from tests.unit.token.endpoint import Endpoint, Reply
from tests.unit.token.entra import APPLICATION, KEYS, SUBJECT, TENANT, Entra, encoded


def refused(endpoint: Endpoint, reply: Reply, reason: str) -> dict[str, Any]:
    """Check that an assertion is refused as wrong, and return the record."""
    assert (reply.status, reply.body["error"]) == (401, "invalid_client")
    record = endpoint.last
    assert (record["event"], record["reason"], record["status"]) == ("scim.token_refused", reason, 401)
    return record


def mismatch(record: dict[str, Any]) -> tuple[str, str, str]:
    return record["claim"], record["received"], record["expected"]


def unsigned(entra: Entra, **header: Any) -> str:
    """An assertion without a signature."""
    parts = [{"alg": "none", "typ": "JWT", "kid": KEYS[0].kid, **header}, entra.claims()]
    return "".join(f"{encoded(json.dumps(each).encode()).decode()}." for each in parts)


# What is issued


def test_a_federated_client_gets_an_access_token_for_an_assertion(endpoint, entra):
    client = endpoint.federate(entra)
    reply = endpoint.with_assertion(client, entra.sign())
    assert reply.status == 200
    assert (reply.body["token_type"], reply.body["expires_in"], reply.body["scope"]) == ("Bearer", 3600, "scim")
    assert tokens.parse(reply.body["access_token"]).id == client.id
    record = endpoint.last
    assert (record["event"], record["method"], record["client"]) == ("scim.token_issued", "federated", client.id)
    assert "days_until_expiry" not in record
    assert "_aws" not in record


@pytest.mark.parametrize(
    "audience", [APPLICATION, f"api://{APPLICATION}", f"api://{APPLICATION}/.default", [APPLICATION]]
)
def test_the_audience_is_accepted_in_each_form_that_microsoft_shows(endpoint, entra, audience):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign(aud=audience)).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"nbf": None},
        {"iat": None, "azp": None, "oid": None, "uti": None, "ver": None},
        {"exp": 30.5},
        {"exp": -30},
        {"nbf": 30},
        {"roles": ["x"], "jti": "y", "nonce": "z"},
    ],
)
def test_a_claim_that_is_not_needed_does_not_matter_and_clocks_may_differ_by_a_minute(endpoint, entra, changed):
    client = endpoint.federate(entra)
    times = {name: time.time() + changed[name] for name in ("exp", "nbf") if changed.get(name)}
    assert endpoint.with_assertion(client, entra.sign(**changed | times)).status == 200


def test_an_assertion_is_accepted_again_until_it_expires_because_entra_repeats_it(endpoint, entra):
    client = endpoint.federate(entra)
    assertion = entra.sign()
    replies = [endpoint.with_assertion(client, assertion) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 200]
    assert len({reply.body["access_token"] for reply in replies}) == 3


def test_an_issuer_that_the_file_names_is_accepted_with_the_keys_that_the_file_names(dynamodb, entra):
    issuer = "https://idp.example.com/"
    endpoint = Endpoint(dynamodb, issuers=Issuers({issuer: entra.keys_url}))
    client = endpoint.federate(entra, issuer=issuer, audience="https://scim.example.com/oauth2/token")
    assertion = entra.sign(iss=issuer, aud="https://scim.example.com/oauth2/token", tid=None)
    assert endpoint.with_assertion(client, assertion).status == 200


# What is refused


@pytest.mark.parametrize(
    ("reason", "claim", "value"),
    [
        ("wif_issuer", "iss", "https://sts.windows.net/" + TENANT + "/"),
        ("wif_issuer", "iss", "https://login.microsoftonline.com/" + TENANT),
        ("wif_issuer", "iss", None),
        ("wif_issuer", "iss", ["x"]),
        ("wif_audience", "aud", "00000000-0000-0000-0000-000000000000"),
        ("wif_audience", "aud", f"api://{APPLICATION}/x"),
        ("wif_audience", "aud", [APPLICATION, "https://other.example.com"]),
        ("wif_audience", "aud", []),
        ("wif_audience", "aud", {"a": 1}),
        ("wif_audience", "aud", None),
        ("wif_tenant", "tid", "00000000-0000-0000-0000-000000000000"),
        ("wif_tenant", "tid", None),
        ("wif_subject", "sub", APPLICATION),
        ("wif_subject", "sub", SUBJECT.upper()),
        ("wif_subject", "sub", None),
        pytest.param("wif_expired", "exp", int(time.time()) - 61, id="expired"),
        ("wif_expired", "exp", "tomorrow"),
        ("wif_expired", "exp", True),
        ("wif_expired", "exp", None),
        pytest.param("wif_not_yet_valid", "nbf", int(time.time()) + 3000, id="not-yet-valid"),
        ("wif_not_yet_valid", "nbf", "now"),
    ],
)
def test_a_wrong_claim_is_refused_and_the_log_names_what_came_and_what_was_expected(
    endpoint, entra, reason, claim, value
):
    client = endpoint.federate(entra)
    record = refused(endpoint, endpoint.with_assertion(client, entra.sign(**{claim: value})), reason)
    name, received, expected = mismatch(record)
    assert name == claim
    assert received == ("absent" if value is None else value if isinstance(value, str) else json.dumps(value))
    assert expected
    assert record["connection"] == client.connection
    assert entra.requests == [], "no keys are fetched for an assertion that is refused anyway"


@pytest.mark.parametrize("claims", ["1e999", "NaN", "1" * 5000, "{}", "[]", '"x"', "", "null", "[" * 9_000])
def test_an_expiry_or_a_payload_that_is_no_json_of_claims_is_refused(endpoint, entra, claims):
    client = endpoint.federate(entra)
    payload = (
        json.dumps(entra.claims()).replace(json.dumps(entra.claims()["exp"]), claims)
        if claims[:1].isalnum()
        else claims
    )
    assert endpoint.with_assertion(client, entra.sign_text(payload or " ")).status == 401


def test_an_assertion_without_a_signature_is_refused(endpoint, entra):
    client = endpoint.federate(entra)
    record = refused(endpoint, endpoint.with_assertion(client, unsigned(entra)), "wif_algorithm")
    assert mismatch(record) == ("alg", "none", "RS256")


def test_an_assertion_that_is_signed_with_the_public_key_as_a_shared_secret_is_refused(endpoint, entra):
    client = endpoint.federate(entra)
    record = refused(endpoint, endpoint.with_assertion(client, entra.sign_with_public_key()), "wif_algorithm")
    assert mismatch(record) == ("alg", "HS256", "RS256")


@pytest.mark.parametrize("algorithm", ["PS256", "RS512"])
def test_another_algorithm_with_the_right_key_is_refused(endpoint, entra, algorithm):
    client = endpoint.federate(entra)
    refused(endpoint, endpoint.with_assertion(client, entra.sign(header={"alg": algorithm})), "wif_algorithm")


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": ""}, {"kid": 7}, {"kid": ["key-0"]}])
def test_an_assertion_that_names_no_key_is_refused(endpoint, entra, header):
    client = endpoint.federate(entra)
    text = unsigned(entra, alg="RS256", **header)
    refused(endpoint, endpoint.with_assertion(client, text + "AAAA"), "wif_key")


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}])
def test_an_extension_of_the_header_is_refused(endpoint, entra, header):
    client = endpoint.federate(entra)
    text = unsigned(entra, alg="RS256", **header)
    refused(endpoint, endpoint.with_assertion(client, text + "AAAA"), "wif_assertion")


def test_a_key_in_the_header_is_never_used(endpoint, entra):
    client = endpoint.federate(entra)
    own = {"jwk": KEYS[1].as_dict(private=False), "jku": entra.keys_url, "x5u": entra.keys_url}
    refused(
        endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1], header={"kid": "key-0", **own})), "wif_signature"
    )


def test_a_signature_of_another_key_is_refused(endpoint, entra):
    client = endpoint.federate(entra)
    forged = entra.sign(KEYS[1], header={"kid": KEYS[0].kid})
    refused(endpoint, endpoint.with_assertion(client, forged), "wif_signature")


def test_a_changed_payload_is_refused(endpoint, entra):
    client = endpoint.federate(entra)
    other = endpoint.federate(entra, subject="other")
    header, _, signature = entra.sign().split(".")
    payload = entra.sign(KEYS[1], sub="other").split(".")[1]
    refused(endpoint, endpoint.with_assertion(other, f"{header}.{payload}.{signature}"), "wif_signature")
    assert endpoint.with_assertion(client, entra.sign()).status == 200


@pytest.mark.parametrize("text", ["x", "x.y", "x.y.z", "a.b.c.d.e", "..", "x" * 17_000])
def test_what_is_no_assertion_is_refused(endpoint, entra, text):
    client = endpoint.federate(entra)
    refused(endpoint, endpoint.with_assertion(client, text), "wif_assertion")
    assert entra.requests == []


def test_an_assertion_for_a_client_with_secrets_is_refused(endpoint, entra):
    client, _ = endpoint.create()
    refused(endpoint, endpoint.with_assertion(client, entra.sign()), "other_method")


def test_an_assertion_of_one_client_is_refused_for_another(endpoint, entra):
    endpoint.federate(entra)
    other = endpoint.federate(entra, subject="another")
    refused(endpoint, endpoint.with_assertion(other, entra.sign()), "wif_subject")


def test_a_federated_client_of_a_disabled_connection_is_refused(endpoint, entra):
    client = endpoint.federate(entra)
    connections = ConnectionStore(endpoint.table)
    connections.set_state(connections.connection(client.connection), State.DISABLED)
    refused(endpoint, endpoint.with_assertion(client, entra.sign()), "client_disabled")


def test_an_issuer_that_the_file_no_longer_names_is_refused(dynamodb, entra):
    named = Endpoint(dynamodb, issuers=Issuers({"https://idp.example.com": entra.keys_url}))
    client = named.federate(entra, issuer="https://idp.example.com")
    gone = Endpoint(dynamodb, issuers=Issuers())
    refused(gone, gone.with_assertion(client, entra.sign(iss="https://idp.example.com", tid=None)), "wif_issuer")
    assert entra.requests == []


def test_an_issuer_on_this_machine_that_the_file_does_not_name_is_refused_and_never_asked(dynamodb, entra):
    client = Endpoint(dynamodb).federate(entra)
    gone = Endpoint(dynamodb, issuers=Issuers())
    refused(gone, gone.with_assertion(client, entra.sign()), "wif_issuer")
    assert entra.requests == []


# Keys


def test_keys_are_fetched_once_and_shared_by_all_processes(endpoint, entra):
    client = endpoint.federate(entra)
    for process in (endpoint.endpoint, endpoint.endpoint, endpoint.another_process()):
        assert endpoint.with_assertion(client, entra.sign(), by=process).status == 200
    assert len(entra.requests) == 1


def test_a_known_key_costs_no_read_beyond_the_clients(endpoint, entra):
    client = endpoint.federate(entra)
    endpoint.with_assertion(client, entra.sign())
    endpoint.table.meter.reset()
    endpoint.with_assertion(client, entra.sign())
    assert endpoint.table.meter.calls == 2


def test_a_new_key_is_fetched_when_an_assertion_names_it(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.published = [KEYS[1], KEYS[2]]
    endpoint.ahead = 61
    assert endpoint.with_assertion(client, entra.sign(KEYS[1])).status == 200
    record = refused(endpoint, endpoint.with_assertion(client, entra.sign(KEYS[0])), "wif_key")
    assert mismatch(record) == ("kid", "key-0", "key-1, key-2")


def test_a_key_that_was_replaced_under_its_own_name_is_fetched_again(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.content = json.dumps({"keys": [{**KEYS[1].as_dict(private=False), "kid": KEYS[0].kid}]}).encode()
    endpoint.ahead = 61
    assert endpoint.with_assertion(client, entra.sign(KEYS[1], header={"kid": KEYS[0].kid})).status == 200
    refused(endpoint, endpoint.with_assertion(client, entra.sign()), "wif_signature")


def test_unknown_keys_make_the_endpoint_ask_at_most_once_a_minute(endpoint, entra):
    client = endpoint.federate(entra)
    for _ in range(5):
        refused(endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1])), "wif_key")
        refused(
            endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1]), by=endpoint.another_process()), "wif_key"
        )
        refused(
            endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1], header={"kid": "key-0"})), "wif_signature"
        )
    assert len(entra.requests) == 1
    endpoint.ahead = 61
    refused(endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1])), "wif_key")
    assert len(entra.requests) == 2


def test_an_issuer_that_does_not_answer_is_503_and_no_refusal_of_the_assertion(endpoint, entra):
    client = endpoint.federate(entra)
    entra.status = 500
    reply = endpoint.with_assertion(client, entra.sign())
    assert (reply.status, reply.body["error"], reply.headers["Retry-After"]) == (503, "temporarily_unavailable", "5")
    record = endpoint.last
    assert (record["reason"], record["credentials_unchecked"]) == ("unchecked", 1)
    assert entra.issuer in record["detail"]


def test_stored_keys_survive_an_outage_of_the_issuer_and_a_cold_start(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.status = 503
    endpoint.ahead = timedelta(days=2).total_seconds()
    exp = int(endpoint.now()) + 60
    assert endpoint.with_assertion(client, entra.sign(exp=exp), by=endpoint.another_process()).status == 200
    endpoint.ahead += 61
    assert endpoint.with_assertion(client, entra.sign(exp=exp)).status == 200
    assert len(entra.requests) == 3, "a day-old set is asked for again, and kept when there is no answer"


def test_keys_of_a_week_ago_are_not_used(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.status = 503
    endpoint.ahead = timedelta(days=8).total_seconds()
    assert endpoint.with_assertion(client, entra.sign(exp=int(endpoint.now()) + 60)).status == 503


def test_a_key_that_is_no_longer_published_is_refused_after_a_day(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.published = [KEYS[1]]
    endpoint.ahead = timedelta(hours=23).total_seconds()
    assert endpoint.with_assertion(client, entra.sign(exp=int(endpoint.now()) + 60)).status == 200
    endpoint.ahead = timedelta(hours=25).total_seconds()
    refused(endpoint, endpoint.with_assertion(client, entra.sign(exp=int(endpoint.now()) + 60)), "wif_key")


def test_a_wrong_signature_is_refused_also_while_the_issuer_does_not_answer(endpoint, entra):
    client = endpoint.federate(entra)
    assert endpoint.with_assertion(client, entra.sign()).status == 200
    entra.status = 503
    endpoint.ahead = 61
    refused(endpoint, endpoint.with_assertion(client, entra.sign(KEYS[1], header={"kid": "key-0"})), "wif_signature")


def test_the_table_keeps_the_public_part_of_keys_and_ends_it_after_a_week(endpoint, entra, dynamodb):
    client = endpoint.federate(entra)
    endpoint.with_assertion(client, entra.sign())
    key = keys.issuer_keys(entra.issuer)
    item = dynamodb.get_item(TableName=endpoint.table_name, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})["Item"]
    (kept,) = json.loads(item["jwks"]["S"])
    assert kept.keys() == {"kid", "n", "e"}
    assert int(item["expires_at"]["N"]) == pytest.approx(time.time() + 7 * 86_400, abs=10)


# What is never logged


def test_a_claim_is_logged_in_short_and_without_anything_that_looks_like_a_token(endpoint, entra):
    client = endpoint.federate(entra)
    _, secret = endpoint.create()
    assertion = entra.sign()
    for value in (
        secret.text,
        f"Bearer {secret.text}",
        assertion,
        "x" * 5_000,
        "\x1b[31m\n",
        "\ud800é",
        {"a": secret.text},
    ):
        record = refused(endpoint, endpoint.with_assertion(client, entra.sign(sub=value)), "wif_subject")
        assert len(record["received"]) <= 303
        assert record["received"].isprintable()
        assert record["received"].isascii()
    written = endpoint.stream.getvalue()
    assert secret.secret not in written
    assert assertion not in written
    assert assertion.split(".")[2] not in written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(30))
@given(data=st.data())
def test_no_changed_character_of_an_assertion_gets_a_token(endpoint, entra, federated, data):
    text = entra.sign()
    position = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from("ABCxyz012-_.=!"))
    changed = text[:position] + character + text[position + 1 :]
    # The last character of a part may hold unused bits: then another text has the same bytes.
    reply = endpoint.with_assertion(federated, changed)
    if reply.status == 200:
        parts = zip(changed.split("."), text.split("."), strict=True)
        assert all(decoded(one) == decoded(other) for one, other in parts)
    else:
        assert reply.status == 401


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
