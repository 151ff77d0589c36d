"""Steps that messages ask an operator to take. scimctl names them as commands, the console as pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    """Something an operator does next."""

    LIST_CONNECTIONS = "list_connections"
    CREATE_TOKEN = "create_token"  # noqa: S105
    """Of a ``connection``."""

    ENABLE_CONNECTION = "enable_connection"
    """A ``connection``."""

    SHOW_RESOURCE = "show_resource"
    """The user or group (``noun``) with a ``name`` or id."""

    REPAIR_DIRECTORY = "repair_directory"


@dataclass(frozen=True)
class Guide:
    """Names the steps as one operator's tool does."""

    steps: Mapping[Step, str]
    """By step, its name: a template for :meth:`str.format_map`, for example ``the page *Connections*``."""

    known: Mapping[str, str] = field(default_factory=dict)
    """Values that every template may use."""

    quote: Callable[[str], str] = str
    """How a template's other values are written, for example quoted for a shell."""

    def name(self, step: Step, **values: str) -> str:
        """Return how a message names a step.

        :param values: What the step is about, see :class:`Step`.
        """
        return self.steps[step].format_map({**self.known, **{key: self.quote(each) for key, each in values.items()}})
