"""The functions' code, bundled on this machine without Docker.

``uv`` installs the locked dependencies for the interpreter and processor that will run them, whatever this machine
is. Compiled files are shipped: ``/var/task`` is read-only, so Lambda would compile every module again at each cold
start, which makes the first import three times as long. Their invalidation mode is ``unchecked-hash``, because the
modification times that Python compares otherwise are lost in the zip. boto3 is not bundled: it comes with the
Lambda runtime.
"""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from infra import interpreters
from lambdas.environment.file import ROOT, Environment

TASK_ROOT = "/var/task"
"""Where Lambda unpacks a function's code; what a traceback shows as the file's folder."""


@dataclass(frozen=True)
class Target:
    """What will run the code."""

    python: str
    """The interpreter's minor version, such as ``3.13``."""

    wheels: str | None
    """The platform of the wheels as uv calls it, or None for this machine's."""

    architecture: lambda_.Architecture
    """The processor as Lambda calls it."""

    compiler: str | None
    """An interpreter of the same minor version on this machine, or None: then nothing is compiled."""

    @classmethod
    def of(cls, environment: Environment) -> "Target":
        """Return Lambda's arm64 and Python 3.13, or for the local cloud, which has no Lambda runtime, what runs
        this."""
        if environment.local:
            arm = platform.machine() in {"arm64", "aarch64"}
            architecture = lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64
            return cls(interpreters.version(sys.executable), None, architecture, sys.executable)
        compiler = interpreters.find("3.13")
        return cls("3.13", "aarch64-manylinux2014", lambda_.Architecture.ARM_64, compiler)


@dataclass(frozen=True)
class Bundle:
    """What a function carries."""

    lock: str
    """The file of the locked dependencies, such as ``requirements/scim.lock``."""

    sources: tuple[str, ...]
    """Our files, as patterns from the project's root; the asset keeps the same tree."""

    without: tuple[str, ...] = ()
    """Patterns of files left out of :attr:`sources`."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Files made at synthesis, name to content."""

    def code(self, target: Target) -> lambda_.Code:
        """Return the code as an asset whose hash is its content's, so that an unchanged function is not deployed
        again."""
        return lambda_.Code.from_asset(
            str(ROOT / "lambdas"),
            asset_hash_type=cdk.AssetHashType.OUTPUT,
            bundling=cdk.BundlingOptions(
                image=cdk.DockerImage.from_registry("never-used"),
                # Never run, but the CDK takes assets of one folder for the same asset when their options are equal.
                command=[self.lock, *self.sources, *self.files.values()],
                local=UvBundling(self, target),
            ),
        )

    def paths(self) -> Iterable[Path]:
        """Return our files, as paths from the project's root."""
        chosen = {path for pattern in self.sources for path in ROOT.glob(pattern)}
        chosen -= {path for pattern in self.without for path in ROOT.glob(pattern)}
        return (path.relative_to(ROOT) for path in sorted(chosen) if path.is_file() and path.suffix != ".pyc")


@jsii.implements(cdk.ILocalBundling)
class UvBundling:
    """The CDK's way to a bundle that is made on this machine."""

    def __init__(self, bundle: Bundle, target: Target) -> None:
        self.bundle = bundle
        self.target = target

    def try_bundle(self, output_dir: str, *_options: Any, **_more: Any) -> bool:
        """Fill the asset's folder. Always succeeds or raises: there is no Docker to fall back to."""
        asset = Path(output_dir)
        install(self.bundle.lock, self.target, asset)
        for path in self.bundle.paths():
            (asset / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, asset / path)
        for name, content in self.bundle.files.items():
            (asset / name).write_text(content, encoding="utf-8")
        if self.target.compiler:
            compile_all(asset, self.target.compiler)
        return True


def install(lock: str, target: Target, asset: Path) -> None:
    """Install locked dependencies into the asset, and leave only what is read at run time.

    Of a distribution's metadata only ``METADATA`` stays: pydantic asks for email-validator's version. The rest (the
    list of files, the installer's name, scripts) differs between machines and would change the asset's hash.
    """
    where = ["--python", sys.executable] if target.wheels is None else ["--python-platform", target.wheels]
    command = [
        *(str(interpreters.uv()), "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"),
        *("--no-compile-bytecode", "--python-version", target.python, *where, "--target", str(asset)),
        *("--requirements", str(ROOT / lock)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv could not install {lock} for Python {target.python}:\n{done.stderr}")
    (asset / ".lock").unlink(missing_ok=True)
    shutil.rmtree(asset / "bin", ignore_errors=True)
    for info in asset.glob("*.dist-info"):
        for path in info.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "METADATA":
                path.unlink()


def compile_all(asset: Path, compiler: str) -> None:
    """Compile every module of the asset; two builds of the same files give the same bytes, wherever they lie."""
    modules = ["-s", str(asset), "-p", TASK_ROOT, str(asset)]
    command = [compiler, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *modules]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
