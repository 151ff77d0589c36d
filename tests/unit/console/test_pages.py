"""What the pages show and change, and every request that they refuse."""

import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.console.app import Console
from lambdas.operations.resources import Resources
from lambdas.operations.watch_state import WatchState, write_state
from lambdas.store import schema
from lambdas.store.schema import SchemaCheck, schema_item
from lambdas.store.table import Table
from support.console_browser import ORIGIN, Answer, Browser

PAGES = ["", "/connections", "/users", "/groups", "/permission-sets", "/permission-sets/people", "/log", "/log/records"]
PAGES += ["/activity", "/activity/records", "/environment", "/day", "/users.csv"]
OF_PEOPLE = ["/users", "/users.csv", "/users/x", "/groups", "/groups/x", "/permission-sets", "/permission-sets/people"]
HOSTILE = '<script>alert(1)</script> "q" \u202egnp.exe \x1b[31m'


def records(console: Console) -> list[dict]:
    """What operators' changes left in the log."""
    group = console.settings.log_group_name
    events = console.connect("logs").filter_log_events(logGroupName=group)["events"]
    return [json.loads(each["message"]) for each in events]


def provision(console: Console, browser: Browser, kind: str, **attributes: object) -> str:
    """Create a resource as an identity provider would, through the operators' way to the directory."""
    from scim2_server.requests import ScimRequest

    from lambdas.console.requests import Request
    from lambdas.console.target import target_of
    from lambdas.scim.trace import Trace

    target = target_of(console.environment, console.settings, console.connect, "https://x", "test")
    directories = Resources(target).directories
    request = ScimRequest(
        method="POST",
        path=f"/{kind}s",
        query={},
        headers={"Content-Type": "application/scim+json"},
        body=json.dumps(attributes).encode(),
        base_url="https://x/v2/c",
    )
    response = directories.handle(console.environment.directory, request, Trace())
    assert response.status == 201, response.body
    assert Request is not None
    return str(response.body["id"])


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_an_administrator_and_protected(ada: Browser, path: str):
    answer = ada.get(f"/console{path}")
    assert answer.status == 200, answer.text
    assert answer.headers["cache-control"] == ["no-store"]
    assert answer.headers["referrer-policy"] == ["same-origin"]
    if path != "/users.csv":
        (policy,) = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'")
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


@pytest.mark.parametrize("path", OF_PEOPLE)
def test_a_technician_is_refused_pages_of_people(tim: Browser, path: str):
    assert tim.get(f"/console{path}").status == 403


def test_a_technician_is_not_offered_pages_of_people(tim: Browser):
    assert "/console/users" not in tim.get("/console").text


def test_an_unknown_page_is_404(ada: Browser):
    assert ada.get("/console/no-such-page").status == 404


def generate(browser: Browser, **form: str) -> Answer:
    return browser.post("/console/connections", {"csrf": browser.get("/console/connections").csrf, **form})


def test_a_generated_secret_is_shown_once_and_its_record_names_the_operator(console: Console, tim: Browser):
    answer = generate(tim, label="Entra ID")
    token = answer.value_of("secret-token")
    assert token.startswith("scim_")
    assert answer.value_of("header") == f"Bearer {token}"
    assert answer.value_of("password") == token
    assert token not in tim.get("/console/connections").text
    assert token not in tim.get(f"/console/connections/{answer.value_of('user-name')}").text
    assert token not in json.dumps(records(console))
    (made,) = [each for each in records(console) if each.get("action") == "create connection"]
    assert (made["operator"], made["service"]) == ("tim@vendor.example", "console")


def test_a_stalled_connection_needs_attention_until_it_is_used_again(console: Console, ada: Browser):
    made = generate(ada, label="Entra ID")
    connection = made.value_of("user-name")
    table = Table(console.connect("dynamodb"), console.settings.table_name)
    since = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    write_state(table, WatchState(stalled={connection: since}), since)
    assert "is stalled: no request was accepted since 2026-11-20 08:30 UTC" in ada.get("/console").text
    write_state(table, WatchState(), since)
    assert "is stalled" not in ada.get("/console").text


def test_a_form_without_the_session_s_token_changes_nothing(console: Console, ada: Browser, tim: Browser):
    foreign = tim.get("/console/connections").csrf
    for csrf in ("", "wrong", foreign):
        assert ada.post("/console/connections", {"csrf": csrf, "label": "x"}).status == 403
    assert "No identity provider" in ada.get("/console/connections").text


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", f"{ORIGIN}.evil.example"])
def test_a_form_from_elsewhere_changes_nothing(ada: Browser, origin: str | None):
    csrf = ada.get("/console/connections").csrf
    assert ada.post("/console/connections", {"csrf": csrf}, origin=origin).status == 403
    assert "No identity provider" in ada.get("/console/connections").text


def test_a_form_from_another_site_is_refused_whatever_its_origin_says(ada: Browser):
    csrf = ada.get("/console/connections").csrf
    assert ada.post("/console/connections", {"csrf": csrf}, **{"Sec-Fetch-Site": "cross-site"}).status == 403


def test_a_connection_is_disabled_enabled_regenerated_and_deleted(ada: Browser):
    connection = generate(ada, label="Okta").value_of("user-name")
    path = f"/console/connections/{connection}"
    for state in ("disabled", "enabled"):
        assert ada.post(f"{path}/state", {"csrf": ada.get(path).csrf, "state": state}).status == 303
        assert f'">{state}</span>' in ada.get(path).text
    replaced = ada.post(f"{path}/regenerate", {"csrf": ada.get(path).csrf})
    assert replaced.value_of("user-name") != connection
    assert ada.get(path).status == 409
    path = f"/console/connections/{replaced.value_of('user-name')}"
    assert ada.post(f"{path}/delete", {"csrf": ada.get(path).csrf}).status == 303
    assert "No identity provider" in ada.get("/console/connections").text


def test_a_technician_may_not_delete_a_connection(tim: Browser):
    path = f"/console/connections/{generate(tim, label='Okta').value_of('user-name')}"
    assert tim.post(f"{path}/delete", {"csrf": tim.get(path).csrf}).status == 403


def test_a_mapping_is_previewed_saved_and_is_the_reason_that_a_user_shows(console: Console, ada: Browser):
    user = provision(console, ada, "User", userName="grace@example.com")
    group = provision(console, ada, "Group", displayName="Sales", members=[{"value": user}])
    chosen = console.environment.permissions.sets[0]
    path = f"/console/groups/{group}"
    preview = ada.post(f"{path}/preview", {"csrf": ada.get(path).csrf, "set": chosen.id})
    assert "grace@example.com" in preview.text
    assert "mapped group Sales" not in ada.get(f"/console/users/{user}").text
    assert ada.post(f"{path}/sets", {"csrf": preview.csrf, "set": chosen.id}).status == 303
    shown = ada.get(f"/console/users/{user}").text
    assert chosen.name in shown
    assert "mapped group Sales" in shown


def test_a_user_is_found_disabled_and_deleted(console: Console, ada: Browser):
    user = provision(console, ada, "User", userName="grace@example.com", externalId="4711")
    for name in ("GRACE@example.com", "4711", user):
        assert f"/console/users/{user}" in ada.get(f"/console/users?q={name}").text
    path = f"/console/users/{user}"
    assert ada.post(f"{path}/state", {"csrf": ada.get(path).csrf, "state": "disabled"}).status == 303
    assert ">disabled<" in ada.get(path).text
    assert ada.post(f"{path}/delete", {"csrf": ada.get(path).csrf}).status == 303
    assert ada.get(path).status == 409


def test_one_member_is_found_in_a_group_by_each_of_its_names(console: Console, ada: Browser):
    member = provision(
        console, ada, "User", userName="grace", externalId="4711", emails=[{"value": "grace@example.com"}]
    )
    other = provision(console, ada, "User", userName="lise", emails=[{"value": "grace@example.com"}])
    group = provision(console, ada, "Group", displayName="Sales", members=[{"value": member}])
    for name in ("GRACE", "4711", member):
        text = ada.get(f"/console/groups/{group}?member={name}").text
        assert ">member</span>" in text, name
        assert f"/console/users/{member}" in text
    both = ada.get(f"/console/groups/{group}?member=grace@example.com").text
    for user, state in ((member, "member"), (other, "not a member")):
        assert f">{state}</span>" in both.partition(f"/console/users/{user}")[2].partition("</li>")[0]
    assert ">not a member</span>" in ada.get(f"/console/groups/{group}?member=lise").text
    assert "No user has exactly" in ada.get(f"/console/groups/{group}?member=nobody").text
    assert "grace" in ada.get(f"/console/groups/{group}?member=").text  # an empty search is none


def test_hostile_names_are_shown_harmless(console: Console, ada: Browser):
    user = provision(console, ada, "User", userName="mallory@example.com", displayName=HOSTILE, title="=1+1")
    for path in ("/console/users", f"/console/users/{user}"):
        text = ada.get(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text


def test_a_set_up_link_opens_once_and_generates_once(console: Console, ada: Browser):
    connection = generate(ada, label="Entra ID").value_of("user-name")
    path = f"/console/connections/{connection}"
    link = ada.post(f"{path}/set-up-link", {"csrf": ada.get(path).csrf}).value_of("link").replace("&amp;", "&")
    customer, scanner = Browser(console), Browser(console)
    for _ in range(3):
        assert scanner.get(link).status == 200  # opening it changes nothing
    text = link.partition("link=")[2]
    assert customer.post("/console/setup", {"link": text}, origin="https://evil.example").status == 410
    assert customer.post("/console/setup", {"link": text}).status == 303
    assert Browser(console).post("/console/setup", {"link": text}).status == 410
    steps = customer.get("/console/setup/steps?provider=okta")
    assert "SCIM connector base URL" in steps.text
    token = customer.post("/console/setup/generate", {"csrf": steps.csrf, "provider": "okta"})
    assert token.value_of("secret-token").startswith("scim_")
    assert customer.post("/console/setup/generate", {"csrf": steps.csrf}).status == 409
    assert customer.get("/console/setup/progress").status == 200
    assert customer.get("/console/connections").status == 303  # it is no sign-in to the console
    assert text not in json.dumps(records(console))


def test_a_set_up_link_ends_after_a_week_and_when_it_is_revoked(
    console: Console, ada: Browser, monkeypatch: pytest.MonkeyPatch
):
    from lambdas.console.set_up import links

    connection = generate(ada, label="Entra ID").value_of("user-name")
    path = f"/console/connections/{connection}"
    link = ada.post(f"{path}/set-up-link", {"csrf": ada.get(path).csrf}).value_of("link").replace("&amp;", "&")
    assert ada.post(f"{path}/revoke-set-up-link", {"csrf": ada.get(path).csrf}).status == 303
    assert Browser(console).get(link).status == 410
    link = ada.post(f"{path}/set-up-link", {"csrf": ada.get(path).csrf}).value_of("link").replace("&amp;", "&")
    later = time.time() + links.LINK_SECONDS + 1
    monkeypatch.setattr(links.time, "time", lambda: later)
    assert Browser(console).get(link).status == 410


def test_files_have_names_that_change_with_their_content_and_are_kept(browser: Browser):
    from lambdas.console.rendering import ASSETS

    assert {name for name, _ in ASSETS.values()} == {
        "console.css",
        "console.js",
        "htmx.min.js",
        "tabler.min.css",
        "theme.js",
    }
    for hashed in ASSETS:
        answer = browser.get(f"/console/static/{hashed}")
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"][0]
    assert browser.get("/console/static/tabler.min.css").status == 404


def test_a_newer_schema_is_a_page_that_says_what_to_deploy(console: Console, ada: Browser):
    console.table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    console.schema = SchemaCheck(console.table)  # as after a start: the sign-in was checked already
    answer = ada.get("/console/users")
    assert answer.status == 503
    assert f"has schema {schema.CURRENT + 1}" in answer.text


def log_request(console: Console, request_id: str, ago: timedelta) -> datetime:
    """Write the record of a refused request into the log, and return its time."""
    at = datetime.now(UTC) - ago
    record = {"event": "scim.request", "request_id": request_id, "method": "POST", "route": "/v2/{connection}/Users"}
    record |= {"status": 409, "scim_type": "uniqueness", "detail": "The name is taken.", "connection": "c"}
    event = {"timestamp": int(at.timestamp() * 1000), "message": json.dumps(record)}
    group = console.settings.log_group_name
    console.connect("logs").put_log_events(logGroupName=group, logStreamName="scim", logEvents=[event])
    return at


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("/log", "/log/records?show=failed&amp;since=1d"),
        ("/log?user=grace&since=7d", "/log/records?user=grace&amp;show=all&amp;since=7d"),
        ("/log/requests/11111111-2222?at=1795763995", "/log/requests/11111111-2222/records?at=1795763995"),
        ("/activity", "/activity/records?since=7d"),
        ("", "/day"),
    ],
)
def test_a_page_of_the_log_shows_its_frame_without_waiting_for_cloudwatch(
    console: Console, ada: Browser, page: str, part: str
):
    connect = console.connect
    console.connect = lambda service: pytest.fail("the frame reads the log") if service == "logs" else connect(service)
    answer = ada.get(f"/console{page}")
    assert answer.status == 200, answer.text
    assert f'hx-get="/scim/console{part}"' in answer.text


def test_a_request_that_the_log_lists_is_shown_however_old_it_is(console: Console, ada: Browser):
    request_id = "11111111-2222-3333-4444-666666666666"
    log_request(console, request_id, timedelta(days=12))
    listed = ada.get("/console/log/records?since=90d").text
    found = re.search(rf'href="/scim(/console/log/requests/{request_id})\?at=(\d+)"', listed)
    assert found
    for headers in ({}, {"HX-Request": "true"}):
        assert "The name is taken." in ada.get(f"{found[1]}/records?at={found[2]}", **headers).text
    assert "No record of this request" in ada.get(f"{found[1]}/records").text  # a week, without its time


@pytest.mark.parametrize("at", ["", "x", "nan", "1e400", "-1", "99999999999999"])
def test_a_time_in_the_address_that_is_none_is_ignored(console: Console, ada: Browser, at: str):
    request_id = "11111111-2222-3333-4444-777777777777"
    log_request(console, request_id, timedelta(minutes=5))
    assert "The name is taken." in ada.get(f"/console/log/requests/{request_id}/records?at={at}").text


def test_a_part_of_a_page_that_fails_says_so_in_its_place(ada: Browser):
    part = ada.get("/console/connections/none", **{"HX-Request": "true"})
    assert part.status == 409
    assert "There is no connection none" in part.text
    assert "<html" not in part.text
