"""A deferred module is loaded once, at the first use of one of its attributes, also by many threads."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType

import pytest

from lambdas.imports import defer

THREADS = 8

SLOW = """
import time
first = object()
time.sleep(0.05)
last = first
"""

FAILS_ONCE = """
from pathlib import Path
early = 1
fails = Path(__file__).with_name("fails")
if fails.exists():
    fails.unlink()
    raise OSError("not now")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that modules are imported from, and which is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def deferred(folder: Path, name: str, text: str) -> ModuleType:
    """Write a module, and return it deferred."""
    (folder / f"{name}.py").write_text(text)
    defer(name)
    return sys.modules[name]


def test_threads_that_use_a_deferred_module_at_once_all_get_the_attribute(folder: Path) -> None:
    module = deferred(folder, "deferred_and_slow", SLOW)
    barrier = Barrier(THREADS)

    def use(_: int) -> object:
        barrier.wait()
        return module.last

    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(use, range(THREADS)))
    assert found == [module.first] * THREADS
    assert type(module) is ModuleType


def test_a_deferred_module_whose_load_failed_is_loaded_at_its_next_use(folder: Path) -> None:
    (folder / "fails").touch()
    module = deferred(folder, "deferred_and_failing", FAILS_ONCE)
    with pytest.raises(OSError, match="not now"):
        _ = module.early
    assert "early" not in vars(module)
    assert sys.modules["deferred_and_failing"] is module
    assert module.early == 1


def test_a_deferred_module_may_ask_for_its_own_attributes_while_it_loads(folder: Path) -> None:
    text = "import deferred_and_curious as own\nfound = hasattr(own, 'later')\nlater = 1\n"
    module = deferred(folder, "deferred_and_curious", text)
    assert (module.found, module.later) == (False, 1)


def test_a_deferred_module_that_does_not_have_an_attribute_says_so(folder: Path) -> None:
    module = deferred(folder, "deferred_and_empty", "")
    with pytest.raises(AttributeError, match="deferred_and_empty"):
        _ = module.missing
