"""The record of a request is the line that Powertools' logger would write."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.api.observability import logger, write_record
from tests.examples import examples

values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text()))
names = st.sampled_from(["event", "request_id", "route", "changed", "detail", "_aws", "exception_name", "read_units"])


def lines(*records: dict[str, Any]) -> list[str]:
    """Return what Powertools' logger and :func:`write_record` write for records, without the time."""
    (handler,) = logger.handlers
    stream = io.StringIO()
    before = handler.setStream(stream)
    try:
        for each in records:
            logger.info(each["event"], **each)
            write_record(each)
    finally:
        handler.setStream(before)
    written = stream.getvalue().split("\n")[:-1]
    for each in written:
        assert json.loads(each)["timestamp"].endswith("+00:00")
    return [each.replace(json.loads(each)["timestamp"], "") for each in written]


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(names, values))
def test_a_record_is_written_as_the_logger_writes_it(fields: dict[str, Any]) -> None:
    by_logger, written = lines({**fields, "event": "scim.request"})
    assert written == by_logger


def test_a_lone_surrogate_is_written_as_its_json_escape_to_a_stream_of_utf_8() -> None:
    (handler,) = logger.handlers
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="utf-8", write_through=True)  # which closes what it wraps when it goes
    before = handler.setStream(stream)
    try:
        write_record({"event": "scim.request", "resource_name": "a\ud800b\N{LATIN SMALL LETTER E WITH ACUTE}"})
    finally:
        handler.setStream(before)
    assert b'"resource_name":"a\\ud800b\xc3\xa9"' in written.getvalue()
    assert json.loads(written.getvalue())["resource_name"] == "a\ud800b\N{LATIN SMALL LETTER E WITH ACUTE}"


def test_a_record_names_the_trace_of_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=1;Sampled=1")
    by_logger, written = lines({"event": "scim.request"})
    assert written == by_logger
    assert json.loads(written)["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


def test_a_record_below_the_level_is_not_written() -> None:
    level = logger.log_level
    logger.setLevel("WARNING")
    try:
        assert lines({"event": "scim.request"}) == []
    finally:
        logger.setLevel(level)
