"""`scimctl connections expect`: after how much silence a connection counts as stalled."""

from typing import Any

import pytest

from lambdas.credentials.store import ConnectionStore
from lambdas.environment import file as settings
from tests.unit.scimctl import operators
from tests.unit.scimctl.operators import refused, scimctl

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def store(deployed: ConnectionStore) -> ConnectionStore:
    return deployed


def run(*arguments: str) -> dict[str, Any]:
    return operators.told(*arguments)


def make() -> dict[str, Any]:
    return run("connections", "create", "--label", "Entra ID")


def watched() -> None:
    path = settings.ENVIRONMENTS / "acme.toml"
    path.write_text(f"{path.read_text()}[watch]\nsilent_hours = 6\n")


def test_an_operator_sets_the_silence_after_which_a_connection_is_stalled(store: ConnectionStore) -> None:
    watched()
    made = make()
    for silence, hours in (("12h", 12), ("2d", 48), ("never", 0), ("default", None)):
        told = run("connections", "expect", made["connection"], "--silence", silence)
        connection = store.connection(made["connection"])
        assert connection is not None
        assert told["silent_hours"] == connection.silent_hours == hours
    run("connections", "expect", made["connection"], "--silence", "never")
    again = run("connections", "regenerate", made["connection"], "--yes")
    assert again["silent_hours"] == 0
    shown = scimctl("connections", "expect", again["connection"], "--environment", "acme").stdout
    assert "counts as stalled after 6 silent hours" in shown


@pytest.mark.parametrize("silence", ["90m", "0h", "169h", "soon"])
def test_a_silence_that_is_no_whole_number_of_hours_is_refused(store: ConnectionStore, silence: str) -> None:
    watched()
    made = make()
    result = scimctl("connections", "expect", made["connection"], "--silence", silence, "--environment", "acme")
    assert result.exit_code == 2
    connection = store.connection(made["connection"])
    assert connection is not None
    assert connection.silent_hours is None


def test_without_the_table_a_silence_has_no_effect_and_is_refused(store: ConnectionStore) -> None:
    made = make()
    assert "has no table [watch]" in refused("connections", "expect", made["connection"], "--environment", "acme")
