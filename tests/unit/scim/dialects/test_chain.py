"""The chain of dialects: it contains all of them, each with examples that hold, tests of its name and a row for contributors."""

import doctest
import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lambdas.scim import dialects
from lambdas.scim.dialects.chain import CHAIN
from lambdas.scim.models import User
from tests.protocol.replay import scripts
from tests.unit.scim.dialect_models import CUSTOM, ENTERPRISE, GROUP, OPEN, OPENED, USER

ROOT = Path(__file__).parents[4]
FILES = (
    *("messages", "operations", "attribute_names", "filters"),
    *("ignored_attributes", "value_shapes", "booleans_numbers_dates"),
)
"""What a deviation can be in: the public functions of these files are the dialects, but for those that serve them."""

SERVING = {"open_names_in", "is_not_kept"}


def dialects_of(file: str) -> list[Callable[..., Any]]:
    module = import_module(f"lambdas.scim.dialects.{file}")
    return [
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and name not in SERVING
    ]


DIALECTS = {function.__name__: function for file in FILES for function in dialects_of(file)}


def test_the_chain_contains_every_dialect() -> None:
    assert {function.__name__ for stage in CHAIN for function in stage} == set(DIALECTS)


def test_the_package_holds_nothing_but_dialects_and_what_runs_them() -> None:
    on_request = {"groups_as_roles"}  # where an environment asks for it
    runs_them = {
        "__init__",
        "chain",
        "expression_reader",
        "filter_grammar",
        "object_reader",
        "operation_reader",
        "reading",
        "schema",
    }
    assert {file.stem for file in Path(str(dialects.__file__)).parent.glob("*.py")} == {*FILES, *runs_them, *on_request}


EXTENSIONS = {"E": ENTERPRISE, "X": CUSTOM, "M": OPEN}
"""The extensions of the examples' users, by the short names that the examples give their URNs."""

MODELS = {**USER.get_extension_models(), **OPENED.get_extension_models()}
EXTENDED: Any = User[MODELS[ENTERPRISE] | MODELS[CUSTOM] | MODELS[OPEN]]


def written_out(payload: Any) -> Any:
    return each_text(payload, lambda text: re.sub(r"\b[EXM](?=[:.]|$)", lambda match: EXTENSIONS[match[0]], text))


def shortened(payload: Any) -> Any:
    names = {urn: name for name, urn in EXTENSIONS.items()}
    urns = re.compile("|".join(map(re.escape, names)))
    return each_text(payload, lambda text: urns.sub(lambda match: names[match[0]], text))


def each_text(payload: Any, change: Callable[[str], str]) -> Any:
    if isinstance(payload, dict):
        return {change(key): each_text(item, change) for key, item in payload.items()}
    if isinstance(payload, list):
        return [each_text(item, change) for item in payload]
    return change(payload) if isinstance(payload, str) else payload


def read_operation(sent: Any, model: Any) -> Any:
    read = dialects.read_patch({"Operations": [written_out(sent)]}, model)["Operations"]
    return shortened(read[0] if len(read) == 1 else read)


EXAMPLES = {
    "user": lambda sent: shortened(dialects.read_resource(written_out(sent), EXTENDED)),
    "group": lambda sent: shortened(dialects.read_resource(written_out(sent), GROUP)),
    "operation": lambda sent: read_operation(sent, EXTENDED),
    "group_operation": lambda sent: read_operation(sent, GROUP),
    "filtered": lambda sent: shortened(dialects.read_filter(written_out(sent), [EXTENDED, GROUP])),
    "query": lambda sent: shortened(dialects.read_query(written_out(sent), [EXTENDED, GROUP])),
}
"""What the examples call: each reads a payload by the whole chain."""


@pytest.mark.parametrize("name", DIALECTS)
def test_the_payload_after_a_dialect_is_what_its_examples_show(name: str) -> None:
    (examples,) = doctest.DocTestFinder(recurse=False).find(DIALECTS[name], name, globs=dict(EXAMPLES))
    assert examples.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_cites_where_it_was_seen_and_has_tests_of_its_name(name: str) -> None:
    assert re.search(r"idp-behaviour|field report", DIALECTS[name].__doc__ or "")
    tests = "".join(each.read_text() for each in Path(__file__).parent.glob("test_*.py"))
    assert f"def test_{name}_" in tests


def test_every_dialect_has_a_row_for_contributors_and_every_row_a_dialect() -> None:
    text = (ROOT / "docs" / "contributor" / "clients.md").read_text()
    rows = re.findall(r"^\| \[(\w+)\]\(../../lambdas/scim/dialects/(\w+)\.py\)", text, re.MULTILINE)
    assert sorted(rows) == sorted((name, function.__module__.rpartition(".")[2]) for name, function in DIALECTS.items())


def test_every_known_case_has_scripts_that_show_it() -> None:
    text = (ROOT / "docs" / "contributor" / "client-cases.md").read_text()
    rows = {int(row[1]): row[0] for row in re.finditer(r"^\| (\d+) \|.*$", text, re.MULTILINE)}
    assert set(rows) == set(range(1, 78))
    by_name = {script.name: script for script in scripts()}
    for number, row in rows.items():
        named = re.findall(r"\.\./tests/protocol/clients/(\S+)\.json", row)
        assert named, number
        assert all(number in by_name[name].cases for name in named), number
