"""The platform that runs the functions."""

import platform
import sys
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_

from infra import interpreters
from lambdas.environment.file import Environment


@dataclass(frozen=True)
class Target:
    """The platform that runs the code."""

    python: str
    """The interpreter's minor version, such as ``3.13``."""

    wheels: str | None
    """The platform of the wheels, in uv's terms; None for this machine's."""

    architecture: lambda_.Architecture
    """The processor, in Lambda's terms."""

    compiler: str | None
    """An interpreter of the same minor version on this machine; None to compile nothing."""

    @classmethod
    def of(cls, environment: Environment) -> "Target":
        """Return arm64 with Python 3.13 for AWS, and this machine's platform for the local cloud."""
        if environment.local:
            arm = platform.machine() in {"arm64", "aarch64"}
            architecture = lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64
            return cls(interpreters.version(sys.executable), None, architecture, sys.executable)
        compiler = interpreters.find("3.13")
        return cls("3.13", "aarch64-manylinux2014", lambda_.Architecture.ARM_64, compiler)
