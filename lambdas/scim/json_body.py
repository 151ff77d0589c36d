"""JSON bodies, read strictly: values on which parsers disagree (RFC 8259) are errors."""

import math
from typing import Any

from pydantic_core import from_json
from scim2_models import InvalidSyntaxException

from lambdas.scim.limits import MAX_JSON_DEPTH

UTF8_BOM = b"\xef\xbb\xbf"


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body in UTF-8 (RFC 7644 section 3.1).

    A byte order mark is ignored, as RFC 8259 section 8.1 allows.

    :raises InvalidSyntaxException: When the body is empty, not JSON, nested deeper than :data:`MAX_JSON_DEPTH`, or has a number
        or string without a JSON form (``NaN``, an unpaired surrogate).
    """
    body = body.removeprefix(UTF8_BOM)
    if not body.strip():
        raise InvalidSyntaxException(detail="The body is empty. Send a JSON object.")
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidSyntaxException(detail=f"The body is not valid JSON: {error}") from None
    _check(value)
    return value


def _check(value: Any) -> None:
    """Raise an error for a value that is nested too deeply, or has a number out of range."""
    level = [value]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_JSON_DEPTH:
            raise InvalidSyntaxException(detail=f"The body is nested deeper than {MAX_JSON_DEPTH} levels.")
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += each.values()
            elif isinstance(each, list):
                below += each
            elif isinstance(each, float) and not math.isfinite(each):
                raise InvalidSyntaxException(detail="The body has a number that is out of range.")
        level = below
