"""Whether an environment in the local cloud was deployed from the files that are here now: then a start needs no deployment."""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from lambdas.environment import file as settings
from lambdas.environment.file.webhooks import RECEIVER_VARIABLE
from scimctl.local import deployment
from scimctl.local_state import PROJECT, LocalState

SOURCES = (
    "app.py",
    "cdk.json",
    "infra",
    "lambdas",
    "node_modules/.package-lock.json",
    "pyproject.toml",
    "requirements",
    "scimctl/local",
)
"""The files and folders of the checkout that decide what is deployed, beside the environment files."""

OPTIONAL = ("cdk.context.json",)
"""Files of the checkout that decide as well, where they exist."""

TOOLS = ("aws-cdk-lib", "cdk-nag", "constructs", "jsii")
"""The packages that make the template."""


def fingerprints(environments: Iterable[str], authority: str | None) -> dict[str, str]:
    """Return the digest of everything that a deployment is made from, by the name of the environment.

    :param authority: The issuer of the OpenID Provider for the console.
    """
    shared = hashlib.sha256()
    variables = os.environ.get(RECEIVER_VARIABLE)
    versions = [importlib.metadata.version(each) for each in TOOLS]
    node, commit = _printed("node", "--version"), _commit()
    shared.update(repr((authority, variables, versions, sys.version, node, commit)).encode())
    for path in sorted(_files()):
        shared.update(f"{path}\0".encode())
        shared.update(hashlib.sha256(path.read_bytes()).digest())
    return {name: hashlib.sha256(f"{name}\0{shared.hexdigest()}".encode()).hexdigest() for name in environments}


def is_deployed(state: LocalState, fingerprint: str) -> bool:
    """Return whether the stack of an environment is complete and was deployed from what a fingerprint stands for."""
    if not deployment.is_complete(state):
        return False
    try:
        kept = _client(state, "ssm").get_parameter(Name=_name(state))["Parameter"]["Value"]
    except ClientError:
        return False
    return bool(kept == f"{fingerprint} {_template(state)}")


def remember(state: LocalState, fingerprint: str) -> None:
    """Keep a deployment's fingerprint in the local cloud, which loses it with the stack when it crashes.

    It is kept with the digest of the template, which another command may replace.
    """
    value = f"{fingerprint} {_template(state)}"
    _client(state, "ssm").put_parameter(Name=_name(state), Value=value, Type="String", Overwrite=True)


def _files() -> Iterator[Path]:
    """Yield the regular files that decide what is deployed; no dangling links, such as an editor's locks."""
    tops = (*(PROJECT / each for each in (*SOURCES, *OPTIONAL)), *settings.ENVIRONMENTS.glob("*.toml"))
    yield from (path for top in tops for path in _below(top) if path.is_file())


def _below(top: Path) -> Iterator[Path]:
    yield top
    for folder, folders, names in os.walk(top):
        folders[:] = [each for each in folders if each != "__pycache__"]
        yield from (Path(folder, name) for name in names)


def _commit() -> str:
    """Return the commit of the checkout, which is part of the release; an empty text outside of one."""
    return _printed("git", "-C", str(PROJECT), "rev-parse", "HEAD") if (PROJECT / ".git").exists() else ""


def _printed(program: str, *arguments: str) -> str:
    """Return what a program prints; an empty text when it is not installed."""
    path = shutil.which(program)
    return (
        subprocess.run([path, *arguments], capture_output=True, text=True, check=False).stdout.strip() if path else ""
    )


def _template(state: LocalState) -> str:
    """Return the digest of the deployed template."""
    body = _client(state, "cloudformation").get_template(StackName=deployment.stack_name(state.environment))
    return hashlib.sha256(repr(body["TemplateBody"]).encode()).hexdigest()


def _name(state: LocalState) -> str:
    return f"/scimctl/deployed-from/{state.environment}"


def _client(state: LocalState, service: str) -> Any:
    make: Any = boto3.client  # typed for the names of services
    return make(service, **state.client_arguments())
