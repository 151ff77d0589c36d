"""IAM's evaluation of an authorizer's policy, for tests."""

import re
from typing import Any

API = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/scim"
"""What the ARN of every method begins with."""

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
PATHS = ("Users", "Users/2819c223", "Users/.search", "Groups", "Groups/e9e30dba", "Groups/.search", ".search", "Bulk")
"""Paths below a connection."""


def opens(document: dict[str, Any], method_arn: str) -> bool:
    """Evaluate a policy as IAM does: ``*`` matches any characters, ``/`` too, and what is not allowed is denied."""
    allowed = False
    for statement in document["Statement"]:
        assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
        for pattern in statement["Resource"]:
            regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
            allowed = allowed or re.fullmatch(regex, method_arn, re.DOTALL) is not None
    return allowed
