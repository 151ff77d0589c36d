"""What to do about a deployment that failed, from the words of the CDK, CloudFormation and the services behind it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """A kind of failure and its remedy."""

    pattern: re.Pattern[str]
    """Finds the failure in a message."""

    sentence: str
    """One sentence on what to do. ``{NAME}`` is the environment, ``{1}`` the first group of the pattern."""


def _advice(pattern: str, sentence: str) -> Advice:
    return Advice(re.compile(pattern, re.IGNORECASE), sentence)


ADVICE = (
    _advice(
        r"account (\d{12}), but the current credentials are for (\d{12})",
        "The credentials belong to account {2}, but the file names {1}: choose the right AWS_PROFILE, or correct `aws.account`.",
    ),
    _advice(
        r"no credentials have been configured|Unable to locate credentials|Could not load credentials|NoCredentials",
        "There are no AWS credentials: run `aws sso login` or set AWS_PROFILE, and check with `aws sts get-caller-identity`.",
    ),
    _advice(
        r"ExpiredToken|token included in the request is expired|session has expired",
        "The AWS credentials have expired: sign in again.",
    ),
    _advice(
        r"UnrecognizedClientException|InvalidClientTokenId|security token included in the request is invalid",
        "AWS does not know the credentials in this region: sign in again, correct `aws.region`, or enable the region for the "
        "account.",
    ),
    _advice(
        r"toolkit stack must be deployed|/cdk-bootstrap/\w+/version not found|has the environment been bootstrapped",
        "The account and region are not bootstrapped: run `npx cdk bootstrap -c environment={NAME}`, or correct `aws.region`.",
    ),
    _advice(
        r"not authorized to perform: sts:AssumeRole|could not be used to assume '?arn:\S+:role/cdk-",
        "The credentials may not deploy: their role needs sts:AssumeRole on the roles cdk-hnb659fds-* of the account.",
    ),
    _advice(
        r"CloudWatch Logs role ARN must be set in account settings",
        "API Gateway has no role for its log: set `aws.api_gateway_log_role = true`, or let the account's administrators set it.",
    ),
    _advice(
        r"UnreservedConcurrentExecution below its minimum",
        "The account has too few concurrent executions for `api.reserved_concurrency`: raise the quota *Concurrent executions* in "
        "Service Quotas, or remove the key.",
    ),
    _advice(
        r"domain name you provided already exists|domain name .{0,80}already exists",
        "Another API uses the host name `domain.name`: remove it there, or choose another name.",
    ),
    _advice(
        r"already exists in stack arn:\S+:stack/([\w-]+)|AlreadyExists|already exists",
        "The name of a resource is in use, mostly by one that an earlier stack retained: delete that resource, or deploy under "
        "another `name`.",
    ),
    _advice(
        r"LimitExceeded|ServiceQuotaExceeded|Cannot exceed quota|quota.{0,40}exceeded|limit exceeded"
        r"|Maximum number of|limit on the number of|exceed.{0,30}(?:limit|quota)",
        "A quota of the account is reached: raise it in Service Quotas, or deploy to another account or region "
        "(docs/operator/fleet.md lists the quotas that end first).",
    ),
    _advice(
        r"TooManyRequests|Rate exceeded|Throttling",
        "AWS throttled the deployment: run it again in a minute, and deploy fewer environments at once.",
    ),
    _advice(
        r"ROLLBACK_COMPLETE state and can ?not be updated|ROLLBACK_FAILED state",
        "An earlier creation failed: delete the stack with `aws cloudformation delete-stack --stack-name scim-{NAME}`, and deploy "
        "again.",
    ),
    _advice(
        r"_IN_PROGRESS state and can ?not be updated",
        "Another deployment of this environment is running: wait for its end, and deploy again.",
    ),
    _advice(
        r"TerminationProtection is enabled",
        "The stack is protected against deletion: set `aws.termination_protection = false`, deploy, and delete it then.",
    ),
    _advice(
        r"deletion protection",
        "The table is protected against deletion: run `aws dynamodb update-table --no-deletion-protection-enabled` on it first.",
    ),
    _advice(
        r"certificate.{0,80}(?:does not exist|not found|must be|invalid|not valid|not issued)|valid certificate",
        "The certificate of `domain.certificate` must be issued, be for the host name, and be in the environment's account and "
        "region.",
    ),
    _advice(
        r"KMS key|kms:|KMSInvalidState|KMSAccessDenied",
        "The policy of `aws.kms_key` does not allow its use: docs/operator/environments.md lists what it must allow.",
    ),
    _advice(
        r"not authorized to perform: ([\w-]+:\w+)",
        "The role that CloudFormation deploys with may not call {1}: allow it there, or name the boundary that roles need in "
        "`aws.permissions_boundary`.",
    ),
)
"""The failures that new operators meet, the most specific first."""


def advise(message: str, environment: str) -> str | None:
    """Return one sentence on what to do about a failure; None when it is not one of :data:`ADVICE`.

    :param message: The reason in CloudFormation's event, or the output of the CDK.
    :param environment: The environment's name.
    """
    for each in ADVICE:
        found = each.pattern.search(message)
        if found:
            sentence = each.sentence.replace("{NAME}", environment)
            for number, group in enumerate(found.groups(), start=1):
                sentence = sentence.replace(f"{{{number}}}", group or "")
            return sentence
    return None
