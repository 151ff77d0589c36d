"""The benchmarks run, and write tables that name no place of the machine: with small directories here, each once."""

import importlib.util
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import (
    answers,
    bounds,
    changes,
    checkouts,
    console,
    cost,
    events,
    imports,
    month,
    operations,
    pages,
    reports,
    speed,
)
from benchmarks.operations import Operation
from benchmarks.peers import comparison
from support.datasets import Dataset, engine_with
from support.engines import ROOT, engine_name

RUNS: dict[str, Callable[[], Path]] = {
    "cost": lambda: cost.run((3, 5)),
    "pages": lambda: pages.run((400,)),
    "changes": lambda: changes.run((5, 50)),
    "month": lambda: month.run((1_000,)),
    "events": lambda: events.run((3, 250)),
    "speed": lambda: speed.run((3, 5), (3,), rounds=1),
    "import": lambda: imports.run(rounds=1),
    "bounds": lambda: bounds.run((2, 4)),
    "answers": lambda: answers.run(30, 2, 5, 100),
    "console": lambda: console.run((10, 12), (10, 20), rounds=1),
    "peers": lambda: comparison.run(lives=1, repeats=1),
}


FOR_A_RELEASE = ("peers", "answers", "bounds")
"""Benchmarks that take more than all others together, also with small directories. Their types are checked in every run."""


@pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that counts capacity units as AWS does")
@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=[pytest.mark.full] * (each in FOR_A_RELEASE)) for each in RUNS]
)
def test_a_benchmark_writes_its_report(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(pages, "SAMPLES", 3)
    quickest = (imports.BARE, imports.MODELS, "authorizer")
    monkeypatch.setattr(imports, "IMPORTS", {each: imports.IMPORTS[each] for each in quickest})
    report = RUNS[name]()
    text = report.read_text()

    assert report == tmp_path / "results" / f"{name}.md"
    assert text.startswith("# What ")
    assert str(ROOT) not in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert tables
    for table in tables:
        assert len({line.count("|") for line in table}) == 1
        assert len(table) > 2


def test_a_report_names_the_version_of_python_that_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "RESULTS", tmp_path)
    here = platform.python_version()
    assert f" with Python {here} by " in reports.write("one", "What one takes").read_text()
    assert " with Python 3.13.0 by " in reports.write("one", "What one takes", python="3.13.0").read_text()
    assert imports.version_of(sys.executable) == here


@pytest.mark.full
@pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that starts in a second")
def test_operations_run_in_turns_in_another_checkout_and_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("get user", "patch e-mail", "page of 50")
    monkeypatch.setattr(checkouts, "ROWS", {name: checkouts.ROWS[name] for name in names})
    monkeypatch.setattr(checkouts, "WARM_ROUNDS", 1)
    header, _, *lines = checkouts.compare(ROOT, rounds=1).splitlines()
    assert header.split(" | ")[1:] == ["before", "now", "ratio |"]
    assert [line.split(" | ")[0] for line in lines] == [f"| {name}" for name in names]
    assert all(float(cell) > 0 for line in lines for cell in line.strip("| ").split(" | ")[1:])


def test_a_folder_that_is_no_checkout_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no checkout of this project: it has no package lambdas") as raised:
        checkouts.compare(tmp_path)
    assert str(tmp_path) in str(raised.value)


def test_a_checkout_that_lacks_a_module_does_not_run_that_of_another(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in checkouts.PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "benchmarks" / "places.py").write_text("import scimctl\n")
    process = checkouts.CheckoutProcess(tmp_path, "http://127.0.0.1:1")
    try:
        with pytest.raises(RuntimeError) as raised:
            process.seconds(operations.read_user)
    finally:
        process.end()
    assert str(raised.value) == f"read_user failed in {tmp_path}"
    assert "No module named 'scimctl'" in capfd.readouterr().err


def test_the_checkout_that_is_measured_first_is_another_in_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    class Recorded(checkouts.CheckoutProcess):
        def __init__(self, name: str, seconds: float) -> None:
            self.name, self.took = name, seconds

        def seconds(self, operation: Operation) -> float:
            measured.append(self.name)
            return self.took

    monkeypatch.setattr(checkouts, "ROWS", {"get user": operations.read_user})
    assert checkouts._medians([Recorded("before", 2), Recorded("now", 1)], 3) == {"get user": [2, 1]}
    assert measured == ["before", "now", "now", "before", "before", "now"]


@pytest.mark.parametrize("statement", [each.statement for each in imports.IMPORTS.values()])
def test_the_import_benchmark_imports_what_exists(statement: str) -> None:
    for imported in re.findall(r"(?:^|; )(?:import|from) (\S+)", statement):
        assert importlib.util.find_spec(imported.rstrip(";"))


@pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that counts capacity units as AWS does")
def test_the_sweep_of_a_deleted_group_publishes_an_event_for_a_hundred_members_and_reads_nothing() -> None:
    dataset = Dataset(250)
    with engine_with(dataset) as client:
        published = events.Stream(client, dataset).sweep()
    users = [user for each in published.events for user in each.payload["users"]]
    assert (len(users), len(set(users))) == (250, 250)
    assert (published.calls, len(published.events), published.requests) == (3, 3, 3)
    assert (published.cost.calls, published.cost.read) == (0, 0)
    assert max(each.size(events.SOURCE) for each in published.events) < events.EVENT_BYTES


@pytest.mark.parametrize("name", RUNS)
def test_a_report_of_a_real_run_is_kept(name: str) -> None:
    assert f"BENCH={name}" in (ROOT / "benchmarks" / "results" / f"{name}.md").read_text()


def test_a_table_has_a_cell_for_each_column() -> None:
    assert reports.table(["a", "b"], [["1", "2"]]).splitlines() == ["| a | b |", "| --- | ---: |", "| 1 | 2 |"]


@pytest.mark.parametrize(("smallest", "largest", "text"), [(2, 2, "1"), (2, 3, "1.50"), (0, 5, "-"), (0, 0, "1")])
def test_growth_is_how_many_times_as_much(smallest: float, largest: float, text: str) -> None:
    assert reports.growth(smallest, largest) == text


@pytest.mark.parametrize(("value", "text"), [(6.0, "6"), (0.5, "0.5"), (2370.0, "2,370")])
def test_units_are_written_as_people_do(value: float, text: str) -> None:
    assert reports.units(value) == text


def rows(path: Path, heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading, by their first cell."""
    table = path.read_text().partition(f"\n{heading}\n")[2].partition("\n| ---")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    return {first: rest for first, *rest in cells}


def test_the_docs_tell_what_the_reports_do() -> None:
    """What docs/operator/scale.md quotes of a table is what the table says."""
    docs, results = ROOT / "docs" / "operator" / "scale.md", ROOT / "benchmarks" / "results"
    months = rows(results / "month.md", "## A month, in USD")
    first = rows(results / "month.md", "## The first cycle, once, in USD")
    quoted = rows(docs, "## What a directory costs in a month")
    assert quoted.keys() == months.keys() == first.keys()
    for users, (requests, in_requests, storage, together, begin) in quoted.items():
        measured = [months[users][0], months[users][-2], months[users][-1]]
        assert [requests, storage, together.removesuffix(" USD")] == measured
        assert float(in_requests) + float(storage) == pytest.approx(float(together.removesuffix(" USD")))
        assert float(begin.removesuffix(" USD")) == pytest.approx(float(first[users][-1]), rel=0.03)
    for number, report in {
        "2,614 units": "cost",
        "220 read units": "pages",
        "885": "pages",
        "2.4 calls": "pages",
    }.items():
        assert number in docs.read_text()
        assert number.split()[0] in (results / f"{report}.md").read_text()


BESIDE_BARE_CALLS = (
    '`GET /Users?filter=userName eq "x"`, miss',
    '`GET /Users?filter=userName eq "x"`, hit',
    "`GET /Users/{id}`, in no group",
    "`POST /Users`",
    "`PATCH /Users/{id}`, title",
    "`PATCH /Groups/{id}`, add 1 member",
    "`PATCH /Groups/{id}`, remove 1 member",
    "`DELETE /Users/{id}`, in no group",
)
"""The operations whose ratios docs/operator/scale.md sums up."""


SPEED = ROOT / "benchmarks" / "results" / "speed.md"


def test_the_docs_quote_what_adding_and_removing_a_member_takes() -> None:
    ratios = rows(SPEED, "## Adding and removing one member").values()
    add, remove = (float(in_memory.replace(",", "")) for _, in_memory in ratios)
    text = " ".join((ROOT / "docs" / "operator" / "scale.md").read_text().split())
    assert f"takes {add:.0f} times as long with 10,000 members as with 10, and {remove:.0f} times to remove one" in text


def test_the_docs_quote_what_operations_take_beside_their_bare_calls() -> None:
    bare = {name: float(cells[-1]) for name, cells in rows(SPEED, "## Beside the bare calls").items()}
    least, *_, most = sorted(bare[each] for each in BESIDE_BARE_CALLS)
    page = bare["`GET /Users?startIndex=1&count=100`"]
    text = " ".join((ROOT / "docs" / "operator" / "scale.md").read_text().split())
    assert f"takes {least:.1f} to {most:.1f} times the CPU time of its DynamoDB calls alone" in text
    assert f"a page of 100 users {page:.1f} times" in text


def test_the_docs_quote_the_comparison_with_other_servers() -> None:
    (mix,) = rows(ROOT / "benchmarks" / "results" / "peers.md", "## The mix").values()
    ours, scim2_server, django, scimmy = mix
    text = " ".join((ROOT / "docs" / "operator" / "scale.md").read_text().split())
    assert f"answers {ours} requests of a mix of joining and leaving users" in text
    assert f"of scim2-server {scim2_server}, of django-scim2 {django}, of SCIMMY {scimmy}" in text
