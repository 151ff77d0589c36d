"""Answers of a large directory: sent compressed, or refused with how to ask; never larger or slower than Lambda allows."""

import base64
import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from scim2_models import TooManyException
from scim2_server.requests import ScimRequest

from benchmarks.bounds import PATCH
from benchmarks.places import TablePlace, request
from lambdas.api.responses import write_answer
from lambdas.store import limits
from support.engines import engine_name
from tests.storage.conftest import CROWDS

pytestmark = pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that imports so many items")

LAMBDA_ANSWER_BYTES = 6_291_556
"""What a function may return (AWS limit), as JSON."""


@pytest.fixture(scope="module")
def place(crowds: Any) -> TablePlace:
    return TablePlace(crowds, CROWDS[-1])


def taking_gzip(asked: ScimRequest) -> ScimRequest:
    return replace(asked, headers=[*asked.headers, ("Accept-Encoding", "gzip")])


def test_a_group_of_100000_is_answered_compressed_and_refused_in_words_otherwise(place: TablePlace) -> None:
    asked = request("GET", f"/Groups/{place.dataset.group}")
    response = place.serve(asked)

    answer = write_answer(response, taking_gzip(asked))
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert len(json.dumps(answer)) < LAMBDA_ANSWER_BYTES
    members = json.loads(gzip.decompress(base64.b64decode(answer["body"])))["members"]
    assert len({each["value"] for each in members}) == place.dataset.members == 100_000
    assert set(members[0]) == {"value", "$ref", "type"}

    with pytest.raises(TooManyException, match=r"members\.value"):
        write_answer(response, asked)


def test_the_ids_of_100000_members_are_answered_even_uncompressed(place: TablePlace) -> None:
    asked = request("GET", f"/Groups/{place.dataset.group}", attributes="members.value")
    answer = write_answer(place.serve(asked), asked)

    assert len(json.dumps(answer)) < LAMBDA_ANSWER_BYTES
    members = json.loads(answer["body"])["members"]
    assert len(members) == 100_000
    assert set(members[0]) == {"value"}


UNKEYED = pytest.mark.parametrize(
    "query", [{"filter": 'title eq "Engineer"'}, {"sortBy": "userName"}], ids=["filter", "sort"]
)


@UNKEYED
def test_what_no_key_serves_is_refused_by_the_counts_alone_among_100000_users(
    place: TablePlace, query: dict[str, str]
) -> None:
    place.meter.reset()
    with pytest.raises(TooManyException, match=r"userName.* with eq.*30,000.*100,"):
        place.send("GET", "/Users", count=10, **query)
    assert (place.meter.calls, place.meter.read_units <= 3) == (1, True)


@UNKEYED
def test_what_no_key_serves_reads_no_more_pages_than_its_limit(
    place: TablePlace, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    monkeypatch.setattr(limits, "MAX_SCANNED", 1_000_000)
    monkeypatch.setattr(limits, "SCAN_PAGES", 2)
    place.meter.reset()
    with pytest.raises(TooManyException, match="too large"):
        place.send("GET", "/Users", count=10, **query)
    assert place.meter.calls == 4
    assert place.meter.read_units < 3 * 260 + 3


def test_a_patch_that_compares_the_names_of_100000_members_is_refused_after_10001(place: TablePlace) -> None:
    group = f"/Groups/{place.dataset.group}"
    operation = {"op": "remove", "path": 'members[display eq "x"]'}
    place.meter.reset()
    with pytest.raises(TooManyException, match="by their ids"):
        place.send("PATCH", group, {"schemas": [PATCH], "Operations": [operation]})
    assert place.meter.calls <= 4
    assert place.meter.read_units < 300
