"""Reading a TOML file, with errors a person can act on."""

import re
import tomllib
from pathlib import Path
from typing import Any

from lambdas.environment.file.mistakes import SettingsError

_LINE = re.compile(r"at line (\d+)")
_KEY_WITH_COLON = re.compile(r"\s*([A-Za-z0-9_.:-]*:[A-Za-z0-9_.:-]*)\s*=")


def read_toml(path: Path, shown: str) -> dict[str, Any]:
    """Return the content of a TOML file.

    :param shown: The path as it appears in errors, such as ``environments/acme.toml``.
    :raises SettingsError: When the file does not exist, cannot be opened, or is not TOML; with line and column.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml")))
        others = f" Existing environments: {there}." if there else ""
        raise SettingsError(f"{shown} does not exist.{others}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shown} is not valid TOML: it is not UTF-8: {error}.") from None
    except (OSError, ValueError) as error:  # a folder, no permission, a name that no file can have
        raise SettingsError(f"{shown} cannot be opened: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{shown} is not valid TOML: its tables are nested too deeply.") from None
    except ValueError as error:  # TOMLDecodeError, and a number of more digits than Python reads
        raise SettingsError(f"{shown} is not valid TOML: {error}.{_advice(text, str(error))}") from None


def _advice(text: str, said: str) -> str:
    """Return advice for the most likely cause: an extension's attribute name without quotes."""
    line = _LINE.search(said)
    key = _KEY_WITH_COLON.match(text.split("\n")[int(line[1]) - 1]) if line else None
    return f' Put quotes around a key with a colon: "{key[1]}".' if key else ""
