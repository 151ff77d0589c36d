"""Which environments a fleet has, in which order and waves they are deployed, and what is remembered of it."""

import json
from pathlib import Path

import pytest

from lambdas.environment import file as settings
from lambdas.operations.problems import Problem
from scimctl.fleet.members import Member, Selection, select, wave_sizes, waves
from scimctl.fleet.progress_file import Progress, ProgressFile, Reached
from tests.unit.scimctl.operators import ACME, refused, scimctl

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture(autouse=True)
def _files(operator: None) -> None:
    """Four environments on AWS in two accounts, and one for the local cloud."""
    for name, account in (("acme", "1"), ("beta", "1"), ("gamma", "2"), ("delta", "2")):
        text = ACME.replace('"acme"', f'"{name}"').replace("123456789012", account * 12)
        (settings.ENVIRONMENTS / f"{name}.toml").write_text(text)


def names(members: list[Member]) -> list[str]:
    return [each.name for each in members]


def test_all_environments_on_aws_are_the_fleet_without_those_for_the_local_cloud() -> None:
    assert names(select(Selection())) == ["acme", "beta", "delta", "gamma"]


def test_names_choose_environments_and_their_order_once_each() -> None:
    assert names(select(Selection(["gamma", "acme", "gamma"]))) == ["gamma", "acme"]


def test_accounts_choose_environments_also_in_the_local_cloud() -> None:
    assert names(select(Selection(accounts=["222222222222"]))) == ["delta", "gamma"]
    assert names(select(Selection(accounts=["222222222222"], local=True))) == ["delta", "gamma"]


def test_a_file_for_the_local_cloud_alone_is_refused_on_aws_where_it_is_named() -> None:
    with pytest.raises(Problem, match="local is for the local cloud alone"):
        select(Selection(["local"]))
    assert names(select(Selection(["local"], local=True))) == ["local"]


def test_the_mistakes_of_all_files_are_reported_before_anything_begins() -> None:
    for name in ("acme", "gamma"):
        (settings.ENVIRONMENTS / f"{name}.toml").write_text(f'name = "{name}"')
    with pytest.raises(Problem) as raised:
        select(Selection())
    assert "acme.toml is invalid" in str(raised.value)
    assert "gamma.toml is invalid" in str(raised.value)


def test_placeholders_of_the_example_are_not_deployed() -> None:
    (settings.ENVIRONMENTS / "acme.toml").write_text(ACME)
    with pytest.raises(Problem, match="123456789012"):
        select(Selection(["acme"]))


def test_a_selection_without_an_environment_is_refused() -> None:
    assert "No environment is selected" in refused("fleet", "list", "--accounts", "999999999999")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([1], [1, 1, 1, 1]), ([1, 2], [1, 2, 1]), ([10], [4]), ([3, 1], [3, 1])],
)
def test_waves_have_the_sizes_asked_for_and_the_last_one_for_all_others(sizes: list[int], expected: list[int]) -> None:
    members = select(Selection())
    planned = waves(members, sizes)
    assert [len(each) for each in planned] == expected
    assert [each for wave in planned for each in wave] == members


@pytest.mark.parametrize("text", ["", "0", "1,0", "a", "1,,2", "-1"])
def test_waves_that_are_no_numbers_are_refused(text: str) -> None:
    with pytest.raises(Problem, match="--waves"):
        wave_sizes(text)


def test_only_what_passed_the_gate_with_the_same_template_is_current(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "fleet" / "progress.json")
    assert not file.is_current("acme", "a")
    for reached, current in ((Reached.DEPLOYED, False), (Reached.FAILED, False), (Reached.CHECKED, True)):
        file.write("acme", Progress(reached, "a"))
        again = ProgressFile(file.path)
        assert again.is_current("acme", "a") is current
        assert not again.is_current("acme", "b")
        assert not again.is_current("beta", "a")


def test_a_damaged_progress_file_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text('{"acme": {"reached": "somewhere"}}')
    with pytest.raises(Problem, match="Delete it"):
        ProgressFile(tmp_path / "progress.json")


def test_the_list_shows_what_the_last_deployment_reached(tmp_path: Path) -> None:
    ProgressFile(tmp_path / "progress.json").write("acme", Progress(Reached.FAILED, "a", why="x"))
    result = scimctl("fleet", "list", "--fleet-dir", str(tmp_path), "--output", "json")
    found = {each["name"]: each["reached"] for each in json.loads(result.stdout)["environments"]}
    assert found == {"acme": "failed", "beta": None, "gamma": None, "delta": None}
    assert "4 environments in 2 accounts and regions" in scimctl("fleet", "list", "--fleet-dir", str(tmp_path)).stdout
