"""Dates and times as clients send them: compared by the moment they mean, returned as sent.

Entra sends the seven decimals of .NET, ``2030-01-31T08:00:00.0000000Z``. A client that reads back another text than it sent treats
the value as changed, and sends it again with every cycle.
"""

import re
from datetime import datetime
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
"""xsd:dateTime (RFC 7643 section 2.3.5); not a date alone, nor a number."""


class SentDateTime(datetime):
    """A date and time, with the text that a client sent for it."""

    text: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the moment that a text means, in UTC when it names no zone.

        :raises ValueError: When the text is not a date and time.
        """
        match = _FORM.fullmatch(text)
        try:
            moment = cls.fromisoformat(f"{match[1]}{match[2] or 'Z'}".upper()) if match else None
        except ValueError:  # the 30th of February
            moment = None
        if moment is None:
            raise ValueError("not a date and time")
        moment.text = text
        return moment

    @staticmethod
    def has_zone(text: str) -> bool:
        """Return whether the text of a moment names its zone."""
        match = _FORM.fullmatch(text)
        return match is not None and match[2] is not None

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        """Return whether another moment, or the text of one, is the same; the core compares it with the texts of filters."""
        if isinstance(other, str):
            try:
                other = self.read(other)
            except ValueError:
                return False
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        """Return whether a moment differs; ``datetime`` has a comparison of its own for this."""
        return not self == other

    __hash__ = datetime.__hash__

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself, which is immutable; the standard library would return a copy without the text."""
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Return the schema that reads a text in the form of RFC 7643, and writes it unchanged."""
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        try:
            return cls.read(value)
        except (TypeError, ValueError):
            raise PydanticCustomError("datetime_parsing", "not a date and time") from None


class RespelledDateTime(SentDateTime):
    """A date and time that replaces another: equal only to the same moment in the same spelling.

    It takes precedence in comparisons with a :class:`SentDateTime`, since its class is the more specific one.
    """

    def __eq__(self, other: object) -> bool:
        """Return whether another moment has the same text."""
        return self.text == str(other) and super().__eq__(other)

    __hash__ = SentDateTime.__hash__
