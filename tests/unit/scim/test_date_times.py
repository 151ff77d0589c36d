"""Dates and times as clients send them."""

import copy
from datetime import UTC, datetime

import pytest

from lambdas.scim.extensions.date_times import SentDateTime


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-31T08:00:00Z",
        "2030-01-31T08:00:00",
        "2030-01-31T08:00:00.0000000Z",
        "2030-01-31t08:00:00z",
        "2030-01-31T09:00:00+01:00",
    ],
)
def test_one_moment_has_many_texts_and_keeps_its_own(text: str):
    moment = SentDateTime.read(text)
    assert str(moment) == text
    assert moment == datetime(2030, 1, 31, 8, tzinfo=UTC)
    assert hash(moment) == hash(SentDateTime.read("2030-01-31T08:00:00Z"))
    assert str(copy.deepcopy(moment)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2030-01-31",
        "08:00",
        "7",
        "2030-02-30T08:00:00Z",
        "2030-01-31T08:00:60Z",
        "2030-01-31 08:00:00Z",
        "tomorrow",
    ],
)
def test_what_is_no_date_and_time_is_none(text: str):
    with pytest.raises(ValueError, match="not a date and time"):
        SentDateTime.read(text)


def test_a_moment_equals_a_text_that_means_it():
    moment = SentDateTime.read("2030-01-31T08:00:00Z")
    assert moment == "2030-01-31T09:00:00+01:00"
    assert moment != "2030-01-31T09:00:00Z"
    assert moment != "tomorrow"
