"""The table below the store: what is sent again, what takes effect once, and what is given up."""

from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas import retrying as backoff
from lambdas.retrying import OutOfTimeError
from lambdas.store import actions
from lambdas.store.keys import Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed, OptionalAction, TooLarge
from tests.storage.faults import KINDS, Fault, FaultyClient, QuickClock

KEY = Key("acme#COUNT#User", "00")
OTHER = Key("acme#COUNT#User", "01")
ABSENT = Key("acme#COUNT#User", "02")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "time", QuickClock())


@pytest.fixture
def table(new_table: Callable[[], Table]) -> Table:
    return new_table()


def with_fault(table: Table, fault: Fault, kind: int = 0, *, patient: bool = True) -> Table:
    """The same table, whose first call has a fault."""
    return Table(FaultyClient(table.client, fault, 1, kind), table.name, patient=patient)


def counted(table: Table) -> int:
    item = table.get(KEY)
    return int(item["n"]["N"]) if item else 0


@pytest.mark.parametrize("kind", range(KINDS))
@pytest.mark.parametrize("fault", [Fault.LOST_ONCE, Fault.SILENT_ONCE])
def test_a_transaction_that_is_sent_again_takes_effect_once(table: Table, fault: Fault, kind: int) -> None:
    faulty = with_fault(table, fault, kind)

    faulty.transact([actions.count(KEY, 1)])

    assert counted(table) == 1
    assert faulty.meter.calls == 2


@pytest.mark.parametrize("kind", range(KINDS))
def test_a_transaction_whose_answer_was_lost_takes_effect_once_when_its_retry_meets_contention(
    table: Table, kind: int
) -> None:
    faulty = with_fault(table, Fault.SILENT_THEN_CONTENDED, kind)

    faulty.transact([actions.put_new({**key_of(OTHER), "n": {"N": "1"}}), actions.count(KEY, 1)])

    assert (counted(table), faulty.meter.calls) == (1, 3)


def test_an_item_of_more_than_400_kb_is_refused_by_its_place(table: Table) -> None:
    big = {":big": {"S": "x" * 409_600}}
    update = {"Update": {"Key": key_of(OTHER), "UpdateExpression": "SET big = :big", "ExpressionAttributeValues": big}}

    with pytest.raises(TooLarge) as refused:
        table.transact([actions.count(KEY, 1), update])
    assert refused.value.positions == [1]
    with pytest.raises(TooLarge):
        table.write(update)
    with pytest.raises(TooLarge):
        table.write(actions.put({**key_of(OTHER), "big": {"S": "x" * 409_600}}))
    assert (counted(table), table.get(OTHER)) == (0, None)


def test_a_transaction_of_more_than_4_mb_is_refused_as_a_whole(table: Table) -> None:
    puts = [actions.put({**key_of(Key("acme#X", str(each))), "big": {"S": "x" * 300_000}}) for each in range(14)]

    with pytest.raises(TooLarge) as refused:
        table.transact(puts)
    assert refused.value.positions == []


@pytest.mark.parametrize("kind", range(KINDS))
def test_a_transaction_that_never_gets_an_answer_took_effect_once_at_most(table: Table, kind: int) -> None:
    with pytest.raises(OutOfTimeError):
        with_fault(table, Fault.SILENT, kind).transact([actions.count(KEY, 1)])
    with pytest.raises(OutOfTimeError):
        with_fault(table, Fault.LOST, kind).transact([actions.count(KEY, 1)])

    assert counted(table) == 1


@pytest.mark.parametrize("kind", range(KINDS))
def test_a_read_is_asked_again_until_the_time_is_up(table: Table, kind: int) -> None:
    table.transact([actions.count(KEY, 1)])

    assert counted(with_fault(table, Fault.LOST_ONCE, kind)) == 1
    with pytest.raises(OutOfTimeError):
        counted(with_fault(table, Fault.LOST, kind))


def test_an_operators_command_is_told_at_once_that_nothing_answers(table: Table) -> None:
    faulty = with_fault(table, Fault.LOST, kind=2, patient=False)

    with pytest.raises(EndpointConnectionError):
        counted(faulty)
    assert faulty.meter.calls == 1


def test_a_snapshot_gives_each_key_its_item_or_none(table: Table) -> None:
    table.transact([actions.count(KEY, 1)])
    other = Key("acme#COUNT#User", "ff")

    there, absent, again = table.snapshot([KEY, other, KEY])

    assert there is not None
    assert there == again
    assert absent is None


def test_a_scan_gives_the_items_of_one_prefix_only(table: Table) -> None:
    table.transact([actions.count(Key(pk, "00"), 1) for pk in ("acme#COUNT#User", "acme-2#COUNT#User")])

    assert [item["pk"]["S"] for page in table.scan("acme#") for item in page] == ["acme#COUNT#User"]


def test_an_optional_action_whose_condition_does_not_hold_is_left_out_and_the_rest_is_written(table: Table) -> None:
    gone = OptionalAction(actions.delete_existing(ABSENT))
    table.transact([actions.count(KEY, 1), gone, actions.count(OTHER, 1)])
    assert counted(table) == 1
    assert table.get(OTHER) is not None


def test_an_optional_action_whose_condition_holds_is_written_with_the_rest(table: Table) -> None:
    table.transact([actions.count(OTHER, 1)])
    table.transact([actions.count(KEY, 1), OptionalAction(actions.delete_existing(OTHER))])
    assert counted(table) == 1
    assert table.get(OTHER) is None


def test_only_a_condition_that_is_needed_is_told_with_its_place_among_all_actions(table: Table) -> None:
    table.transact([actions.count(KEY, 1)])
    gone = OptionalAction(actions.delete_existing(ABSENT))
    with pytest.raises(ConditionFailed) as failure:
        table.transact([gone, actions.put_new({**key_of(KEY), "n": {"N": "9"}})])
    assert failure.value.failed == [1]
    assert failure.value.items[1]["n"] == {"N": "1"}
    assert counted(table) == 1


def test_nothing_is_written_when_every_action_is_optional_and_none_holds(table: Table) -> None:
    table.transact([OptionalAction(actions.delete_existing(each)) for each in (OTHER, ABSENT)])
    assert table.get(OTHER) is None
