"""The release that a stack is deployed from."""

import shutil
import subprocess
from functools import cache

from lambdas.environment.file import ROOT
from lambdas.version import VERSION


@cache
def release() -> str:
    """Return the version with the commit of the checkout, such as ``0.2.0+1a2b3c4``; the version alone outside a checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return VERSION
    command = [git, "-C", str(ROOT), "rev-parse", "--short=7", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{VERSION}+{ran.stdout.strip()}" if ran.returncode == 0 else VERSION
