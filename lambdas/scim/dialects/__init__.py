"""How clients deviate from the RFCs, brought to the RFCs' form in one place before the strict core reads a request.

Each deviation is one function, named after it, in the file named after what it is *in*: :mod:`messages`, :mod:`operations`,
:mod:`attribute_names`, :mod:`filters`, :mod:`ignored_attributes`, :mod:`value_shapes` or :mod:`booleans_numbers_dates`.
:mod:`chain` lists all of them in order. Its docstring shows the payload before and after; these examples run as tests, where ``E``
stands for the enterprise URN, ``X`` for a declared extension and ``M`` for one that takes undeclared attributes.

They are pure functions on decoded JSON: none raises, none changes its argument, a payload that conforms comes back equal, and
reading twice equals reading once (except ``open_name`` and ``first_entry``, which explain why). What no dialect understands passes
unchanged, for the strict core to refuse.

What an attribute is (boolean, multi-valued, complex, read-only) comes from the model, so extensions built from an environment's
file are read like the static ones.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdas.scim.dialects import chain
from lambdas.scim.dialects.expression_reader import read_attribute, read_attributes, read_filter, read_list
from lambdas.scim.dialects.messages import BULK, BULK_OPERATION, PATCH, SEARCH, Form
from lambdas.scim.dialects.object_reader import read_members
from lambdas.scim.dialects.operation_reader import read_operation
from lambdas.scim.dialects.reading import Reading
from lambdas.scim.dialects.schema import Model

__all__ = ["read_bulk", "read_filter", "read_patch", "read_query", "read_resource", "read_search"]


def read_resource(payload: Any, model: Model, ignored: dict[str, None] | None = None) -> Any:
    """Return the body of a POST or PUT as the strict core reads it.

    :param payload: The decoded JSON body.
    :param model: The resource model with its extensions, as ``ScimService.get_model`` returns it.
    :param ignored: The paths of the attributes that are left out although they have a value are added as keys, in order.
    """
    if not isinstance(payload, dict):
        return payload
    urns = [str(model.__schema__), *map(str, model.get_extension_models())]
    return _read_message(read_members(model, payload, Reading(ignored=_collected(ignored))), Form(urns=urns))


def read_patch(payload: Any, model: Model, ignored: dict[str, None] | None = None) -> Any:
    """Return the body of a PATCH as the strict core reads it.

    ``Operations`` may come back empty: the request then asks for nothing (idp-behaviour case 46; scimmy#59), and the caller
    answers it as a PATCH that changes nothing instead of letting the core refuse it.

    :param payload: The decoded JSON body.
    :param model: The resource model with its extensions.
    :param ignored: The paths of the attributes that are left out although they have a value are added as keys, in order.
    """
    if not isinstance(payload, dict):
        return payload
    message = _read_message(payload, PATCH)
    operations = message.get("Operations")
    if not isinstance(operations, list):
        return message
    return {
        **message,
        "Operations": [read for each in operations for read in read_operation(each, model, _collected(ignored))],
    }


def read_bulk(payload: Any, model_at: Callable[[str], Model | None], ignored: dict[str, None] | None = None) -> Any:
    """Return the body of a bulk request with the ``data`` of every operation read as the body it stands for.

    :param payload: The decoded JSON body.
    :param model_at: Returns the model served at the path of an operation, such as ``/Users/2819``; None when none is. Must not
        raise.
    :param ignored: The paths of the attributes that are left out although they have a value are added as keys, in order.
    """
    if not isinstance(payload, dict):
        return payload
    message = _read_message(payload, BULK)
    operations = message.get("Operations")
    if not isinstance(operations, list):
        return message
    return {**message, "Operations": [_read_bulk_operation(each, model_at, _collected(ignored)) for each in operations]}


def _read_bulk_operation(operation: Any, model_at: Callable[[str], Model | None], ignored: dict[str, None]) -> Any:
    if not isinstance(operation, dict):
        return operation
    operation = _read_message(operation, BULK_OPERATION)
    path = operation.get("path")
    model = model_at(path) if isinstance(path, str) else None
    if model is None or "data" not in operation:
        return operation
    read = read_patch if operation.get("method") == "PATCH" else read_resource
    return {**operation, "data": read(operation["data"], model, ignored)}


def read_search(payload: Any, models: Sequence[Model]) -> Any:
    """Return the body of a ``.search`` request as the strict core reads it.

    :param payload: The decoded JSON body.
    :param models: The models that the endpoint searches.
    """
    if not isinstance(payload, dict):
        return payload
    message = _read_message(payload, SEARCH)
    read = read_query({key: item for key, item in message.items() if isinstance(item, str)}, models)
    lists = {
        key: [read_attribute(read_list(path), models) if isinstance(path, str) else path for path in message[key]]
        for key in ("attributes", "excludedAttributes")
        if isinstance(message.get(key), list)
    }
    return {**message, **read, **lists}


def read_query(query: Mapping[str, str], models: Sequence[Model]) -> dict[str, str]:
    """Return the decoded query parameters as the strict core reads them: filter, attributes, sortBy.

    :param query: The parameters by name, each decoded once; limits on their length are the caller's.
    :param models: The models that the endpoint serves.
    """
    readers: dict[str, Callable[[str, Sequence[Model]], str]] = {
        "filter": read_filter,
        "attributes": read_attributes,
        "excludedAttributes": read_attributes,
        "sortBy": lambda path, models: read_attribute(read_list(path), models),
    }
    return {name: readers[name](text, models) if name in readers else text for name, text in query.items()}


def _collected(ignored: dict[str, None] | None) -> dict[str, None]:
    return {} if ignored is None else ignored


def _read_message(message: dict[str, Any], form: Form) -> dict[str, Any]:
    for dialect in chain.MESSAGE:
        message = dialect(message, form)
    return message
