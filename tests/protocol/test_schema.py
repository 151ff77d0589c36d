"""A table of a newer schema: the functions answer 503 and change nothing until their version supports it."""

from typing import Any

from lambdas.store import schema
from lambdas.store.schema import schema_item
from lambdas.store.table import Table
from support.environments import environment_of
from support.tables import TABLE_NAME
from tests.protocol.client import Api
from tests.protocol.conftest import Records, endpoint


def started() -> Api:
    """An endpoint that has not checked the schema yet, as after a start."""
    return Api(endpoint(environment_of()))


def test_a_newer_schema_is_answered_with_503_and_a_sentence_for_the_operator(
    api: Api, table: Any, records: Records
) -> None:
    newer = schema.CURRENT + 1
    Table(table, TABLE_NAME).write({"Put": {"Item": schema_item(newer)}})
    fresh = started()
    answer = fresh.post("/Users", {"userName": "ann"})
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert f"schema {newer}" in answer.detail
    assert f"schema {newer}" in records.last()["detail"]
    Table(table, TABLE_NAME).write({"Put": {"Item": schema_item(schema.CURRENT)}})
    assert fresh.get("/Users").json["totalResults"] == 0


def test_the_check_costs_one_read_that_no_request_is_charged_for(api: Api, table: Any, records: Records) -> None:
    fresh = started()
    fresh.get("/Users?count=0")
    first = records.last()["dynamodb_calls"]
    fresh.get("/Users?count=0")
    assert records.last()["dynamodb_calls"] == first
