"""The tools on this machine that bundling needs: uv, and an interpreter of the runtime's minor version."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def uv() -> Path:
    """Return uv's path: the one installed beside this interpreter, else the first on the PATH.

    :raises FileNotFoundError: There is none.
    """
    beside = Path(sys.executable).parent / "uv"
    if beside.is_file():
        return beside
    found = shutil.which("uv")
    if found is None:
        raise FileNotFoundError("uv is needed to bundle the functions: run `make install`")
    return Path(found)


@cache
def find(minor: str) -> str | None:
    """Return the path of an interpreter of a minor version such as ``3.13``, or None when this machine has none.

    Compiled files are only read by the minor version that wrote them.
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
    """Return an interpreter's minor version, or nothing when it does not run (a shim without a version behind it)."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        ran = subprocess.run([interpreter, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return ""
    return ran.stdout.strip()
