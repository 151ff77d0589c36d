"""`scimctl console sessions`: the same people and the same act as in the console."""

import pytest

from lambdas.credentials.sessions import Role, Sessions
from lambdas.environment import file as settings
from tests.unit.scimctl.commands.conftest import Acme

CONSOLE = """
[console]
authority = "https://login.example.com"
client_id = "console"
"""


@pytest.fixture
def sessions(acme: Acme) -> Sessions:
    with (settings.ENVIRONMENTS / "acme.toml").open("a") as file:
        file.write(CONSOLE)
    return Sessions(acme.directory.table)


def test_the_people_who_are_signed_in_are_listed_with_their_sessions(acme: Acme, sessions: Sessions):
    sessions.begin("s-1", "tim@vendor.example", Role.TECHNICIAN)
    sessions.begin("s-1", "tim@vendor.example", Role.TECHNICIAN)
    sessions.begin("s-2", "ada@vendor.example", Role.ADMINISTRATOR)
    listed = {each["subject"]: each for each in acme.json("console", "sessions", "list")["signed_in"]}
    assert {subject: (each["roles"], each["sessions"]) for subject, each in listed.items()} == {
        "s-1": (["technician"], 2),
        "s-2": (["administrator"], 1),
    }
    assert "tim@vendor.example" in acme.told("console", "sessions", "list")


def test_a_person_is_signed_out_after_a_question_and_it_is_recorded(acme: Acme, sessions: Sessions):
    session = sessions.begin("s-1", "tim@vendor.example", Role.TECHNICIAN)
    assert "Nothing was changed" in acme.refused("console", "sessions", "end", "tim@vendor.example", answer="n\n")
    assert sessions.read(session.id)
    assert "have ended" in acme.told("console", "sessions", "end", "TIM@vendor.example", "--yes")
    assert sessions.read(session.id) is None
    (made,) = acme.records()
    assert (made["action"], made["resource_name"]) == ("end sessions", "tim@vendor.example")
    assert "is not signed in" in acme.refused("console", "sessions", "end", "tim@vendor.example", "--yes")


def test_of_two_people_of_one_name_the_subject_chooses(acme: Acme, sessions: Sessions):
    first, second = (sessions.begin(each, "Tim", Role.TECHNICIAN) for each in ("s-1", "s-2"))
    assert "Use the subject of one of them" in acme.refused("console", "sessions", "end", "Tim", "--yes")
    acme.told("console", "sessions", "end", "s-1", "--yes")
    assert sessions.read(first.id) is None
    assert sessions.read(second.id)


def test_an_environment_without_a_console_says_so(acme: Acme):
    assert "has no console" in acme.refused("console", "sessions", "list")
