"""The steps of a proof are those that the checklist marks as a program's, and the others are listed as remaining."""

import re

import pytest

from lambdas.environment import file as settings
from lambdas.environment.file import ROOT, Environment
from scimctl.proof import run
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome, Result
from scimctl.proof.remaining import CHECKLIST, remaining
from scimctl.proof.run import Step, passed
from tests.infra.test_settings import OTHER
from tests.unit.scimctl.proof.conftest import Aws

TEXT = (ROOT / CHECKLIST).read_text()
ROWS = dict(re.findall(r"^\| (\d+) (?:◆ )?\| ([^|]+) \|", TEXT, re.MULTILINE))
BY_A_PROGRAM = {int(number) for number in re.findall(r"^\| (\d+) ◆ \|", TEXT, re.MULTILINE)}


@pytest.mark.usefixtures("aws")
def test_the_proof_does_each_marked_step_and_a_refusal_of_aws_leaves_only_that_step_unproved(
    aws: Aws, deployed: Deployed
):
    for service in ("cloudformation", "dynamodb", "logs", "iam"):
        aws.client(service)
    aws.refuses("cloudformation", "list_stack_resources", "AccessDenied")
    aws.refuses("dynamodb", "get_item", "AccessDeniedException")
    aws.refuses("logs", "describe_query_definitions", "AccessDeniedException")
    aws.refuses("cloudformation", "list_stack_resources", "AccessDenied")
    steps = list(run.prove(deployed))
    assert [each.number for each in steps] == [7, 8, 9, 12, 13]
    outcomes = {each.number: each.result.outcome for each in steps}
    assert outcomes[8] is Outcome.PROVED
    assert outcomes[7] is outcomes[12] is outcomes[13] is Outcome.UNPROVED
    assert "not allowed to call `ListStackResources`" in steps[0].result.details[0]
    assert {7, 8, 9, 11, 12, 13} == BY_A_PROGRAM


def test_only_a_failed_step_fails_the_proof():
    unproved = Step(7, "An alarm", Result.unproved("The local cloud has none."))
    assert passed([unproved, Step(8, "Paths", Result.proved("404"))])
    assert not passed([unproved, Step(8, "Paths", Result.failed("500"))])


def test_the_steps_after_the_deployment_that_need_a_person_are_listed():
    other = Environment.model_validate(OTHER)
    named = {int(number) for text in remaining(other) for number in re.findall(r"\d+", text.partition(":")[0])}
    after_the_deployment = {int(number) for number in ROWS if int(number) > 4} - {6}
    assert named | BY_A_PROGRAM == after_the_deployment


def test_every_key_with_more_to_prove_is_in_the_checklist_and_listed_where_the_file_has_it():
    listed = {text.partition(":")[0] for text in remaining(Environment.model_validate(OTHER)) if text.startswith("`")}
    assert len(listed) == 7
    assert {key for key in listed if f"| {key} |" not in TEXT} == set()
    assert not [text for text in remaining(settings.load("devices")) if text.startswith("`")]
