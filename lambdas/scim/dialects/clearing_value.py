"""An attribute cleared by writing nothing into it.

``{"op": "replace", "path": "title", "value": ""}``, then the same with null: the null-update tests of Microsoft's
Logic App suite, with and without path (idp-behaviour 2.2, cases 40, 44, 45);
``{"op": "replace", "path": "members", "value": null}`` (case 57). Under a filter, such as
``emails[type eq "work"].value``, nothing may be created in order to be cleared.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def clearing_value(operation: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return an add or replace of null as a remove, and of any other value as it is.

    :param value: The value of the operation, after every other dialect.
    """
    if value is not None:
        return {**operation, "value": value}
    return {**{key: item for key, item in operation.items() if key != "value"}, "op": "remove"}


def cleared_value(attribute: Attribute | None, value: Any) -> Any:
    """Return null for an empty string, and an empty array for null where the attribute is multi-valued."""
    if attribute is not None and attribute.multi_valued:
        return [] if value is None else value
    return None if value == "" else value
