"""Directories with documents that nobody has written into a table, and documents at random, by what ``/Schemas`` declares."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from scim2_models import Attribute, Context, ResourceType, Schema

from lambdas.environment.file import Environment
from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.service import DirectoryService
from lambdas.store.found import found_resources
from lambdas.store.items import Stored
from lambdas.store.reads import Reader
from support.environments import SETS, environment_of

BASE = "https://scim.example/v2/connection"
ID = "2819c223-7f76-453a-919d-413861904646"
ROOT = Path(__file__).parents[3]
EXTENSIONS = (ROOT / "tests/protocol/clients/extensions.toml").read_text(encoding="utf-8")
OPEN = "urn:ietf:params:scim:schemas:extension:2.0:Metadata"
CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
FILES = {
    "plain": "",
    "extended": EXTENSIONS,
    "entitled": '[permissions]\nsources = ["groups", "roles", "operator"]\n' + SETS + '[login]\ndefault = "external"\n',
    "without versions": "[capabilities]\netag = false\n",
}


class Directory:
    """A directory in an environment, with documents that nobody has written into a table."""

    def __init__(self, environment: Environment, *, reader: bool = False) -> None:
        self.provider = build_provider(environment)
        self.service = DirectoryService(self.provider, lambda: b"0" * 32)
        table: Any = None  # none of this reads
        self.reader = Reader(table, "acme", self.provider, Product.of(environment, reader=reader))

    def type(self, name: str) -> ResourceType:
        return next(each for each in self.provider.resource_types if each.name == name)

    def schemas(self, name: str) -> tuple[Schema, list[Schema]]:
        """Return the schema of a resource type, and those of its extensions, as ``/Schemas`` shows them."""
        by_urn = {str(each.id): each for each in self.provider.schemas}
        resource_type = self.type(name)
        extensions = [by_urn[str(each.schema_)] for each in resource_type.schema_extensions or []]
        return by_urn[str(resource_type.schema_)], extensions

    def found(self, name: str, document: str) -> FoundResource:
        return found_resources(self.reader, self.type(name), [stored(document)], whole=name == "User")[0]

    def shown(self, found: FoundResource, query: dict[str, str]) -> str | None:
        """Return the answer of the plan as JSON; None when it leaves it to the model."""
        parameters = self.service.read_response_parameters(found.resource_type, query)
        shown = self.service.plans.show(BASE, found, parameters)
        return None if shown is None else json.dumps(shown)

    def by_model(self, found: FoundResource, query: dict[str, str]) -> str:
        """Return the answer of the protocol library as JSON."""
        parameters = self.service.read_response_parameters(found.resource_type, query)
        published = self.service.publish(BASE, found.to_model())
        dumped = published.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)
        return json.dumps(dumped)


def stored(document: str) -> Stored:
    """Return a resource as the table holds it."""
    moment = datetime(2026, 1, 31, 8, 0, 0, 120000, tzinfo=UTC)
    return Stored(ID, document, 3, datetime(2026, 1, 31, 8, tzinfo=UTC), moment, assigned=frozenset({"editor"}))


@cache
def directory(name: str) -> Directory:
    return Directory(environment_of(FILES[name]))


# -- Documents and projections at random, by what /Schemas declares -------------------------------------------------------

text = st.text(st.characters(codec="utf-8"), max_size=8)
wild = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False), text),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(text, inner, max_size=2)),
    max_leaves=4,
)
references = st.sampled_from(["Users/2819", "https://elsewhere.example/Users/1", "/Users/2", "Groups/", "x", ""])
moments = st.sampled_from(["2030-01-31T08:00:00.0000000Z", "2030-01-31t08:00:00+01:00", "2030-02-30T00:00:00Z", "now"])
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": text,
    "boolean": st.booleans(),
    "integer": st.integers(-(2**70), 2**70),
    "decimal": st.floats(allow_nan=False, allow_infinity=False),
    "dateTime": moments,
    "reference": references,
    "binary": st.just("aGVsbG8="),
}
READ_ONLY = {"id", "meta", "groups", "members", "password"}


def value_of(attribute: Attribute, *, is_wild: bool) -> st.SearchStrategy[Any]:
    """Draw a value of an attribute, or what a client, a later file or a hand has made of it."""
    if attribute.sub_attributes:
        single: st.SearchStrategy[Any] = object_of(attribute.sub_attributes, is_wild=is_wild)
    else:
        single = SCALARS[str(attribute.type)]
        if attribute.canonical_values:
            canonical = [str(each) for each in attribute.canonical_values]
            single = st.one_of(st.sampled_from([*canonical, *(each.upper() for each in canonical)]), text)
    value = st.lists(single, max_size=2) if attribute.multi_valued else single
    return st.one_of(value, value, value, wild) if is_wild else value


def object_of(attributes: list[Attribute], *, is_wild: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some attributes of a schema."""
    named = {str(each.name): value_of(each, is_wild=is_wild) for each in attributes if each.name not in READ_ONLY}
    drawn = st.fixed_dictionaries({}, optional=named)
    if not is_wild:
        return drawn
    odd = st.dictionaries(
        st.one_of(text, st.sampled_from(["odd", *(each.upper() for each in named)])), wild, max_size=1
    )
    return st.builds(lambda fitting, others: fitting | others, drawn, st.one_of(st.just({}), odd))


@cache
def documents(file: str, name: str, *, is_wild: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the document of a user or group."""
    core, extensions = directory(file).schemas(name)
    parts = {str(each.id): object_of(each.attributes or [], is_wild=is_wild) for each in extensions}
    urns = [str(core.id), *parts, "urn:example:removed"]
    return st.builds(
        lambda schemas, whole, extended: {"schemas": schemas, **whole, **extended},
        st.lists(st.sampled_from(urns), max_size=3) if is_wild else st.just(urns[:1]),
        object_of(core.attributes or [], is_wild=is_wild),
        st.fixed_dictionaries({}, optional=parts),
    )


@cache
def projections(file: str, name: str) -> st.SearchStrategy[dict[str, str]]:
    """Draw the ``attributes`` or ``excludedAttributes`` of a request."""
    core, extensions = directory(file).schemas(name)
    paths = ["id", "meta", "meta.version", "META.created", "externalId", "schemas", "noSuchAttribute"]
    for schema in (core, *extensions):
        prefix = "" if schema is core else f"{schema.id}:"
        paths.append(str(schema.id))
        for each in schema.attributes or []:
            own = [f"{prefix}{each.name}", *(f"{prefix}{each.name}.{sub.name}" for sub in each.sub_attributes or [])]
            paths += own if schema is not core else [*own, own[0].upper(), f"{schema.id}:{own[-1]}"]
    readable = [each for each in paths if "(" not in each and " " not in each and "," not in each]
    chosen = st.lists(st.sampled_from(readable), min_size=1, max_size=3).map(",".join)
    kinds = st.sampled_from(["attributes", "excludedAttributes"])
    return st.one_of(st.just({}), st.builds(lambda kind, names: {kind: names}, kinds, chosen))
