"""The query parameters of a request, as API Gateway passes them: decoded exactly once, by API Gateway."""

from collections.abc import Mapping, Sequence

from scim2_models import InvalidValueException

from lambdas.scim.detail import Detail

PARAMETERS = (
    "attributes",
    "excludedAttributes",
    "filter",
    "sortBy",
    "sortOrder",
    "startIndex",
    "count",
    "cursor",
)
"""Every query parameter of RFC 7644 section 3.4.2 and RFC 9865 section 2.1."""

LISTS = frozenset({"attributes", "excludedAttributes"})
"""The parameters that hold a list (RFC 7644 section 3.9)."""

_NAMES = {name.lower(): name for name in PARAMETERS}


def read_query(parameters: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    """Return the SCIM parameters of a query, by their names as RFC 7644 writes them.

    Where the RFC leaves a choice:

    - Nothing is decoded here: a REST API passes ``+`` as a space, ``%2B`` as a plus, ``%22`` and a raw quote as a quote
      (recorded from AWS by LocalStack's tests). Decoding twice would turn ``a+b@example.com`` into ``a b@example.com``.
      Characters that a REST API refuses or splits (raw ``|``, ``{``, ``}``, and ``;``) can be sent with ``POST .search``.
    - Other parameters are ignored: Entra's flag ``aadOptscim062020`` is part of a Tenant URL and so of every request.
    - Names are read in any case. An ignored ``startindex`` would return the first page again and again.
    - A list in pieces (``attributes=a&attributes=b``) is one list. Any other parameter with two different values is an error:
      API Gateway's own single-valued form has the last, its emulators have the first, and the wrong filter is worse than none.

    :param parameters: ``multiValueQueryStringParameters`` of the event, decoded.
    :raises InvalidValueException: When a parameter has two different values.
    """
    values: dict[str, list[str]] = {}
    for name, given in (parameters or {}).items():
        known = _NAMES.get(name.lower())
        if known is not None:
            values.setdefault(known, []).extend(given)
    return {name: _single(name, given) for name, given in values.items()}


def _single(name: str, values: Sequence[str]) -> str:
    """Return the one value of a parameter."""
    distinct = list(dict.fromkeys(values))
    if name in LISTS:
        return ",".join(distinct)
    if len(distinct) > 1:
        detail = "The query has {number} different values of {name}. Send one."
        raise InvalidValueException(detail=Detail(detail, number=len(distinct), name=name))
    return distinct[0]
