"""The parts of an environment's stack that other parts refer to."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms

from infra.alarms import Alarms
from infra.api import ScimApi
from infra.domain import CustomDomain
from infra.environment_log import EnvironmentLog
from infra.layers import Layers
from infra.table import DirectoryTable
from infra.versioned_function import VersionedFunction
from lambdas.environment.file import Environment


class StackParts(cdk.Stack):
    """A stack with these parts; :class:`infra.stack.ScimStack` adds them."""

    environment_file: Environment
    key: kms.IKey | None
    layers: Layers
    log: EnvironmentLog
    directory: DirectoryTable
    scim: VersionedFunction
    authorizer: VersionedFunction
    scim_api: ScimApi
    domain: CustomDomain | None
    alarms: Alarms
