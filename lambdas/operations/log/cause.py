"""The cause of a failure and its remedy, as two texts."""

from dataclasses import dataclass

from lambdas.operations.guidance import Guide, Step
from lambdas.operations.log.events import Record, text_of

RETRIED = "The request is correct; the identity provider retries it automatically."
"""The end of the remedy for what passes by itself."""


@dataclass(frozen=True)
class Cause:
    """The cause of a failure and its remedy."""

    why: str
    """A clause, such as ``the token has expired``."""

    remedy: str
    """Sentences on what to do. Each step of :class:`Step` is a placeholder, such as ``{create_token}``."""

    def of(self, record: Record, guide: Guide) -> "Cause":
        """Return the cause with a remedy for one record, its steps named by a guide."""
        values = {
            "connection": text_of(record, "token_connection") or text_of(record, "connection") or "CONNECTION",
            "noun": str(record.get("resource_type", "User")).lower(),
            "name": text_of(record, "owner") or text_of(record, "resource_name") or "NAME",
        }
        return Cause(self.why, self.remedy.format_map({step.value: guide.name(step, **values) for step in Step}))
