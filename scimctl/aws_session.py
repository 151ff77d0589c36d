"""AWS sessions: with the operator's own credentials, or with a role in an environment's account."""

import re
import threading
from typing import Any

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

from lambdas.environment.file import Environment
from lambdas.environment.file.regions import partition_of
from scimctl.local_option import ROLE

_assumed: dict[tuple[str, str], boto3.Session] = {}
_lock = threading.Lock()


def session_for(environment: Environment) -> boto3.Session:
    """Return a session in an environment's account: the operator's, or that of the role of the option ``--role``.

    The role's credentials are fetched at the first call, and again before they expire.
    """
    role = ROLE.get()
    if role is None:
        return boto3.Session()
    region = environment.aws.region
    arn = f"arn:{partition_of(region)}:iam::{environment.aws.account}:role/{role}"
    with _lock:
        if (arn, region) not in _assumed:
            _assumed[arn, region] = _assume(arn, region)
        return _assumed[arn, region]


def _assume(arn: str, region: str) -> boto3.Session:
    own = botocore.session.Session()
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda service, **options: own.create_client(service, **{"region_name": region, **options}),
        source_credentials=own.get_credentials(),
        role_arn=arn,
        extra_args={"RoleSessionName": _session_name(own, region)},
    )
    assumed: Any = botocore.session.Session()
    assumed._credentials = DeferredRefreshableCredentials(method="assume-role", refresh_using=fetcher.fetch_credentials)
    return boto3.Session(botocore_session=assumed, region_name=region)


def _session_name(own: botocore.session.Session, region: str) -> str:
    """Return the name of the operator's own identity, which stands in the log behind the role's."""
    sts: Any = own.create_client("sts", region_name=region)
    identity = str(sts.get_caller_identity()["Arn"])
    return re.sub(r"[^\w+=,.@-]", "-", identity.rpartition("/")[2] or "scimctl")[-64:].rjust(2, "-")
