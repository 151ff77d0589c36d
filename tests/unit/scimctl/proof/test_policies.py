"""The proof of what functions may read, by the IAM policy simulator."""

from typing import Any

import pytest

from infra import permissions
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome
from scimctl.proof.policies import CREDENTIALS, OPERATORS, Question, prove_policies, questions
from tests.unit.scimctl.proof.conftest import STACK, Aws


def simulates(aws: Aws, decided: dict[Question, str]) -> None:
    """Answer what the simulator is asked: one request for each function and partition."""
    roles = {logical[:-8]: physical for logical, physical in STACK["AWS::IAM::Role"].items()}
    for function, partition in dict.fromkeys((each.function, each.partition) for each in decided):
        group = [each for each in decided if (each.function, each.partition) == (function, partition)]
        results: list[dict[str, Any]] = [
            {"EvalActionName": each.action, "EvalDecision": decided[each]} for each in group
        ]
        expected = {
            "PolicySourceArn": f"arn:aws:iam::123456789012:role/{roles[f'{function}Role']}",
            "ActionNames": [each.action for each in group],
            "ResourceArns": ["arn:aws:dynamodb:eu-central-1:123456789012:table/scim-example-Table-1"],
            "ContextEntries": [
                {
                    "ContextKeyName": "dynamodb:LeadingKeys",
                    "ContextKeyValues": [partition],
                    "ContextKeyType": "stringList",
                }
            ],
        }
        aws.answers("iam", "simulate_principal_policy", {"EvaluationResults": results}, expected)


@pytest.mark.usefixtures("stack")
def test_decisions_as_expected_are_a_proof(aws: Aws, deployed: Deployed):
    simulates(aws, {each: each.decision for each in questions("example")})
    assert prove_policies(deployed).outcome is Outcome.PROVED


@pytest.mark.usefixtures("stack")
def test_a_decision_that_is_not_expected_fails_with_function_action_and_partition(aws: Aws, deployed: Deployed):
    wrong = Question("Scim", "dynamodb:GetItem", "TOKEN#x", "explicitDeny")
    simulates(aws, {each: "allowed" if each == wrong else each.decision for each in questions("example")})
    result = prove_policies(deployed)
    assert result.outcome is Outcome.FAILED
    assert result.details == ("Scim: dynamodb:GetItem on TOKEN#x is allowed, expected explicitDeny",)


def test_every_partition_that_decides_about_access_is_asked_for():
    assert {each.replace("#x", "#*") for each in CREDENTIALS} == set(permissions.CREDENTIALS)
    assert list(OPERATORS) == permissions.OPERATORS
    for function in ("Scim", "Changes"):
        denied = {
            each.partition
            for each in questions("acme")
            if each.function == function and each.decision == "explicitDeny"
        }
        assert denied == {*CREDENTIALS, *OPERATORS}
