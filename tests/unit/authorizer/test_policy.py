"""What a token opens: the authorizer's policy, evaluated as IAM evaluates it."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambdas.authorizer.policy import allow, requested_connection
from lambdas.credentials import tokens
from tests.unit.authorizer.policies import API, METHODS, PATHS, opens

OWN, OTHER = "abcdefghijklmnop", "qrstuvwxyz234567"
SCOPES = ("provision", "read")


def policy(scope: str = "provision", method_arn: str = f"{API}/GET/v2/{OWN}/Users") -> dict[str, Any]:
    answer = allow(method_arn, connection=OWN, directory="acme", token="token", scope=scope)
    document: dict[str, Any] = answer["policyDocument"]
    return document


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", [*PATHS, "Users/a/b", "Nothing"])
def test_a_provisioning_token_opens_every_method_of_its_connections_paths(method, path):
    assert opens(policy(), f"{API}/{method}/v2/{OWN}/{path}")


@pytest.mark.parametrize("path", PATHS)
def test_a_reading_token_opens_only_get_head_and_searches(path):
    document = policy("read")
    opened = {method for method in METHODS if opens(document, f"{API}/{method}/v2/{OWN}/{path}")}
    assert opened == {"GET", "HEAD"} | ({"POST"} if path.endswith(".search") else set())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("method", METHODS)
def test_a_token_opens_nothing_of_another_connection_whatever_was_asked_for_first(scope, method):
    for path in PATHS:
        document = policy(scope, f"{API}/{method}/v2/{OTHER}/{path}")
        assert not opens(document, f"{API}/{method}/v2/{OTHER}/{path}")
        assert not opens(document, f"{API}/{method}/v2/{OTHER}")


@given(method=st.sampled_from(METHODS), tail=st.text(), scope=st.sampled_from(SCOPES))
def test_no_path_below_another_connection_is_opened_by_naming_the_own_one_in_it(method, tail, scope):
    document = policy(scope)
    for middle in ("", "Users/", "Users/v2/", f"Users/{method}/v2/", f"../{method}/v2/", f"Users/{API}/{method}/v2/"):
        assert not opens(document, f"{API}/{method}/v2/{OTHER}/{middle}{OWN}/{tail}")
    assert not opens(document, f"{API}/{method}/v2/{OWN}x/{tail}")
    assert not opens(document, f"{API}/{method}/v2/v2/{OWN}/{tail}")
    assert not opens(document, f"{API}/{method}/{tail}")


IDS = st.from_regex(tokens.ID, fullmatch=True)


@given(own=IDS, other=IDS, method=st.sampled_from(METHODS), tail=st.text(), scope=st.sampled_from(SCOPES))
def test_no_connections_token_opens_anything_of_any_other_connection(own, other, method, tail, scope):
    assume(own != other)
    answer = allow(f"{API}/GET/v2/{other}/Users", connection=own, directory="acme", token="token", scope=scope)
    assert opens(answer["policyDocument"], f"{API}/GET/v2/{own}/Users")
    for path in (f"v2/{other}", f"v2/{other}/{tail}", f"v2/{other}/{own}", f"v2/{other}/.search"):
        assert not opens(answer["policyDocument"], f"{API}/{method}/{path}")


@pytest.mark.parametrize(
    "stage",
    [
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/other",
        "arn:aws:execute-api:eu-west-1:123456789012:zzzzzzzzzz/scim",
        "arn:aws:execute-api:eu-west-1:210987654321:a1b2c3d4e5/scim",
        "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/scim",
    ],
)
def test_a_token_opens_nothing_of_another_stage_api_account_or_region(stage):
    assert not opens(policy(), f"{stage}/GET/v2/{OWN}/Users")


def test_the_policy_is_the_same_on_every_path_because_api_gateway_caches_it():
    asked = [
        f"{API}/{method}/v2/{connection}/{path}" for method in METHODS for path in PATHS for connection in (OWN, OTHER)
    ]
    assert all(policy(method_arn=arn) == policy() for arn in asked)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_partition_of_aws_is_known(partition):
    stage = API.replace("arn:aws:", f"arn:{partition}:")
    assert opens(policy(method_arn=f"{stage}/GET/v2/{OWN}/Users"), f"{stage}/POST/v2/{OWN}/Bulk")


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "*",
        "arn:aws:execute-api:*:*:*/*/GET/",
        "arn:aws:execute-api:eu-west-1:123456789012:*/scim/GET/v2/x",
        "arn:aws:s3:::bucket/scim/GET/",
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5",
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/scim",
        f"x{API}/GET/v2",
    ],
)
def test_what_is_not_the_arn_of_a_method_opens_nothing(arn):
    with pytest.raises(ValueError, match="ARN"):
        policy(method_arn=arn)


@given(st.text().map(lambda tail: f"{API}/GET/{tail}"))
def test_a_policy_names_nothing_but_the_paths_of_its_connection(arn):
    (statement,) = policy(method_arn=arn)["Statement"]
    wanted = re.compile(re.escape(API) + rf"/(?:{'|'.join(METHODS)})/v2/{OWN}(?:/\*)?")
    assert all(wanted.fullmatch(resource) for resource in statement["Resource"])


@pytest.mark.parametrize("connection", ["*", "", "abcdefghijklmno*", "abcdefghijklmno/", "ABCDEFGHIJKLMNOP", "a" * 17])
def test_what_is_not_the_id_of_a_connection_opens_nothing(connection):
    with pytest.raises(ValueError, match="connection"):
        allow(f"{API}/GET/v2", connection=connection, directory="acme", token="token", scope="provision")


@pytest.mark.parametrize("scope", ["", "*", "PROVISION", "write"])
def test_an_unknown_scope_opens_nothing(scope):
    with pytest.raises(ValueError, match="scope"):
        policy(scope)


def test_the_connection_that_was_asked_for_is_read_from_the_path():
    assert requested_connection(f"{API}/GET/v2/{OTHER}/Users") == OTHER
    assert requested_connection(f"{API}/GET/v2/{OTHER}") == OTHER
    for other in (None, "", f"{API}/GET/", f"{API}/GET/v2/{OTHER}x/Users", f"{API}/GET/v2/x/{OTHER}/Users"):
        assert requested_connection(other) is None
