"""A new operator's mistakes: each is answered by one sentence that says what to do."""

import re

import pytest

from lambdas.environment.file import ROOT
from scimctl.environments.advice import ADVICE, advise

MESSAGES = {
    # The CDK, before CloudFormation.
    "Need to perform AWS calls for account 210987654321, but no credentials have been configured": "aws sso login",
    "Need to perform AWS calls for account 210987654321, but the current credentials are for 111122223333": "AWS_PROFILE",
    "The security token included in the request is expired": "sign in again",
    "The security token included in the request is invalid": "`aws.region`",
    'This stack uses assets, so the toolkit stack must be deployed to the environment (Run "cdk bootstrap aws://1/r")': (
        "`npx cdk bootstrap -c environment=acme`"
    ),
    "SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?": "cdk bootstrap",
    "User: arn:aws:iam::210987654321:user/ann is not authorized to perform: sts:AssumeRole on resource: x": (
        "cdk-hnb659fds-*"
    ),
    # A name in use.
    "scim-acme-Table already exists in stack arn:aws:cloudformation:eu-west-1:210987654321:stack/scim-other/1": (
        "another `name`"
    ),
    "Resource handler returned message: \"Resource of type 'AWS::Logs::LogGroup' already exists.\"": "delete that resource",
    "The domain name you provided already exists. (Service: ApiGateway, Status Code: 409)": "`domain.name`",
    # Quotas, as services report them through CloudFormation.
    "Cannot exceed quota for RolesPerAccount: 1000 (Service: Iam, Status Code: 409)": "Service Quotas",
    "Maximum number of APIs for this account has been reached. (Service: ApiGateway, Status Code: 429)": "Service Quotas",
    "Subscriber limit exceeded: There is a limit of 2500 tables per region (LimitExceededException)": "Service Quotas",
    "Limit on the number of resources in a single stack exceeded": "Service Quotas",
    "Resource handler returned message: \"Specified ReservedConcurrentExecutions for function decreases account's "
    'UnreservedConcurrentExecution below its minimum value of [100]."': "`api.reserved_concurrency`",
    "Too Many Requests (Service: ApiGateway, Status Code: 429, TooManyRequestsException)": "fewer environments at once",
    # The account's rules.
    "CloudWatch Logs role ARN must be set in account settings to enable logging": "`aws.api_gateway_log_role = true`",
    "arn:aws:sts::1:assumed-role/cdk-hnb659fds-cfn-exec-role is not authorized to perform: iam:CreateRole": "iam:CreateRole",
    "The certificate does not exist or is not in the region": "`domain.certificate`",
    "The specified KMS key does not exist or is not allowed to be used": "`aws.kms_key`",
    # The state of the stack.
    "Stack:arn:aws:cloudformation:eu-west-1:1:stack/scim-acme/1 is in ROLLBACK_COMPLETE state and can not be updated.": (
        "`aws cloudformation delete-stack --stack-name scim-acme`"
    ),
    "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.": "wait for its end",
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.": (
        "update-table"
    ),
    "Stack [scim-acme] cannot be deleted while TerminationProtection is enabled": "`aws.termination_protection = false`",
}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_failure_is_answered_by_one_sentence_that_says_what_to_do(message: str):
    sentence = advise(message, "acme")
    assert sentence is not None
    assert MESSAGES[message] in sentence
    assert sentence.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", sentence), "one sentence"
    assert "{" not in sentence


def test_an_unknown_failure_gets_no_advice():
    assert advise("Internal failure", "acme") is None


def test_every_advice_is_met_by_a_message():
    met = {next(each for each in ADVICE if each.pattern.search(message)) for message in MESSAGES}
    assert [each.sentence for each in ADVICE if each not in met] == []


def test_the_messages_of_the_first_deployment_are_known():
    text = (ROOT / "docs" / "operator" / "first-deployment.md").read_text().partition("## When a step fails")[2]
    quoted = re.findall(r"^\| \*([^*]+)\*", text, re.MULTILINE)
    assert len(quoted) >= 6
    assert [each for each in quoted if advise(each, "acme") is None] == []
