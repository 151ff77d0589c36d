"""The tools that bundling needs on this machine: uv, and an interpreter of the runtime's minor version."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def uv() -> Path:
    """Return the path of uv: next to this interpreter, or else on the PATH.

    :raises FileNotFoundError: When uv is not installed.
    """
    beside = Path(sys.executable).parent / "uv"
    if beside.is_file():
        return beside
    found = shutil.which("uv")
    if found is None:
        raise FileNotFoundError("uv is not installed, but bundling the functions needs it. Run `make install`.")
    return Path(found)


@cache
def find(minor: str) -> str | None:
    """Return the path of an interpreter of a minor version such as ``3.13``, or None.

    Python reads compiled files only of its own minor version.
    """
    return next((path for path in _candidates(minor) if version(path) == minor), None)


def _candidates(minor: str) -> Iterator[str]:
    yield sys.executable
    on_path = shutil.which(f"python{minor}")
    if on_path:
        yield on_path
    command = [str(uv()), "python", "find", "--no-python-downloads", "--no-project", "--system", minor]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        yield found.stdout.strip()
    yield from (str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{minor}.*/bin/python")))


@cache
def version(interpreter: str) -> str:
    """Return the minor version of an interpreter; empty when it does not run, such as a shim without a version."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        ran = subprocess.run([interpreter, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return ""
    return ran.stdout.strip()
