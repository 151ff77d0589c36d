"""Reading a TOML file, and saying why one cannot be read."""

import re
import tomllib
from pathlib import Path
from typing import Any

from lambdas.environment.file.mistakes import SettingsError

_LINE = re.compile(r"at line (\d+)")
_KEY_WITH_COLON = re.compile(r"\s*([A-Za-z0-9_.:-]*:[A-Za-z0-9_.:-]*)\s*=")


def read_toml(path: Path, shown: str) -> dict[str, Any]:
    """Return what a TOML file holds.

    :param shown: The file as the person knows it, such as ``environments/acme.toml``.
    :raises SettingsError: It is not there, cannot be opened, or is no TOML; with the line and column where that was noticed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml")))
        others = f" There are environments: {there}." if there else ""
        raise SettingsError(f"There is no file {shown}.{others}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shown} is not valid TOML, which is text in UTF-8: {error}.") from None
    except (OSError, ValueError) as error:  # a folder, no permission, a name that no file can have
        raise SettingsError(f"{shown} cannot be opened: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{shown} is not valid TOML: it is nested too deeply.") from None
    except ValueError as error:  # TOMLDecodeError, and a number of more digits than Python reads
        raise SettingsError(f"{shown} is not valid TOML: {error}.{_advice(text, str(error))}") from None


def _advice(text: str, said: str) -> str:
    """Return what to do about the likeliest cause of an error: the name of an extension's attribute without quotes."""
    line = _LINE.search(said)
    key = _KEY_WITH_COLON.match(text.split("\n")[int(line[1]) - 1]) if line else None
    return f' A key with a colon is written in quotes: "{key[1]}".' if key else ""
