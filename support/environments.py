"""Environments for tests, by what matters of their files."""

import functools
import tempfile
from pathlib import Path

from lambdas.environment import file as settings
from lambdas.environment.file import Environment

HEAD = """
name = "acme"
description = "Acme Ltd"
[aws]
account = "123456789012"
region = "eu-central-1"
"""

SETS = """
[[permissions.sets]]
id = "viewer"
name = "Viewer"
description = "Looks at everything"
[[permissions.sets]]
id = "editor"
name = "Editor"
[[permissions.sets]]
id = "admin"
name = "Administrator"
"""
"""Three permission sets; a table ``[permissions]`` before them says where users get them from."""


@functools.lru_cache(maxsize=256)
def environment_of(toml: str = "", name: str = "acme") -> Environment:
    """Return the environment whose file has these tables, checked as any file is before it is deployed; the same for the same text.

    :param toml: Tables of the file, such as ``[capabilities]``; ``[aws]`` and what every file needs is there already.
    :param name: The environment's name, and that of its directory.
    :raises SettingsError: When the file is invalid; the text addresses its author.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(HEAD.replace("acme", name) + toml, encoding="utf-8")
        return settings.load(path)


def mistakes_in(toml: str) -> list[str]:
    """Return the mistakes in a file with these tables, one line each; an empty list when it can be used."""
    try:
        environment_of(toml)
    except settings.SettingsError as error:
        return str(error).splitlines()[1:]
    return []
