"""Answers from stored documents are those of the models, byte for byte, or are left to the models."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Resource

from lambdas.environment.file import load
from lambdas.scim.bounded_memory import MAX_REMEMBERED
from lambdas.store.documents import document_of
from support.environments import environment_of
from tests.examples import examples
from tests.unit.scim.stored_documents import (
    CUSTOM,
    ENTERPRISE,
    FILES,
    OPEN,
    ROOT,
    Directory,
    directory,
    documents,
    projections,
)


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
        for number in range(MAX_REMEMBERED + 10):
            here.shown(found, {"attributes": f"userName,x{number}"})
    assert len(here.service.plans) <= MAX_REMEMBERED
