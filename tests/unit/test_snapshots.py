"""What a snapshot keeps, and what each instance that is restored from it draws anew."""

import random
from collections.abc import Callable, Iterator

import pytest
import snapshot_restore_py

from lambdas import retrying, snapshots
from lambdas.retrying import Backoff


@pytest.fixture
def restore(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Start an instance from a snapshot that was taken when this fixture was made: its state, then the runtime's hooks."""
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", [])
    snapshots.reseed_after_restore()
    hooks = [*snapshot_restore_py._after_restore_registry]
    state = random.getstate()

    def start() -> None:
        random.setstate(state)
        for hook, arguments, keywords in hooks:
            hook(*arguments, **keywords)

    yield start
    random.seed()


def test_instances_of_one_snapshot_draw_different_numbers_so_that_botocore_s_retries_spread(restore):
    drawn = set()
    for _ in range(5):
        restore()
        drawn.add(random.random())  # noqa: S311 -- as botocore does
    assert len(drawn) == 5


def test_instances_of_one_snapshot_pause_differently_even_without_the_hook(monkeypatch: pytest.MonkeyPatch):
    state, pauses = random.getstate(), []
    monkeypatch.setattr(retrying.time, "sleep", pauses.append)
    for _ in range(5):
        random.setstate(state)
        Backoff().wait()
    assert len(set(pauses)) == 5


def test_work_before_the_snapshot_is_left_to_the_runtime(monkeypatch: pytest.MonkeyPatch):
    done = []
    monkeypatch.setattr(snapshot_restore_py, "_before_snapshot_registry", [])
    snapshots.before_snapshot(lambda: done.append("work"))
    ((hook, arguments, keywords),) = snapshot_restore_py._before_snapshot_registry
    assert done == []
    hook(*arguments, **keywords)
    assert done == ["work"]


def test_without_the_runtime_there_are_no_hooks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(snapshots, "register_before_snapshot", None)
    monkeypatch.setattr(snapshots, "register_after_restore", None)
    snapshots.before_snapshot(lambda: pytest.fail("nothing takes a snapshot"))
    snapshots.reseed_after_restore()
