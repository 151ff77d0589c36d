"""Installing locked dependencies for the platform that runs them, whatever this machine is."""

import shutil
import subprocess
import sys
from pathlib import Path

from infra import interpreters
from infra.target import Target
from lambdas.environment.file import ROOT


def install(lock: str, target: Target, packages: Path) -> None:
    """Install locked dependencies, without what is not read at run time.

    Only ``METADATA`` of a distribution's metadata stays: pydantic reads email-validator's version. Everything else (file
    lists, the installer's name, scripts) differs between machines and would change the asset's hash.

    :raises RuntimeError: When uv fails, with its message.
    """
    where = ["--python", sys.executable] if target.wheels is None else ["--python-platform", target.wheels]
    command = [
        *(str(interpreters.uv()), "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"),
        *("--no-compile-bytecode", "--python-version", target.python, *where, "--target", str(packages)),
        *("--requirements", str(ROOT / lock)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv could not install {lock} for Python {target.python}:\n{done.stderr}")
    (packages / ".lock").unlink(missing_ok=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for info in packages.glob("*.dist-info"):
        for path in info.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "METADATA":
                path.unlink()


def keep_services(data: Path, services: tuple[str, ...]) -> None:
    """Remove the API descriptions of all other AWS services from botocore's data."""
    for path in data.iterdir() if data.is_dir() else ():
        if path.is_dir() and path.name not in services:
            shutil.rmtree(path)
