"""What no program can prove: the other steps of docs/operator/first-deployment.md."""

from collections.abc import Iterator

from lambdas.environment.file import Environment

CHECKLIST = "docs/operator/first-deployment.md"


def remaining(environment: Environment) -> Iterator[str]:
    """Yield what a person has to look at, for an environment with the keys of its file."""
    if environment.alarms.addresses or environment.alarms.topic:
        yield "Steps 5 and 7: the email of the alarm has arrived."
    yield "Step 10: the endpoint passes `scimctl check` with a token of its own."
    yield "Step 14: a function that cannot run is 503 with Retry-After."
    yield "Step 15: fifty changes of one group at once succeed from cold."
    yield "Step 16: the table can be restored."
    yield "Step 17: the stack can be deleted and deployed again."
    for key, value, what in (
        ("[domain]", environment.domain, "the host name answers with a valid certificate"),
        ("aws.kms_key", environment.aws.kms_key, "the key's policy lets CloudWatch notify, and the log be written"),
        ("aws.permissions_boundary", environment.aws.permissions_boundary, "the boundary allows what functions need"),
        ("api.allowed_sources", environment.api.allowed_sources, "other addresses are refused with 403"),
        ("api.web_acl", environment.api.web_acl, "the web ACL lets the identity provider through"),
        (
            "api.canary_minutes",
            environment.api.canary_minutes,
            "a change is rolled out gradually, and back on an alarm",
        ),
        ("[backup]", environment.backup, "the copy of a backup is in the other vault the day after"),
    ):
        if value:
            yield f"`{key}`: {what}."
