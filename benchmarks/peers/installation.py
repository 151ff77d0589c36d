"""The peers and the server that they run in, installed beside the project from PyPI and npm."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "peers.lock"
PYTHON_PACKAGES = ROOT / ".cache" / "peers"
SCIMMY = Path(__file__).parent / "scimmy"


def install() -> None:
    """Install waitress, django-scim2 and SCIMMY where they are missing or older than their locks.

    :raises subprocess.CalledProcessError: When a package cannot be installed.
    """
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--python", sys.executable]
    packages = ["--require-hashes", "--target", str(PYTHON_PACKAGES), "--requirement", str(LOCK)]
    _install(LOCK, PYTHON_PACKAGES, [*uv, *packages])
    _install(
        SCIMMY / "package-lock.json",
        SCIMMY / "node_modules",
        ["npm", "ci", "--prefix", str(SCIMMY), "--no-audit", "--no-fund", "--loglevel=error"],
    )


def _install(lock: Path, folder: Path, command: list[str]) -> None:
    mark = folder / ".installed"
    if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
        return
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    mark.touch()
