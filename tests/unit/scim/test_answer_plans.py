"""Answers from stored documents are those of the models, byte for byte, or are left to the models."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Attribute, Context, Resource, ResourceType, Schema

from lambdas.environment.file import Environment, load
from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.scim.answer_plans import MAX_PLANS
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.service import DirectoryService
from lambdas.store.documents import document_of
from lambdas.store.found import found_resources
from lambdas.store.items import Stored
from lambdas.store.reads import Reader
from support.environments import SETS, environment_of
from tests.examples import examples

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
        moment = datetime(2026, 1, 31, 8, 0, 0, 120000, tzinfo=UTC)
        stored = Stored(ID, document, 3, datetime(2026, 1, 31, 8, tzinfo=UTC), moment, assigned=frozenset({"editor"}))
        return found_resources(self.reader, self.type(name), [stored], whole=name == "User")[0]

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


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), st.sampled_from(sorted(FILES)), st.sampled_from(["User", "Group"]))
def test_a_document_is_shown_as_its_model_would_show_it(data: st.DataObject, file: str, name: str) -> None:
    here = directory(file)
    with here.provider:
        written = data.draw(documents(file, name, is_wild=False))
        model = cast("type[Resource[Any]]", here.provider.model_for(name))
        try:
            document = document_of(model.model_validate(written))
        except ValueError:
            return  # a value that no client can write
        query = data.draw(projections(file, name))
        found = here.found(name, document)
        shown = here.shown(found, query)
        assert (shown is None) == has_no_rule(json.loads(document))
        assert shown in (None, here.by_model(found, query))


def has_no_rule(document: dict[str, Any]) -> bool:
    """Return whether a document holds what plans leave to the models: certificates, and open extensions."""
    certificates = [each for each in document.get("x509Certificates", []) if "value" in each]
    return bool(certificates) or any(each.endswith(("2.0:Metadata", ":Profile", ":GroupMetadata")) for each in document)


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), st.sampled_from(sorted(FILES)), st.sampled_from(["User", "Group"]))
def test_any_other_document_is_shown_as_its_model_would_show_it_or_not_at_all(
    data: st.DataObject, file: str, name: str
) -> None:
    here = directory(file)
    with here.provider:
        document = data.draw(documents(file, name, is_wild=True))
        query = data.draw(projections(file, name))
        found = here.found(name, json.dumps(document))
        shown = here.shown(found, query)
        if shown is not None:
            assert shown == here.by_model(found, query)


# -- What is left to the models -------------------------------------------------------------------------------------------

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
WHOLE = {
    "schemas": [CORE, ENTERPRISE],
    "userName": "ann",
    "name": {"givenName": "Ann"},
    "active": True,
    "emails": [{"value": "ann@example.com", "type": "work", "primary": True}],
    ENTERPRISE: {"department": "Sales", "manager": {"value": "26118915", "$ref": "Users/26118915"}},
}


def test_a_usual_user_is_shown_without_a_model() -> None:
    here = directory("plain")
    with here.provider:
        found = here.found("User", json.dumps(WHOLE))
        assert here.shown(found, {}) == here.by_model(found, {})
        assert here.shown(found, {"attributes": "userName"}) is not None


@pytest.mark.parametrize("file", sorted((ROOT / "environments").glob("*.toml")), ids=lambda file: file.stem)
def test_every_example_of_an_environment_has_plans(file: Path) -> None:
    here = Directory(load(file))
    with here.provider:
        for resource_type in here.provider.resource_types:
            parameters = here.service.read_response_parameters(resource_type, {})
            assert here.service.plans.plan(resource_type, parameters) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"title": None},
        {"title": 7},
        {"active": "true"},
        {"removedAttribute": "x"},
        {"TITLE": "x"},
        {"emails": [{"value": "a", "type": "Work"}]},
        {"emails": {"value": "a"}},
        {"name": "Ann"},
        {"urn:example:removed": {"level": 1}},
        {"schemas": [CORE, "urn:example:removed"]},
        {"schemas": []},
        {"id": "another"},
        {"groups": [{"value": "1"}]},
        {"password": "secret"},
        {"x509Certificates": [{"value": "aGVsbG8="}]},
    ],
    ids=json.dumps,
)
def test_a_document_that_the_model_would_change_is_left_to_it(changed: dict[str, Any]) -> None:
    here = directory("plain")
    with here.provider:
        found = here.found("User", json.dumps(WHOLE | changed))
        assert here.shown(found, {}) is None


@pytest.mark.parametrize(
    "custom", [{"level": "3"}, {"level": True}, {"score": 1}, {"since": "yesterday"}, {"folders": "a"}, {"new": "x"}]
)
def test_an_extension_that_another_file_declared_is_left_to_the_model(custom: dict[str, Any]) -> None:
    here = directory("extended")
    with here.provider:
        found = here.found("User", json.dumps(WHOLE | {CUSTOM: custom}))
        assert here.shown(found, {}) is None


def test_an_open_extension_is_left_to_the_model() -> None:
    here = directory("extended")
    with here.provider:
        assert here.shown(here.found("User", json.dumps(WHOLE | {OPEN: {"costCentre": "7"}})), {}) is None


@pytest.mark.parametrize("urn", ["urn:example:2.0:T", "URN:example:2.0:T"])
def test_a_product_that_sees_trimmed_values_gets_those_of_the_model(urn: str) -> None:
    attributes = '[{ name = "folders", multi_valued = true, trim = true }]'
    environment = environment_of(f'[[extensions]]\nurn = "{urn}"\nattributes = {attributes}\n')
    here = Directory(environment, reader=True)
    with here.provider:
        assert here.found("User", json.dumps(WHOLE | {"urn:example:2.0:T": {"folders": [" a"]}})).document is None
        assert here.shown(here.found("User", json.dumps(WHOLE)), {}) is not None


def test_clients_that_invent_names_fill_no_memory() -> None:
    here = directory("plain")
    with here.provider:
        found = here.found("User", json.dumps(WHOLE))
        for number in range(MAX_PLANS + 10):
            here.shown(found, {"attributes": f"userName,x{number}"})
    assert len(here.service.plans) <= MAX_PLANS
