"""Pages from templates: Jinja2 with escaping always on, and what every template needs."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
"""The console's room, in a checkout as in the asset."""

PACKAGED = ("@tabler/core/dist/css/tabler.min.css", "htmx.org/dist/htmx.min.js")
"""Files of npm packages that the pages use, as paths below ``node_modules``."""

BIDI = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], "\N{REPLACEMENT CHARACTER}"
)
CONTROLS = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)], "\N{REPLACEMENT CHARACTER}"
)
UNSEEN = {**BIDI, **CONTROLS}
"""Characters that change how text around them looks, or that do nothing but harm; shown as a replacement character."""


class Renderer:
    """Renders the console's templates."""

    def __init__(self, environment: str) -> None:
        """Load the templates.

        :param environment: The environment's name, shown on every page.
        """
        self._jinja = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {
            "shown": shown,
            "marked": marked,
            "moment": moment,
            "instant": instant,
            "number": number,
            "ago": ago,
            "day": day,
        }
        self._jinja.globals |= {"environment_name": environment, "asset": asset_path}

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """Return a page as HTML."""
        return self._jinja.get_template(template).render(**values)


def shown(value: object, longest: int = 120) -> str:
    """Return a text from outside as one that is safe to look at: no control or direction characters, and not too long."""
    text = str(value).translate(UNSEEN)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def marked(value: object, longest: int = 800) -> Markup:
    """Return a message as HTML: what it names between asterisks in italics, and between backticks as code."""
    text = str(escape(shown(value, longest)))
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return Markup(re.sub(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)", r"<i>\1</i>", text))  # noqa: S704 -- escaped above


def moment(value: datetime | None) -> str:
    """Return a moment in UTC, such as ``2027-01-31 12:03``; a dash for none."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}" if value else "-"


def instant(text: str | None) -> str:
    """Return a moment of SCIM (RFC 7643 section 2.3.5) as :func:`moment` does."""
    return f"{moment(datetime.fromisoformat(text))} UTC" if text else "-"


def day(value: datetime | None) -> str:
    """Return on which day a moment was, for moments of which only the day is known."""
    if value is None:
        return "never"
    days = (datetime.now(UTC).date() - value.astimezone(UTC).date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{value.astimezone(UTC):%Y-%m-%d}")


def ago(value: datetime | None) -> str:
    """Return how long ago a moment was, in the largest unit that fits, or in how long it will be."""
    if value is None:
        return "never"
    seconds = (datetime.now(UTC) - value).total_seconds()
    size, unit = next(
        (abs(seconds) // length, name)
        for length, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"), (0.001, ""))
        if abs(seconds) >= length or length < 1
    )
    if not unit:
        return "now"
    text = f"{size:.0f} {unit}{'' if size == 1 else 's'}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def number(value: int) -> str:
    """Return a whole number with separators."""
    return f"{value:,}"


def _assets() -> dict[str, tuple[str, bytes]]:
    """Return the static files by their hashed names, each with its own name."""
    modules = FOLDER.parents[1] / "node_modules"  # in a checkout; an asset holds them in the folder of the others
    packaged = [modules / each for each in PACKAGED if (modules / each).is_file()]
    found = {}
    for path in sorted([*(FOLDER / "static").glob("*.*"), *packaged], key=lambda each: each.name):
        content = path.read_bytes()
        found[f"{sha256(content).hexdigest()[:16]}-{path.name}"] = (path.name, content)
    return found


ASSETS = _assets()
"""The static files: read once, when the function starts."""

_HASHED = {name: hashed for hashed, (name, _) in ASSETS.items()}


def asset_path(name: str) -> str:
    """Return the path of a static file, below the console's root; its name changes with its content."""
    return f"static/{_HASHED.get(name, name)}"
