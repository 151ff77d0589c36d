"""Every dialect in the order in which it runs: the one place to switch one off.

What acts on whole messages and operations is called by name in ``operations`` and in the package's own functions.
"""

from collections.abc import Callable
from typing import Any

from lambdas.scim.dialects.awkward_name import awkward_name
from lambdas.scim.dialects.bare_value import bare_value
from lambdas.scim.dialects.boolean_operand import boolean_operand
from lambdas.scim.dialects.compared_reference import compared_reference
from lambdas.scim.dialects.date_time import date_time
from lambdas.scim.dialects.dotted_urn import dotted_urn
from lambdas.scim.dialects.empty_reference import empty_reference
from lambdas.scim.dialects.empty_string import empty_string
from lambdas.scim.dialects.filtered_single_value import filtered_single_value, filtered_single_value_in_filter
from lambdas.scim.dialects.null_value import null_value
from lambdas.scim.dialects.open_value import open_value
from lambdas.scim.dialects.reference_as_string import reference_as_string
from lambdas.scim.dialects.reference_in_list import reference_in_list
from lambdas.scim.dialects.schema import Attribute
from lambdas.scim.dialects.single_value import single_value
from lambdas.scim.dialects.string_boolean import string_boolean
from lambdas.scim.dialects.string_number import string_number
from lambdas.scim.dialects.terms import SelectionDialect, TermDialect
from lambdas.scim.dialects.unqualified_attribute import unqualified_attribute
from lambdas.scim.dialects.unquoted_operand import unquoted_operand
from lambdas.scim.dialects.wrapped_value import wrapped_value

ValueDialect = Callable[[Attribute, Any], Any]

SHAPES: tuple[ValueDialect, ...] = (
    open_value,
    single_value,
    bare_value,
    wrapped_value,
    reference_in_list,
    reference_as_string,
    empty_reference,
    string_boolean,
    string_number,
    date_time,
    empty_string,
)
"""What makes of a value the shape that its attribute has; before its sub-attributes are read."""

REMAINS: tuple[ValueDialect, ...] = (null_value,)
"""What tidies a value when its sub-attributes have been read."""

NAMES: tuple[TermDialect, ...] = (dotted_urn, awkward_name, unqualified_attribute)
"""What finds the attribute that a path or a filter means."""

PATHS: tuple[TermDialect, ...] = (*NAMES, unquoted_operand, boolean_operand)
"""What reads the terms of a PATCH path."""

FILTERS: tuple[TermDialect, ...] = (*NAMES, compared_reference, unquoted_operand, boolean_operand)
"""What reads the terms of a filter."""

PATH_SELECTIONS: tuple[SelectionDialect, ...] = (filtered_single_value,)
"""What reads the brackets of a PATCH path."""

FILTER_SELECTIONS: tuple[SelectionDialect, ...] = (filtered_single_value_in_filter,)
"""What reads the brackets of a filter."""
