"""The texts of scim2-models and scim2-server, and what clients read in their place.

The libraries report a refusal as text. Each text that a request can cause has an entry here: a pattern whose named groups are the
parts of the text, and the template of the :class:`~lambdas.scim.detail.Detail` to answer with. A text without an entry reaches the
client unchanged and the log not at all; a test raises every entry through the service.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.scim.detail import Detail, Shown
from lambdas.scim.path_names import shown_path


@dataclass(frozen=True)
class Text:
    """One text of a library."""

    pattern: re.Pattern[str]
    """The text, with its parts as groups."""

    template: str
    """The template of the detail; ``{where}`` is the place of the error in the request."""

    values: frozenset[str]
    """The groups that come from values of the request, hidden in the log."""

    paths: frozenset[str]
    """The groups that are PATCH paths, whose attribute is logged."""

    def detail(self, match: re.Match[str], where: Shown) -> Detail:
        """Return the detail for a text that matched."""
        groups: Mapping[str, Any] = match.groupdict()
        values = {name: text for name, text in groups.items() if name in self.values}
        paths = {name: shown_path(text) for name, text in groups.items() if name in self.paths}
        facts = {name: text for name, text in groups.items() if name not in self.values | self.paths}
        return Detail(self.template, values={**values, **paths, "where": where}, **facts)


def _text(pattern: str, template: str, *, values: str = "", paths: str = "") -> Text:
    return Text(re.compile(pattern, re.DOTALL), template, frozenset(values.split()), frozenset(paths.split()))


TEXTS = (
    # -- PATCH (RFC 7644 section 3.5.2)
    _text(r".* is not a PATCH operation(: .*)?", "{where} must be add, replace or remove"),
    _text(r"value is required for (?P<op>\w+) operations", "{where}.value is missing; {op} needs a value"),
    _text(r"Remove operation requires a path", "{where}.path is missing; remove needs a path"),
    _text(r"operations attribute is required", "Operations is missing"),
    _text(r"'(?P<path>.*)' is read-only", "{path} is read-only", paths="path"),
    _text(r"'(?P<name>.*)' is immutable", "{name} is immutable: it cannot be changed once it has a value"),
    _text(r"required attribute ('.*' became|cannot be) \w+", "{where} is required: it can be replaced, not removed"),
    _text(r"no value of '(?P<name>\w+)' matches the path filter", "The filter of {where} matches no value"),
    _text(r"the value contradicts the filter of '.*'", "The value of {where} contradicts the filter of the path"),
    _text(
        r"'(?P<name>.*)' must be compared to a single value", "{where}: {name} must be a single value", values="name"
    ),
    _text(r"'(?P<name>.*)' is not an attribute name", "{where}: no attribute is called {name}", values="name"),
    _text(
        r"Multiple values marked as primary", "{where} has several values with primary true; only one may be primary"
    ),
    _text(
        r"Multiple primary values already exist",
        "{where} has several stored values with primary true; set primary to false on all but one",
    ),
    _text(r"the value written to '(?P<path>.*)' must be an object", "{path} must be an object", paths="path"),
    _text(
        r"the value of a remove must be .*",
        '{where} must be removed by objects such as {{"value": "..."}}, without a filter',
    ),
    _text(r"a remove selecting values by its value .*", "{where}.path must name an attribute with several values"),
    _text(r"'(?P<path>.*)' is not an attribute of the schema", "{where}: no attribute is called {path}", values="path"),
    # -- Paths and filters (RFC 7644 sections 3.4.2.2 and 3.10)
    _text(r"invalid syntax at column (?P<column>\d+)", "{where} has a syntax error at column {column}"),
    _text(
        r"(Field not found: |.*no attribute is called )(?P<name>.*)",
        "{where}: no attribute is called {name}",
        values="name",
    ),
    _text(
        r"operator '(?P<op>\w+)' cannot be applied to the (?P<kind>[\w-]+) attribute '(?P<name>.*)'",
        "{where}: the operator {op} does not apply to the {kind} attribute {name}",
    ),
    _text(r"value .* is not valid for attribute '(?P<name>.*)'", "{where}: the operand is not a value of {name}"),
    _text(
        r"attribute '(?P<name>.*)' is not multi-valued .*",
        "{where}: {name} has one value; a filter in brackets cannot apply",
    ),
    _text(
        r"a value selection cannot apply to .*",
        "{where}: a filter in brackets applies to an attribute, not to a sub-attribute",
    ),
    _text(
        r"'(?P<name>\w+)' is a sub-attribute, which .*",
        "{where}: {name} is a sub-attribute and has none of its own",
        values="name",
    ),
    _text(
        r"the (filter|path) nests more than (?P<limit>\d+) expressions", "{where} nests more than {limit} expressions"
    ),
    _text(r".* is not in attribute notation", "{where} must be the name of an attribute"),
    _text(r"Cannot sort on .*", "{where} must be the name of an attribute that can be sorted"),
    _text(
        r"'(?P<name>.*)' is a complex attribute, sort on .*",
        "{where}: sort by a sub-attribute of {name}",
        values="name",
    ),
    _text(r"The path is not a valid URN.*", "{where} begins with an invalid URN"),
    _text(r"number out of range: .*", "{where} has a number that is out of range"),
    _text(
        r"'(?P<name>.*)' holds a value that cannot be compared.*",
        "{name} has text that Unicode does not allow in identifiers",
    ),
    # -- Searches
    _text(r".*mutually exclusive.*", "attributes and excludedAttributes cannot be sent together"),
    _text(r"A search cannot have both .*", "cursor and startIndex cannot be sent together"),
    _text(r"Pagination by (?P<method>\w+) is not supported", "Pagination by {method} is not supported here"),
    _text(r"Discovery endpoints do not support filtering", "Discovery endpoints do not support filters"),
    _text(
        r"Cursor value is invalid.*",
        "The cursor is invalid: send it as the previous page returned it, with the same search",
    ),
    _text(r"Cursor has expired.*", "The cursor has expired: start again at the first page"),
    _text(r"Count value is invalid.*", "count must be the same on every page of a search by cursor"),
    # -- Bulk (RFC 7644 section 3.7)
    _text(r"path is required for request operations", "path is missing"),
    _text(r"data is required for .*", "data is missing"),
    _text(r"bulkId is required for POST operations", "bulkId is missing; a POST needs one"),
    _text(r"No resource type is served at (?P<path>.*)", "There are no resources at {path}", values="path"),
    _text(r"A bulk operation must target .*", "path must be that of a resource type or a resource, such as /Users"),
    _text(r"The bulkId (?P<id>.*) is not unique in the request", "The bulkId {id} is used more than once", values="id"),
    _text(
        r"The bulkId (?P<id>.*) is part of a circular reference",
        "The bulkId {id} is part of a circular reference",
        values="id",
    ),
    _text(
        r"No resource was created with the bulkId (?P<id>.*)",
        "No resource was created with the bulkId {id}",
        values="id",
    ),
    _text(
        r"The payload exceeds the maxPayloadSize \((?P<limit>\d+) bytes\)",
        "The body exceeds maxPayloadSize, {limit} bytes",
    ),
    _text(
        r"The number of operations exceeds the maxOperations \((?P<limit>\d+)\)",
        "The request has more than {limit} operations",
    ),
    _text(r"'bulkId' is reserved for bulk operations", "bulkId: references are resolved in bulk requests only"),
    # -- Routing
    _text(r"No SCIM endpoint at .*", "There is no SCIM endpoint at this path"),
    _text(r"No resource type found at .*", "There is no SCIM endpoint at this path"),
    _text(r"(?P<kind>Schema|Resource type) .* not found", "No {kind} has this id"),
    # -- Types
    _text(r"(Expected str or \w+|Expected string), got (?P<type>\w+)", "{where} must be a string"),
    _text(r"Invalid URI: .*", "{where} must be a URI"),
    _text(r".* is not a valid string value for \w+", "{where} must be a string"),
)
"""Every text, in the order in which they are tried."""


def detail_for(text: str, where: Shown) -> Detail | None:
    """Return the detail for a text of a library; None when it has no entry."""
    for entry in TEXTS:
        match = entry.pattern.fullmatch(text)
        if match is not None:
            return entry.detail(match, where)
    return None
