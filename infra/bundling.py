"""Building the assets of functions and layers on this machine, without Docker.

Compiled files are included: ``/var/task`` and ``/opt`` are read-only, so Lambda would otherwise compile every module at each
cold start (with SnapStart, when a version is published), which makes the first import three times as long. Their invalidation
mode is ``unchecked-hash``, because a zip file loses the modification times that Python compares by default.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from infra.built_packages import built
from infra.imports import modules_of
from infra.packages import install, keep_services
from infra.target import Target
from lambdas.environment.file import ROOT

TASK_ROOT = "/var/task"
"""Where Lambda unpacks a function's code; the folder in a traceback."""

LAYER_ROOT = "/opt/python"
"""Where Lambda unpacks the folder ``python`` of a layer, which is on ``sys.path``."""


def function_code(module: str, files: tuple[str, ...], target: Target) -> lambda_.Code:
    """Return the code of a function: the project's modules that it imports, and nothing else.

    :param module: The handler's module, such as ``lambdas.api.handler``.
    :param files: Patterns of further files, such as templates, relative to the project's root.
    """

    def fill(asset: Path) -> None:
        further = (path.relative_to(ROOT) for pattern in files for path in ROOT.glob(pattern) if path.is_file())
        for path in sorted({*modules_of(module), *further}):
            (asset / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, asset / path)
        compile_all(asset, target, TASK_ROOT)

    return _code(fill, [module, *files, target.python])


def dependencies_code(lock: str, services: tuple[str, ...], target: Target) -> lambda_.Code:
    """Return the code of a layer of locked dependencies.

    :param lock: The lock file, such as ``requirements/scim.lock``.
    :param services: The AWS services whose API descriptions botocore keeps, such as ``dynamodb``. All of them would take 25 MB.
    """

    def fill(asset: Path) -> None:
        shutil.copytree(packages_of(lock, services, target), asset / "python", copy_function=_link)

    return _code(fill, [lock, *services, target.python, str(target.wheels)])


def packages_of(lock: str, services: tuple[str, ...], target: Target) -> Path:
    """Return the folder with the locked dependencies of a layer, which is built when it is first asked for."""

    def build(packages: Path) -> None:
        install(lock, target, packages)
        keep_services(packages / "botocore" / "data", services)
        compile_all(packages, target, LAYER_ROOT)

    return built(lock, services, target, build)


def _link(source: str, target: str) -> None:
    """Link a file of the built packages into an asset, or copy it where a link is impossible: a layer has 3,000 of them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _code(fill: Callable[[Path], None], identity: list[str]) -> lambda_.Code:
    """Return an asset whose hash is that of its content, so that unchanged code is not deployed again.

    :param identity: Distinguishes the asset within a synthesis: the CDK builds assets with equal options once.
    """
    return lambda_.Code.from_asset(
        str(ROOT / "lambdas"),
        asset_hash_type=cdk.AssetHashType.OUTPUT,
        bundling=cdk.BundlingOptions(
            image=cdk.DockerImage.from_registry("never-used"), command=identity, local=LocalBundling(fill)
        ),
    )


@jsii.implements(cdk.ILocalBundling)
class LocalBundling:
    """The CDK's interface for building an asset on this machine."""

    def __init__(self, fill: Callable[[Path], None]) -> None:
        self.fill = fill

    def try_bundle(self, output_dir: str, *_options: Any, **_more: Any) -> bool:
        """Fill the asset's folder. Returns True or raises: there is no Docker to fall back to."""
        self.fill(Path(output_dir))
        return True


def compile_all(folder: Path, target: Target, deployed: str) -> None:
    """Compile every module of a folder. Two builds of the same files have the same bytes.

    :param deployed: The path of the folder in Lambda, which tracebacks show.
    """
    if target.compiler is None:
        return
    modules = ["-s", str(folder), "-p", deployed, str(folder)]
    command = [target.compiler, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *modules]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
