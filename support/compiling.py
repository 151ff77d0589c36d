"""Imports all that the commands use, so that Python keeps it compiled: `make install` runs it.

A shell that sets ``PYTHONDONTWRITEBYTECODE`` would else compile again at every command, which then takes three times as long. To
compile all packages, as installers offer, takes 47 seconds of CPU time instead of 3: most of it is for modules that nobody imports.
"""

import importlib
import pkgutil
from collections.abc import Iterator


def modules_of(name: str) -> Iterator[str]:
    """Yield the modules of a package, without programs that run at their import."""
    for each in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
        if not each.name.endswith(".__main__"):
            yield each.name


if __name__ == "__main__":
    for package in ("scimctl", "scimprobe"):
        for module in modules_of(package):
            importlib.import_module(module)
