"""Who is signed in to the console, and the end of another person's sessions."""

import re
import time

import pytest

from lambdas.console.app import Console
from lambdas.credentials import sessions
from lambdas.credentials.sessions import Role
from support.console_browser import Browser
from tests.unit.console.conftest import sign_in
from tests.unit.console.test_pages import records


def subject_of(page: str, name: str) -> str:
    """The subject in the form of a person's row."""
    row = page.partition(f'<span class="main">{name}</span>')[2].partition("</tr>")[0]
    found = re.search(r'name="subject" value="([^"]+)"', row)
    assert found, page
    return found[1]


def test_an_administrator_sees_who_is_signed_in_once_for_each_person(console: Console, ada: Browser, tim: Browser):
    sign_in(Browser(console), "tim")
    page = ada.get("/console/sessions").text
    assert page.count("tim@vendor.example</span>") == 1
    assert "2 sessions" in page
    assert page.count('<span class="tag">you</span>') == 1
    for secret in (*ada.cookies.values(), *tim.cookies.values()):
        assert secret not in page


def test_an_administrator_ends_all_sessions_of_another_person_which_is_recorded(
    console: Console, ada: Browser, tim: Browser
):
    second = Browser(console)
    sign_in(second, "tim")
    page = ada.get("/console/sessions")
    ended = ada.post(
        "/console/sessions/end", {"csrf": page.csrf, "subject": subject_of(page.text, "tim@vendor.example")}
    )
    assert ended.status == 303
    assert "have ended" in ada.get(ended.location).text
    assert [each.get("/console/environment").status for each in (tim, second)] == [303, 303]
    assert "tim@vendor.example" not in ada.get("/console/sessions").text
    (made,) = [each for each in records(console) if each.get("action") == "end sessions"]
    assert (made["operator"], made["resource_name"], made["detail"]) == (
        "ada@vendor.example",
        "tim@vendor.example",
        "2 sessions",
    )
    activity = ada.get("/console/activity/records").text
    assert "end sessions" in activity
    assert "tim@vendor.example" in activity
    again = Browser(console)
    assert sign_in(again, "tim").status == 303
    assert again.get("/console/environment").status == 200


def test_a_technician_is_neither_offered_the_sessions_nor_may_end_any(console: Console, ada: Browser, tim: Browser):
    page = ada.get("/console/sessions")
    subject = subject_of(page.text, "ada@vendor.example")
    offered = tim.get("/console/environment")
    assert "/console/sessions" not in offered.text
    assert tim.get("/console/sessions").status == 403
    assert tim.post("/console/sessions/end", {"csrf": offered.csrf, "subject": subject}).status == 403
    assert ada.get("/console/environment").status == 200


def test_ending_sessions_of_somebody_who_is_not_signed_in_changes_and_records_nothing(console: Console, ada: Browser):
    csrf = ada.get("/console/sessions").csrf
    for subject in ("nobody", ""):
        assert ada.post("/console/sessions/end", {"csrf": csrf, "subject": subject}).status == 409
    assert [each for each in records(console) if each.get("action")] == []


def test_the_form_of_a_person_whose_sessions_are_gone_signs_out_nobody_of_that_name(
    console: Console, ada: Browser, tim: Browser
):
    page = ada.get("/console/sessions")
    form = {"csrf": page.csrf, "subject": subject_of(page.text, "tim@vendor.example")}
    assert ada.post("/console/sessions/end", form).status == 303
    namesake = console.sessions.begin("subject-2", form["subject"].title(), Role.TECHNICIAN)
    assert ada.post("/console/sessions/end", form).status == 409
    assert console.sessions.read(namesake.id)
    ended = [each["resource_id"] for each in records(console) if each.get("action") == "end sessions"]
    assert ended == [form["subject"]]


def test_a_forged_form_ends_nobody_s_sessions(console: Console, ada: Browser, tim: Browser):
    page = ada.get("/console/sessions")
    subject = subject_of(page.text, "tim@vendor.example")
    forged = {"csrf": page.csrf, "subject": subject}
    assert ada.post("/console/sessions/end", forged, origin="https://evil.example").status == 403
    assert ada.post("/console/sessions/end", {**forged, "csrf": "x"}).status == 403
    assert tim.get("/console/environment").status == 200


def test_signing_out_everywhere_is_recorded_as_the_end_of_one_s_own_sessions(console: Console, tim: Browser):
    tim.post("/console/sign-out", {"csrf": tim.get("/console/environment").csrf, "everywhere": "1"})
    (made,) = [each for each in records(console) if each.get("action") == "end sessions"]
    assert made["operator"] == made["resource_name"] == "tim@vendor.example"


@pytest.mark.parametrize("seconds", [sessions.IDLE_SECONDS + 1, sessions.ABSOLUTE_SECONDS + 1])
def test_sessions_that_have_ended_are_not_listed(
    console: Console, tim: Browser, monkeypatch: pytest.MonkeyPatch, seconds: int
):
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + seconds)
    ada = Browser(console)
    sign_in(ada, "ada")
    page = ada.get("/console/sessions").text
    assert "ada@vendor.example</span>" in page
    assert "tim@vendor.example" not in page
