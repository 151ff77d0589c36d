"""Every dialect, in the order in which a request meets them. Remove a name here to switch its dialect off.

Messages are read from the outside to the inside: the message, its operations, the names in their paths, the values they write.
"""

from collections.abc import Callable
from typing import Any

from lambdas.scim.dialects.attribute_names import (
    NameDialect,
    awkward_name,
    dotted_urn,
    open_name,
    unqualified_attribute,
)
from lambdas.scim.dialects.booleans_numbers_dates import (
    binary_text,
    date_time,
    empty_string,
    number_as_text,
    relative_reference,
    respelled_date_time,
    string_boolean,
    string_number,
)
from lambdas.scim.dialects.filters import (
    SelectionDialect,
    boolean_operand,
    compared_reference,
    date_time_operand,
    filtered_attribute,
    filtered_single_value,
    filtered_single_value_in_filter,
    redundant_parentheses,
    unquoted_operand,
)
from lambdas.scim.dialects.ignored_attributes import extension_schemas, read_only_value
from lambdas.scim.dialects.messages import Form, name_case, schema_urns
from lambdas.scim.dialects.operations import (
    Operation,
    Target,
    cleared_value,
    clearing_value,
    empty_path,
    first_entry,
    operation_case,
    reference_value,
    removed_values,
    unreadable_path,
    value_path_key,
)
from lambdas.scim.dialects.schema import Attribute, Model, Place
from lambdas.scim.dialects.value_shapes import (
    bare_value,
    empty_entry,
    empty_reference,
    null_value,
    open_value,
    reference_alone,
    reference_as_string,
    single_value,
    value_in_list,
    wrapped_value,
)

MESSAGE: tuple[Callable[[dict[str, Any], Form], dict[str, Any]], ...] = (name_case, schema_urns)
"""What reads a message: a PATCH, each of its operations, a bulk request, a search; and, at the end, the body of a resource."""

OPERATION: tuple[Callable[[Operation], Operation], ...] = (operation_case, empty_path)
"""What reads an operation of a PATCH, before its path."""

WHOLE_NAME: tuple[NameDialect, ...] = (open_name, awkward_name)
"""What finds an attribute by a text that is its name as a whole: a PATCH path, a key, an element of ``attributes``, ``sortBy``."""

NAME: tuple[NameDialect, ...] = (dotted_urn, awkward_name, unqualified_attribute)
"""What finds the attribute that a term names."""

PATH: tuple[NameDialect, ...] = (*NAME, unquoted_operand, boolean_operand, date_time_operand)
"""What reads the terms of a PATCH path."""

PATH_SELECTION: tuple[SelectionDialect, ...] = (redundant_parentheses, filtered_single_value)
"""What reads the brackets of a PATCH path."""

FILTER: tuple[NameDialect, ...] = (
    open_name,
    *NAME,
    compared_reference,
    unquoted_operand,
    boolean_operand,
    date_time_operand,
)
"""What reads the terms of a filter."""

FILTER_SELECTION: tuple[SelectionDialect, ...] = (filtered_single_value_in_filter,)
"""What reads the brackets of a filter."""

ATTRIBUTE_LIST: tuple[Callable[[str], str], ...] = (filtered_attribute,)
"""What reads a list of attributes, before each is read by its name."""

SPLIT: tuple[Callable[[Operation, Model], list[Operation]], ...] = (value_path_key,)
"""What makes several operations of one, whose keys have been read as paths."""

LEFT_OUT_OPERATION: tuple[Callable[[Operation, Target], bool], ...] = (unreadable_path,)
"""What leaves an operation out, when its path has been read."""

LEFT_OUT_MEMBER: tuple[Callable[[Place | None, str, Any], bool], ...] = (extension_schemas, read_only_value)
"""What leaves a member of an object out."""

VALUE: tuple[Callable[[Attribute, Any], Any], ...] = (
    open_value,
    single_value,
    bare_value,
    value_in_list,
    wrapped_value,
    reference_as_string,
    empty_reference,
    relative_reference,
    string_boolean,
    string_number,
    number_as_text,
    binary_text,
    date_time,
    empty_string,
)
"""What gives a value the shape that its attribute has, before its sub-attributes are read."""

READ_VALUE: tuple[Callable[[Attribute, Any], Any], ...] = (null_value, empty_entry)
"""What reads a value when its sub-attributes have been read."""

WRITTEN_VALUE: tuple[Callable[[Attribute | None, Any, str], Any], ...] = (
    reference_alone,
    respelled_date_time,
    cleared_value,
)
"""What reads a value that an operation of a PATCH, named by its ``op``, writes; at the end."""

READ_OPERATION: tuple[Callable[[Operation, Target], Operation], ...] = (removed_values, clearing_value, reference_value)
"""What reads an operation of a PATCH when its path and its value have been read."""

EXTENDED_OPERATION: tuple[Callable[[Operation, Target], list[Operation]], ...] = (first_entry,)
"""What adds operations to one that has been read."""

CHAIN = (
    *(MESSAGE, OPERATION, WHOLE_NAME, PATH, PATH_SELECTION, FILTER, FILTER_SELECTION, ATTRIBUTE_LIST),
    *(SPLIT, LEFT_OUT_OPERATION, LEFT_OUT_MEMBER, VALUE, READ_VALUE, WRITTEN_VALUE, READ_OPERATION, EXTENDED_OPERATION),
)
"""All of them."""
