"""A group of commands whose modules are imported on use, so that `--help`, `--version` and completion are fast."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

UsageError: Any = typer.BadParameter.__base__
"""The errors of arguments that cannot be parsed; typer has no public name for their class."""


@dataclass(frozen=True)
class Entry:
    """One command or group of commands."""

    place: str
    """Its module and name, for example ``scimctl.connections.command:app``: a typer application or a function."""

    summary: str
    """Its line in `--help`, the first sentence of its own help."""


class LazyCommand(TyperCommand):
    """Stands for a command in lists of commands; its name and help are known before its module is imported."""

    def __init__(self, name: str, entry: Entry) -> None:
        """Stand for an entry."""
        super().__init__(name, help=entry.summary)
        self.entry = entry

    def load(self) -> Any:
        """Import the command."""
        module, _, name = self.entry.place.partition(":")
        found: Any = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
        else:
            app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            app.command()(found)
            command = typer.main.get_command(app)
        command.name = self.name
        return command


class LightGroup(TyperGroup):
    """A group whose own options are parsed without pydantic, which typer imports to parse anything but true and false."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer hides click's Context
        """Return the options, with false as the default of flags that have none, such as `--help`."""
        options: list[Any] = super().get_params(ctx)
        for option in options:
            if getattr(option, "is_flag", False) and option.default is None:
                option.default = False
        return options


class LazyGroup(LightGroup):
    """A group that imports a command when it is run, or when its own options are completed."""

    entries: Mapping[str, Entry] = {}
    """The commands by name, in the order of `--help`. Subclasses set it."""

    def __init__(self, **attributes: Any) -> None:
        """List the commands, beside those that are registered as usual."""
        super().__init__(**attributes)
        for name, entry in self.entries.items():
            self.add_command(LazyCommand(name, entry))

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> tuple[str | None, Any, list[str]]:  # type: ignore[override]
        """Find the command that arguments begin with, and import it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LazyCommand) else command, rest
