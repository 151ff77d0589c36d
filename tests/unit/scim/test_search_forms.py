"""Searches that differ only in the texts of their filters are read once, and read as if each were read alone."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import ResourceType, SCIMException, SearchRequest

from lambdas.scim.bounded_memory import MAX_REMEMBERED
from lambdas.scim.search_forms import SearchForms
from tests.examples import examples
from tests.unit.scim.stored_documents import CUSTOM, ENTERPRISE, FILES, OPEN, Directory, directory

COMMON = [
    'userName eq "ann"',
    'USERNAME Eq "ann"',
    'externalId eq "7"',
    'emails[type eq "work"].value eq "ann@example.com"',
    'emails[type eq "work" and value eq "ann@example.com"]',
    'userName eq "ann" or emails.value eq "ann" or (title eq "a" and not (nickName sw "b"))',
    'id eq "2819" and manager eq "5414"',
    'manager[value eq "2819"]',
    'active eq true and title pr and userName eq "a"',
    f'{ENTERPRISE}:department eq "Sales"',
]
"""Filters of identity providers."""

OTHERS = [
    'meta.lastModified gt "2026-01-01T00:00:00Z"',
    'active eq "True"',
    'userName eq "a\\"b"',
    "externalId eq jyoung",
    f'{CUSTOM}:since eq "2026-01-01T00:00:00Z"',
    "title pr",
]
"""Filters that are read each time: their texts are no texts, or not as they stand."""


class Reads:
    """The reading of searches by a service, counted."""

    def __init__(self, here: Directory) -> None:
        self.here = here
        self.number = 0

    def __call__(self, types: list[ResourceType], query: Mapping[str, str]) -> tuple[SearchRequest[Any], Any]:
        self.number += 1
        return self.here.service.read_search(types, dict(query))


def outcome(
    read: Callable[[list[ResourceType], Mapping[str, str]], tuple[SearchRequest[Any], Any]],
    types: list[ResourceType],
    query: Mapping[str, str],
) -> Any:
    """Return everything of a search that was read, or of its refusal."""
    try:
        request, position = read(types, query)
    except SCIMException as error:
        return type(error), error.status, error.detail
    scim_filter: Any = request.filter
    return request, type(scim_filter), scim_filter.ast, request.model_dump(), request.model_fields_set, position


def with_texts(text: str, texts: Sequence[str]) -> str:
    """Return a filter with its texts replaced by others."""
    others = iter(texts)
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda _: json.dumps(next(others), ensure_ascii=False), text)


@pytest.mark.parametrize("text", COMMON)
def test_a_search_is_not_read_again_for_another_text(text: str) -> None:
    here = directory("plain")
    reads = Reads(here)
    forms = SearchForms(reads)
    with here.provider:
        types = [here.type("User")]
        forms.read(types, {"filter": text})
        for texts in (["b", "c", "d", "e"], ["f", "g", "h", "i"]):
            query = {"filter": with_texts(text, texts), "count": "10"}
            assert outcome(forms.read, types, query) == outcome(reads, types, query)
        read_before = reads.number
        query = {"filter": with_texts(text, ["Zoë", "é", "true", ""]), "count": "10"}
        found = outcome(forms.read, types, query)
        assert reads.number == read_before
        assert found == outcome(reads, types, query)


@pytest.mark.parametrize("text", OTHERS)
def test_a_search_whose_texts_are_not_compared_as_they_stand_is_read_each_time(text: str) -> None:
    here = directory("extended")
    reads = Reads(here)
    forms = SearchForms(reads)
    with here.provider:
        for _ in range(2):
            forms.read([here.type("User")], {"filter": text})
        read_before = reads.number
        forms.read([here.type("User")], {"filter": text})
        assert reads.number == read_before + 1


names = st.sampled_from(
    [
        *(
            "userName",
            "USERNAME",
            "externalId",
            "id",
            "title",
            "name",
            "emails",
            "emails.value",
            "emails.type",
            "active",
        ),
        *("meta.created", "manager", "members", "displayName", "profileUrl", "photos.value", "x509Certificates.value"),
        *(f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:employeeNumber", f"{CUSTOM}:level", f"{OPEN}:cost centre"),
        *("password", "nobody"),
    ]
)
inner_names = st.sampled_from(["type", "value", "primary", "display", "nobody", "$ref"])
operators = st.sampled_from(["eq", "EQ", "ne", "co", "sw", "ew", "gt", "le"])
awkward_texts = st.sampled_from(
    ["true", "work", "null", "eq", "and", "2026-01-01T00:00:00Z", "2026", "]", "(", "", " "]
)
operand_texts = st.one_of(awkward_texts, st.text(max_size=6))
literals = st.sampled_from(["true", "1", "null", "jyoung", "-0.5"])
slots = st.one_of(st.just('""'), st.just('""'), literals)


def terms(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compared = st.builds(lambda *parts: " ".join(parts), of, operators, slots)
    return st.one_of(compared, compared, compared, st.builds("{} pr".format, of))


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.builds(lambda *each: " ".join(each), parts, st.sampled_from(["and", "or", "AND"]), parts)
    return st.one_of(parts, pairs, st.builds("not ({})".format, parts))


selections = st.builds(
    "{}[{}]{}".format, names, joined(terms(inner_names)), st.sampled_from(["", '.value eq ""', ".type"])
)
filters = joined(st.one_of(terms(names), terms(names), selections))
"""Filters whose texts are empty, right and wrong ones."""


@settings(max_examples=examples(400), deadline=None)
@given(filters, st.lists(operand_texts, min_size=18, max_size=18), st.sampled_from(sorted(FILES)), st.data())
def test_a_search_is_read_as_if_it_were_read_alone(text: str, texts: list[str], file: str, data: st.DataObject) -> None:
    here = directory(file)
    forms = SearchForms(Reads(here))
    types = [here.type(data.draw(st.sampled_from(["User", "Group"])))]
    with here.provider:
        for start in (0, 0, 6, 12):
            query = {"filter": with_texts(text, texts[start : start + 6])}
            assert outcome(forms.read, types, query) == outcome(Reads(here), types, query)


def test_the_pages_of_a_search_by_cursor_follow_each_other() -> None:
    here = directory("plain")
    types = [here.type("User")]
    with here.provider:
        for name in ("ann", "bob"):
            query = {"filter": f'userName  eq "{name}"', "cursor": "", "count": "1"}
            request, position = here.service.read_search_query(types, query)
            cursor = here.service.seal_position(types, request, {"d": "next"})
            assert position is None
            assert here.service.read_search_query(types, {**query, "cursor": str(cursor)})[1] == {"d": "next"}


def test_clients_that_invent_forms_fill_no_memory() -> None:
    here = directory("plain")
    forms = SearchForms(Reads(here))
    with here.provider:
        for number in range(MAX_REMEMBERED + 10):
            for _ in range(2):
                forms.read([here.type("User")], {"filter": 'title eq "a"', "attributes": f"x{number}"})
    assert 0 < len(forms) <= MAX_REMEMBERED


def test_a_search_that_never_comes_again_is_read_once() -> None:
    here = directory("plain")
    reads = Reads(here)
    forms = SearchForms(reads)
    with here.provider:
        for number in range(1, 6):
            forms.read([here.type("User")], {"filter": 'title eq "a"', "startIndex": str(number)})
    assert reads.number == 5
    assert len(forms) == 0
