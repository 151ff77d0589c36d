"""A deployed environment with the physical names of its resources."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lambdas.environment.file import Environment
from lambdas.environment.file.regions import partition_of
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target


@dataclass(frozen=True)
class Deployed:
    """A deployed environment, as the steps of a proof see it."""

    environment: Environment
    """Its file."""

    target: Target
    """How to reach it."""

    @cached_property
    def resources(self) -> list[tuple[str, str, str]]:
        """Type, logical id and physical id of each resource of its stack."""
        with self.target.aws_errors_as_problems():
            client: Any = self.target.client("cloudformation")
            pages = client.get_paginator("list_stack_resources").paginate(StackName=f"scim-{self.environment.name}")
            return [
                (each["ResourceType"], each["LogicalResourceId"], each["PhysicalResourceId"])
                for page in pages
                for each in page["StackResourceSummaries"]
            ]

    def physical_id(self, kind: str, logical_id: str) -> str:
        """Return the physical id of a resource.

        :param kind: Its type, such as ``AWS::IAM::Role``.
        :param logical_id: The beginning of its logical id, before the eight digits that the CDK appends.
        :raises Problem: When the stack has no such resource: an older version deployed it.
        """
        for found, logical, physical in self.resources:
            if found == kind and logical[:-8] == logical_id:
                return physical
        raise Problem(
            f"The stack scim-{self.environment.name} has no {logical_id} ({kind}): deploy it with this version first."
        )

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """Return the ARN of a resource in the environment's account.

        :param resource: What follows the account, such as ``table/scim-acme``.
        """
        aws = self.environment.aws
        region = aws.region if regional else ""
        return f"arn:{partition_of(aws.region)}:{service}:{region}:{aws.account}:{resource}"
