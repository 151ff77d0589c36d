"""A real browser for the console's tests: an installed Chromium, or Debian's, which this module installs (``make browser``)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

VARIABLE = "CHROMIUM"
"""The environment variable that names another browser."""

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs that are looked for on the path, the smallest first."""

APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
"""Where macOS has them."""

PACKAGES = ("chromium-headless-shell", "fonts-liberation")
"""Debian's packages: 96 MB to download."""

MISSING = (
    f"The console's tests need Chromium or Chrome, and none of these is installed: {', '.join(NAMES)}. Install one (Debian: "
    f"apt-get install {' '.join(PACKAGES)}), or name one in {VARIABLE}."
)


def installed() -> str | None:
    """Return the path of an installed browser; None without one."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or next((each for each in APPLICATIONS if Path(each).exists()), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser for a while. A missing one fails the tests that need it: they are not skipped."""
    path = installed()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


def install() -> str:
    """Return the path of an installed browser, after installing Debian's where there is none.

    :raises SystemExit: When there is none and it cannot be installed; the text says what to do.
    """
    found = installed()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", *arguments], env=variables, check=False)  # noqa: S607 -- Debian's own
        found = installed()
    if found is None:
        sys.exit(MISSING)
    return found


if __name__ == "__main__":
    sys.stdout.write(f"Browser: {install()}\n")
