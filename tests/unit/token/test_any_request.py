"""Whatever a request holds: no 5xx, no token that should not be, nothing secret in the log."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.credentials import tokens
from lambdas.credentials.clients import Client
from lambdas.credentials.generation import generate_client_secret
from lambdas.credentials.tokens import PresentedToken
from lambdas.token.requests import ASSERTION_TYPE
from tests.examples import examples
from tests.unit.token.endpoint import Endpoint, basic, request
from tests.unit.token.entra import KEYS, Entra

NAMES = ["grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "x"]

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "client_credentials", ASSERTION_TYPE, "scim", "password", "a" * 16, "\0", "\ud800", "%", "&", "="]
    ),
    st.from_regex(r"scim(at|sec)?_[a-z2-7]{16}_[0-9A-Za-z]{49}", fullmatch=True),
    st.from_regex(r"eyJ[\w-]{0,30}\.[\w-]{0,30}\.[\w-]{0,30}", fullmatch=True),
)
HEADERS = st.dictionaries(
    st.sampled_from(["Authorization", "authorization", "Content-Type", "X-Forwarded-For", "Content-Encoding"]),
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(["application/x-www-form-urlencoded", "gzip", "Basic Og==", "Bearer x"]),
        ),
        max_size=2,
    ),
    max_size=3,
)

WITHOUT_LIMITS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(150)
)


@pytest.fixture
def known(endpoint: Endpoint, entra: Entra) -> tuple[Client, PresentedToken, Client]:
    """A client with its secret, and a federated one."""
    client, secret = endpoint.create()
    return client, secret, endpoint.federate(entra)


def check(endpoint: Endpoint, event: dict[str, Any], secrets: list[str]) -> None:
    """Send an event that has no right to a token, and look at the response and the log."""
    before = len(endpoint.records())
    answer = endpoint.endpoint.serve(event)
    body = json.loads(answer["body"])
    assert 400 <= answer["statusCode"] < 500
    assert body["error"] in ("invalid_request", "invalid_client", "unsupported_grant_type")
    # RFC 6749 section 5.2: the characters of an error_description
    assert all(0x20 <= ord(each) <= 0x7E and each not in '"\\' for each in body["error_description"])
    (record,) = endpoint.records()[before:]
    assert record["event"] == "scim.token_refused"
    written = json.dumps(record)
    assert not [secret for secret in secrets if len(secret) > 8 and secret in written]


@WITHOUT_LIMITS
@given(
    pairs=st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=10)), TEXTS), max_size=8),
    headers=HEADERS,
    method=st.sampled_from(["POST", "POST", "POST", "GET", "", "TRACE"]),
    encoded=st.booleans(),
)
def test_no_form_gets_a_token_without_right_credentials(endpoint, known, pairs, headers, method, encoded):
    sent = {name for name, _ in pairs}
    client = known[0] if "client_secret" in sent else known[2]
    body = urlencode([(name, client.id if name == "client_id" else value) for name, value in pairs], errors="replace")
    event = request(body, headers=headers, method=method, encoded=encoded)
    check(endpoint, event, [value for _, value in pairs if value.startswith(("scim_", "scimat", "scimsec", "eyJ"))])


@WITHOUT_LIMITS
@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=200)), encoded=st.booleans(), headers=HEADERS)
def test_no_bytes_get_a_token_or_a_5xx(endpoint, known, body, encoded, headers):
    if isinstance(body, bytes) and not encoded:
        body = body.decode("latin-1")
    check(endpoint, request(body, headers=headers, encoded=encoded), [])


@WITHOUT_LIMITS
@given(
    event=st.fixed_dictionaries(
        {},
        optional={
            "httpMethod": st.sampled_from(["POST", None, 7]),
            "body": st.one_of(st.none(), st.text(max_size=20), st.integers()),
            "isBase64Encoded": st.one_of(st.booleans(), st.none()),
            "multiValueHeaders": st.one_of(st.none(), HEADERS, st.just({"Authorization": None})),
            "multiValueQueryStringParameters": st.sampled_from([None, {}, {"client_id": ["x"]}]),
            "requestContext": st.sampled_from([None, {}, {"requestId": None}]),
            "resource": st.sampled_from([None, "/oauth2/token", "/v2/{connection}"]),
        },
    )
)
def test_no_event_gets_a_token_or_a_5xx(endpoint, event):
    check(endpoint, event, [])


@WITHOUT_LIMITS
@given(data=st.data())
def test_no_changed_character_of_a_secret_gets_a_token_and_neither_is_logged(endpoint, known, data):
    client, secret, _ = known
    position = data.draw(st.integers(0, len(secret.text) - 1))
    character = data.draw(st.sampled_from("abcXYZ012_ \n"))
    changed = secret.text[:position] + character + secret.text[position + 1 :]
    if changed == secret.text:
        return
    form = {"grant_type": "client_credentials"}
    hidden = [secret.secret[:position], secret.secret[position + 1 :], changed, secret.hash.hex()]
    check(endpoint, request({**form, "client_id": client.id, "client_secret": changed}), hidden)
    check(endpoint, request(form, headers=basic(client.id, changed)), hidden)


@settings(WITHOUT_LIMITS, max_examples=examples(25))
@given(number=st.integers(0, 2**256 - 1))
def test_no_other_secret_with_a_right_checksum_gets_a_token(endpoint, known, number):
    client, secret, _ = known
    made = generate_client_secret(client.id)
    other = PresentedToken(client.id, tokens.base62(number, tokens.SECRET_LENGTH), made.kind)
    if other.secret == secret.secret:
        return
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": other.text}
    check(endpoint, request(form), [other.secret, secret.secret])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@settings(WITHOUT_LIMITS, max_examples=examples(75))
@given(
    claims=st.dictionaries(st.sampled_from(["iss", "aud", "sub", "tid", "exp", "nbf"]), JSON, min_size=1),
    header=st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "typ"]), JSON, max_size=2),
)
def test_no_assertion_with_other_claims_or_another_header_gets_a_token_that_should_not_be(
    endpoint, known, entra, claims, header
):
    client = known[2]
    good = entra.claims()
    changed = {name: value for name, value in claims.items() if value != good[name]}
    harmless = set(changed) <= {"nbf"} and changed.get("nbf") is None
    if harmless or isinstance(changed.get("nbf"), int | float) or isinstance(changed.get("exp"), int | float):
        return  # times that may be valid have tests of their own
    assertion = entra.sign_text(json.dumps(good | claims), KEYS[0])
    protected, payload, signature = assertion.split(".")
    if header:
        from tests.unit.token.entra import encoded

        made = {"alg": "RS256", "kid": "key-0", **header}
        protected = encoded(json.dumps(made).encode()).decode()
    form = {
        "grant_type": "client_credentials",
        "client_id": client.id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": f"{protected}.{payload}.{signature}",
    }
    check(endpoint, request(form), [form["client_assertion"], signature])
