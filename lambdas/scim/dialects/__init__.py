"""How clients deviate from the RFCs, mended in one place before the strict core reads a request.

Each deviation is one file of this package, named after what it mends. They are pure functions on decoded JSON: no
function raises, none changes its argument, a payload that conforms comes back equal, and applying twice equals
applying once. What no dialect understands passes through unchanged, for the strict core to refuse.

What an attribute is (boolean, multi-valued, complex, read-only) is asked of the model, so extensions that are built
from an environment's schema files are read like the static ones.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scim2_models import Resource

Model = type[Resource[Any]]


def read_resource(payload: Any, model: Model) -> Any:
    """Return the body of a POST or PUT as the strict core reads it.

    :param payload: The decoded JSON body.
    :param model: The resource model with its extensions, as ``ScimService.get_model`` returns it.
    """
    return payload


def read_patch(payload: Any, model: Model) -> Any:
    """Return the body of a PATCH as the strict core reads it.

    ``Operations`` may come back empty: the request then asks for nothing, and the caller answers it as a PATCH that
    changes nothing instead of letting the core refuse it.

    :param payload: The decoded JSON body.
    :param model: The resource model with its extensions.
    """
    return payload


def read_bulk(payload: Any, model_at: Callable[[str], Model | None]) -> Any:
    """Return the body of a bulk request with the ``data`` of every operation read by its own dialect.

    :param payload: The decoded JSON body.
    :param model_at: Gives the model served at the path of an operation, such as ``/Users/2819``; None when none is.
    """
    return payload


def read_search(payload: Any, models: Sequence[Model]) -> Any:
    """Return the body of a ``.search`` request as the strict core reads it.

    :param payload: The decoded JSON body.
    :param models: The models that the endpoint searches.
    """
    return payload


def read_query(query: Mapping[str, str], models: Sequence[Model]) -> dict[str, str]:
    """Return the decoded query parameters as the strict core reads them: filter, attributes, sortBy.

    :param query: The parameters by name, each decoded once.
    :param models: The models that the endpoint serves.
    """
    return dict(query)


def read_filter(text: str, models: Sequence[Model]) -> str:
    """Return a filter expression as the strict core reads it.

    :param text: The expression, decoded.
    :param models: The models that the filter selects from.
    """
    return text
