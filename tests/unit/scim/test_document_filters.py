"""Filters evaluated on stored documents decide as they do on the models, or leave it to them."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Resource, SCIMException, ScimFilter
from scim2_server.utils import parametrize

from lambdas.scim.answer_rules import InexpressibleError
from lambdas.store.document_filters import Rule, comparable_document, rule_of
from lambdas.store.documents import document_of
from tests.examples import examples
from tests.unit.scim.stored_documents import ENTERPRISE, FILES, ID, Directory, directory, documents, stored

WITH_RULES = [
    'userName eq "ann"',
    'externalId eq "7"',
    f'id eq "{ID}"',
    'emails.value eq "ann@example.com"',
    'emails[type eq "work"].value eq "ann@example.com"',
    'emails[type eq "work" and value eq "ann@example.com"]',
    'name.familyName sw "A" or not (title ew "x")',
    "active eq true",
    'userName eq "ann" and active ne false',
]
WITHOUT_RULES = [
    f'{ENTERPRISE}:department eq "Sales"',
    'groups.value eq "1"',
    'meta.lastModified gt "2026-01-01T00:00:00Z"',
    'title gt "a"',
    "title pr",
    "title eq null",
    'schemas eq "a"',
    'profileUrl eq "a"',
    "emails[primary pr]",
    'nobody eq "a"',
]


def bound(here: Directory, name: str, text: str) -> ScimFilter[Any]:
    return cast("ScimFilter[Any]", parametrize(ScimFilter, here.provider.model_for(name))(text))


def rule(here: Directory, name: str, text: str) -> Rule | None:
    return rule_of(bound(here, name, text), cast("type[Resource[Any]]", here.provider.model_for(name)))


@pytest.mark.parametrize("text", WITH_RULES)
def test_what_identity_providers_ask_is_evaluated_on_documents(text: str) -> None:
    here = directory("plain")
    with here.provider:
        assert rule(here, "User", text) is not None


@pytest.mark.parametrize("text", WITHOUT_RULES)
def test_what_only_models_know_has_no_rule(text: str) -> None:
    here = directory("plain")
    with here.provider:
        assert rule(here, "User", text) is None


def test_a_filter_on_several_types_has_no_rule() -> None:
    here = directory("plain")
    with here.provider:
        user = cast("type[Resource[Any]]", here.provider.model_for("User"))
        assert rule_of(ScimFilter('userName eq "ann"'), user) is None


@pytest.mark.parametrize(
    ("document", "text", "matches"),
    [
        ({"userName": "Ann"}, 'userName eq "aNN"', True),
        ({"userName": "Ann"}, 'userName eq "Anne"', False),
        ({"externalId": "A"}, 'externalId eq "a"', False),
        ({}, 'externalId eq "a"', False),
        ({}, 'externalId ne "a"', True),
        ({}, "active eq true", True),
        ({"active": False}, "active eq true", False),
        ({"emails": [{"value": "a"}, {"value": "b"}]}, 'emails eq "B"', True),
        ({"emails": [{"value": "a"}, {"value": "b"}]}, 'emails.value ne "b"', False),
        ({"emails": [{"value": "a", "type": "home"}, {"type": "work"}]}, 'emails[type eq "work"].value eq "a"', False),
        ({"emails": [{"value": "a", "type": "work"}]}, 'emails[type eq "WORK"].value eq "a"', True),
        ({"name": {"familyName": "Straße"}}, 'name.familyName co "ASSE"', False),
        ({"name": {"familyName": "Straße"}}, 'name.familyName co "AßE"', True),
    ],
    ids=str,
)
def test_a_document_is_compared_like_its_model(document: dict[str, Any], text: str, *, matches: bool) -> None:
    here = directory("plain")
    with here.provider:
        decided = rule(here, "User", text)
        assert decided is not None
        assert decided(comparable_document(stored(json.dumps(document)), here.type("User"))) is matches


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"USERNAME": "ann"}, 'userName eq "ann"'),
        ({"userName": 7}, 'userName eq "7"'),
        ({"active": "true"}, "active eq true"),
        ({"emails": {"value": "a"}}, 'emails eq "a"'),
        ({"emails": [{"Value": "a"}]}, 'emails eq "a"'),
        ({"emails": ["a"]}, 'emails eq "a"'),
        ({"name": "Ann"}, 'name.familyName eq "a"'),
    ],
    ids=str,
)
def test_a_document_that_the_model_would_change_is_left_to_it(document: dict[str, Any], text: str) -> None:
    here = directory("plain")
    with here.provider:
        decided = rule(here, "User", text)
        assert decided is not None
        with pytest.raises(InexpressibleError):
            decided(comparable_document(stored(json.dumps(document)), here.type("User")))


@pytest.mark.parametrize("document", ["", "[]", '"a"'])
def test_what_is_no_document_is_left_to_the_model(document: str) -> None:
    with pytest.raises(InexpressibleError):
        comparable_document(stored(document), directory("plain").type("User"))


@pytest.mark.parametrize("text", ['members eq "a"', 'members.value eq "a"', 'members[value eq "a"]'])
def test_the_members_that_a_filter_names_are_compared_where_they_have_been_read(text: str) -> None:
    here = directory("plain")
    with here.provider:
        group = cast("type[Resource[Any]]", here.provider.model_for("Group"))
        scim_filter = bound(here, "Group", text)
        assert rule_of(scim_filter, group) is None
        decided = rule_of(scim_filter, group, with_members=True)
        assert decided is not None
        for present, matches in (([], False), ([{"value": "b"}, {"value": "a"}], True), ([{"value": "A"}], False)):
            assert decided(comparable_document(stored("{}"), here.type("Group"), present)) is matches


# -- Filters at random ----------------------------------------------------------------------------------------------------

OPERATORS = st.sampled_from(["eq", "eq", "ne", "co", "sw", "ew"])


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a document, and the beginning of each, so that filters drawn from them match."""
    if isinstance(value, str):
        yield from (value, value.swapcase(), value[: len(value) // 2])
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def filters(here: Directory, name: str, document: dict[str, Any]) -> st.SearchStrategy[str]:
    """Draw a filter on the attributes of a type, with values of a document."""
    core, extensions = here.schemas(name)
    paths, lists = ["id", "externalId", "meta.resourceType"], []
    for schema in (core, *extensions):
        prefix = "" if schema is core else f"{schema.id}:"
        for each in schema.attributes or []:
            paths.append(f"{prefix}{each.name}")
            paths += [f"{prefix}{each.name}.{sub.name}" for sub in each.sub_attributes or []]
            if each.sub_attributes and each.multi_valued:
                lists.append((f"{prefix}{each.name}", [str(sub.name) for sub in each.sub_attributes]))
    operands = st.one_of(
        st.sampled_from([*texts_in(document), ID, ""]).map(json.dumps), st.sampled_from(["true", "false"])
    )
    compared = st.builds("{} {} {}".format, st.sampled_from(paths), OPERATORS, operands)

    def selection(of: tuple[str, list[str]]) -> st.SearchStrategy[str]:
        inner = st.builds("{} {} {}".format, st.sampled_from(of[1]), OPERATORS, operands)
        both = st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner)
        return st.builds("{}[{}]".format, st.just(of[0]), st.one_of(inner, both))

    single = st.one_of(compared, st.sampled_from(lists).flatmap(selection)) if lists else compared
    pairs = st.builds("{} {} {}".format, single, st.sampled_from(["and", "or"]), single)
    return st.one_of(single, pairs, st.builds("not ({})".format, single))


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), st.sampled_from(sorted(FILES)), st.sampled_from(["User", "Group"]), st.booleans())
def test_a_filter_decides_on_a_document_as_on_its_model(
    data: st.DataObject, file: str, name: str, is_wild: bool
) -> None:
    here = directory(file)
    with here.provider:
        document = data.draw(documents(file, name, is_wild=is_wild))
        model = cast("type[Resource[Any]]", here.provider.model_for(name))
        try:
            text = json.dumps(document) if is_wild else document_of(model.model_validate(document))
            (resource,) = here.reader.resources(here.type(name), [stored(text)], whole=False)
            scim_filter = bound(here, name, data.draw(filters(here, name, document)))
        except (ValueError, LookupError, SCIMException):
            return  # a document that no model can read, or a filter that is refused
        decided = rule_of(scim_filter, model)
        if decided is None:
            return
        try:
            matches = decided(comparable_document(stored(text), here.type(name)))
        except InexpressibleError:
            assert is_wild
        else:
            assert matches == scim_filter.match(resource)
