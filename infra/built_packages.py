"""Dependencies that were built before: installing and compiling them takes most of the time of a synthesis."""

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from infra.target import Target
from lambdas.environment.file import ROOT

CACHE = ROOT / ".cache" / "packages"
"""The folder of built packages. Deleting it is safe: what is missing is built again."""

BUILDERS = ("bundling.py", "packages.py", "built_packages.py")
"""The files that decide what is built, beside the lock; a change of them builds everything again."""


def built(lock: str, services: tuple[str, ...], target: Target, build: Callable[[Path], None]) -> Path:
    """Return the folder of built dependencies, and build it on first use.

    :param lock: The lock file, such as ``requirements/scim.lock``.
    :param services: The AWS services whose API descriptions botocore keeps.
    :param build: Fills an empty folder. When it raises, nothing is kept.
    """
    folder = CACHE / _identity(lock, services, target)
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=CACHE))
        try:
            build(unfinished)
            _keep(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _keep(unfinished: Path, folder: Path) -> None:
    """Move a folder to its place at once, unless another synthesis was faster."""
    unfinished.chmod(0o755)
    try:
        os.rename(unfinished, folder)
    except OSError:
        if not folder.is_dir():
            raise


def _identity(lock: str, services: tuple[str, ...], target: Target) -> str:
    digest = hashlib.sha256((ROOT / lock).read_bytes())
    for name in BUILDERS:
        digest.update((Path(__file__).parent / name).read_bytes())
    this_machine = "" if target.wheels else f"{platform.platform()} {sys.implementation.cache_tag}"
    compiled = "compiled" if target.compiler else "not compiled"
    digest.update(repr((services, target.python, target.wheels, this_machine, compiled)).encode())
    return f"{Path(lock).stem}-{digest.hexdigest()[:16]}"
