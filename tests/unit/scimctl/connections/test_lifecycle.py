"""`scimctl connections` and `scimctl tokens` in the life of a connection: what changes, what is told, what is asked first."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lambdas.credentials import tokens
from lambdas.credentials.connections import MAX_TOKENS, State
from lambdas.credentials.items import token_item
from lambdas.credentials.store import ConnectionStore
from lambdas.store.transactions import ConditionFailed
from scimctl.connections.tokens_command import GRACE
from scimctl.durations import parse_duration, rounded
from scimctl.main import app
from scimctl.options import connection_id
from tests.unit.scimctl import operators
from tests.unit.scimctl.operators import BASE_URL, refused, scimctl

pytestmark = pytest.mark.usefixtures("operator")

AGE = timedelta(minutes=1)
"""How far two readings of the clock in one test may be apart."""


@pytest.fixture
def store(deployed: ConnectionStore) -> ConnectionStore:
    return deployed


def run(*arguments: str) -> dict[str, Any]:
    """A command on acme that ends with what a program is told; no secret is in it but where one was just made."""
    return operators.told(*arguments)


def make(*options: str) -> dict[str, Any]:
    return run("connections", "create", "--label", "Entra ID", *options)


def keep(store: ConnectionStore, token_id: str, **changed: Any) -> None:
    """Make what is kept of a token otherwise than it is."""
    token = replace(store.token(token_id), **changed)
    store.table.client.put_item(TableName=store.table.name, Item=token_item(token))


def moment(told: str) -> datetime:
    return datetime.fromisoformat(told)


def lives(told: dict[str, Any]) -> dict[str, str]:
    """The state of each token of a connection, as `show` tells it."""
    shown = run("connections", "show", told["connection"])
    return {each["id"]: each["state"] for each in shown["tokens"]}


# Listing


def test_connections_are_listed_with_their_tokens_and_no_secret(store):
    first, second = make(), make("--directory", "subsidiary")
    listed = run("connections", "list")["connections"]
    assert {each["connection"] for each in listed} == {first["connection"], second["connection"]}
    assert {each["directory"] for each in listed} == {"acme-corp", "subsidiary"}
    assert {each["tenant_url"] for each in listed} == {first["tenant_url"], second["tenant_url"]}
    for told in (first, second):
        secret = tokens.parse(told["secret_token"])
        assert secret.secret not in json.dumps(listed)
        assert secret.hash.hex() not in json.dumps(listed)


def test_people_see_connections_and_tokens_with_state_expiry_and_last_use(store):
    told = make()
    keep(store, told["token"]["id"], last_used=datetime(2026, 11, 20, tzinfo=UTC))
    for command in (["connections", "list"], ["tokens", "list"], ["connections", "show", told["connection"]]):
        result = scimctl(*command, "-e", "acme")
        assert result.exit_code == 0
        assert "2026-11-20" in result.stdout
        assert "in 30 days" in result.stdout
        assert told["secret_token"] not in result.output
    assert "enabled" in scimctl("connections", "list", "-e", "acme").stdout
    run("connections", "disable", told["connection"], "--yes")
    assert "disabled" in scimctl("tokens", "list", "-e", "acme").stdout
    keep(store, told["token"]["id"], expires=datetime.now(UTC))
    assert "expired" in scimctl("tokens", "list", "-e", "acme").stdout


def test_an_environment_without_connections_says_how_to_make_one(store):
    assert "scimctl connections create --environment acme" in scimctl("connections", "list", "-e", "acme").stdout
    assert run("connections", "list") == {"connections": []}
    assert run("tokens", "list") == {"tokens": []}


def test_an_id_is_never_cut_on_a_narrow_terminal(store):
    told = make()
    for group, ids in (("connections", [told["connection"]]), ("tokens", [told["connection"], told["token"]["id"]])):
        result = CliRunner().invoke(app, [group, "list", "-e", "acme"], env={"COLUMNS": "72"})
        assert all(each in result.stdout for each in ids)


def test_tokens_are_listed_of_all_connections_or_of_one(store):
    first, second = make(), make()
    both = run("tokens", "list")["tokens"]
    assert {each["connection"] for each in both} == {first["connection"], second["connection"]}
    (only,) = run("tokens", "list", "--connection", first["tenant_url"])["tokens"]
    assert (only["connection"], only["id"]) == (first["connection"], first["token"]["id"])


@pytest.mark.parametrize(
    "name",
    [
        "abcdefghijklmnop",
        f"{BASE_URL}/v2/abcdefghijklmnop",
        f"{BASE_URL}/v2/abcdefghijklmnop/",
        f"{BASE_URL}/v2/abcdefghijklmnop?aadOptscim062020",
        f"{BASE_URL}/v2/abcdefghijklmnop/?aadOptscim062020",
    ],
)
def test_a_connection_is_named_by_its_id_or_by_what_entra_has_as_tenant_url(name):
    assert connection_id(name) == "abcdefghijklmnop"


# Regenerating


def test_regenerating_gives_another_url_and_token_for_the_same_directory_and_ends_the_old_ones(store):
    old = make("--directory", "subsidiary")
    run("tokens", "create", old["connection"])
    new = run("connections", "regenerate", old["connection"], "--yes")
    assert new["connection"] != old["connection"]
    assert new["tenant_url"] == f"{BASE_URL}/v2/{new['connection']}"
    assert (new["directory"], new["label"], new["state"]) == ("subsidiary", "Entra ID", "enabled")
    assert tokens.matches(tokens.parse(new["secret_token"]), store.token(new["token"]["id"]).hash)
    assert new["ended"]["connection"] == old["connection"]
    assert len(new["ended"]["tokens"]) == 2
    assert store.connection(old["connection"]) is None
    assert store.tokens([each["id"] for each in new["ended"]["tokens"]]) == []
    assert [each["connection"] for each in run("connections", "list")["connections"]] == [new["connection"]]


def test_a_regenerated_connection_is_open_also_when_the_old_one_was_not(store):
    old = make()
    run("connections", "disable", old["connection"], "--yes")
    new = run("connections", "regenerate", old["connection"], "--yes", "--expires-in-days", "7")
    assert (new["state"], new["token"]["state"]) == ("enabled", "live")
    assert abs(moment(new["token"]["expires"]) - datetime.now(UTC) - timedelta(days=7)) < AGE


def test_a_regeneration_that_loses_a_race_says_so_and_leaves_the_old_one(store, monkeypatch):
    old = make()

    def lost(*_: Any) -> None:
        raise ConditionFailed([0], {})

    monkeypatch.setattr(ConnectionStore, "regenerate", lost)
    told = refused("connections", "regenerate", old["connection"], "-e", "acme", "--yes")
    assert "and yours was not" in told
    assert lives(old) == {old["token"]["id"]: "live"}


# Ending access


ENDS = [
    ("connections", "regenerate", "{connection}"),
    ("connections", "disable", "{connection}"),
    ("connections", "delete", "{connection}"),
    ("tokens", "revoke", "{token}"),
    ("tokens", "rotate", "{token}", "--grace", "0s"),
]


@pytest.mark.parametrize("command", ENDS)
@pytest.mark.parametrize("answer", ["n\n", ""])
def test_what_ends_access_asks_first_and_does_nothing_without_a_yes(store, command, answer):
    told = make()
    arguments = [each.format(connection=told["connection"], token=told["token"]["id"]) for each in command]
    assert "Nothing was changed" in refused(*arguments, "-e", "acme", answer=answer)
    assert lives(told) == {told["token"]["id"]: "live"}


@pytest.mark.parametrize("command", ENDS)
def test_what_ends_access_is_done_after_a_yes_and_a_program_can_read_the_answer(store, command):
    told = make()
    arguments = [each.format(connection=told["connection"], token=told["token"]["id"]) for each in command]
    result = scimctl(*arguments, "-e", "acme", "-o", "json", answer="y\n")
    assert result.exit_code == 0
    json.loads(result.stdout)
    assert "Continue?" in result.stderr
    kept = store.token(told["token"]["id"])
    assert kept is None or kept.state is State.DISABLED or kept.is_expired(datetime.now(UTC) + timedelta(seconds=1))


def test_a_disabled_connection_is_enabled_again_with_its_tokens(store):
    told = make()
    other = run("tokens", "create", told["connection"])
    disabled = run("connections", "disable", told["connection"], "--yes")
    assert (disabled["state"], disabled["refused_within_seconds"]) == ("disabled", 60)
    assert lives(told) == {told["token"]["id"]: "disabled", other["token"]["id"]: "disabled"}
    assert run("connections", "enable", told["connection"])["state"] == "enabled"
    assert set(lives(told).values()) == {"live"}


def test_what_is_as_it_was_asked_for_is_left_alone_and_not_asked_about(store):
    told = make()
    assert run("connections", "enable", told["connection"])["state"] == "enabled"
    run("connections", "disable", told["connection"], "--yes")
    before = store.connection(told["connection"])
    assert run("connections", "disable", told["connection"])["state"] == "disabled"
    assert store.connection(told["connection"]) == before


def test_a_token_that_is_missing_by_accident_keeps_no_connection_open(store):
    told = make()
    run("tokens", "create", told["connection"])
    key = {"pk": {"S": f"TOKEN#{told['token']['id']}"}, "sk": {"S": "-"}}
    store.table.client.delete_item(TableName=store.table.name, Key=key)
    assert run("connections", "disable", told["connection"], "--yes")["state"] == "disabled"
    assert list(lives(told).values()) == ["disabled"]


def test_a_deleted_connection_is_gone_and_the_way_back_to_its_directory_is_shown(store):
    told = make("--directory", "subsidiary")
    result = scimctl("connections", "delete", told["connection"], "-e", "acme", "--yes")
    assert result.exit_code == 0
    assert "users and groups of directory subsidiary stay" in result.stdout
    assert "scimctl connections create --directory subsidiary --environment acme" in result.stdout
    assert "up to 60 s" in result.stdout
    assert "no connection" in refused("connections", "show", told["connection"], "-e", "acme")
    assert store.token(told["token"]["id"]) is None


def test_a_revoked_token_is_gone_and_the_connection_says_that_nobody_gets_in(store):
    told = make()
    revoked = run("tokens", "revoke", told["token"]["id"], "--yes")
    assert revoked["revoked"]["id"] == told["token"]["id"]
    assert (revoked["live_tokens_left"], revoked["refused_within_seconds"]) == (0, 60)
    assert lives(told) == {}
    assert "every request is refused" in scimctl("connections", "show", told["connection"], "-e", "acme").stdout
    assert run("tokens", "create", told["connection"])["token"]["state"] == "live"


def test_a_leaked_token_can_be_revoked_by_its_text_which_is_not_repeated(store):
    told = make()
    result = scimctl("tokens", "revoke", told["secret_token"], "-e", "acme", "--yes")
    assert result.exit_code == 0
    assert tokens.parse(told["secret_token"]).secret not in result.output
    assert store.token(told["token"]["id"]) is None


def test_revoking_the_last_live_token_is_said_to_lock_out_everybody(store):
    told = make()
    assert "only live token" in scimctl("tokens", "revoke", told["token"]["id"], "-e", "acme", answer="n\n").stderr
    run("tokens", "create", told["connection"])
    assert "only live token" not in scimctl("tokens", "revoke", told["token"]["id"], "-e", "acme", answer="n\n").stderr


@pytest.mark.parametrize("command", ["revoke", "rotate"])
def test_an_unknown_token_is_said_to_be_unknown(store, command):
    told = refused("tokens", command, "aaaaaaaaaaaaaaaa", "-e", "acme", "--yes")
    assert "aaaaaaaaaaaaaaaa" in told
    assert "list --environment acme" in told


# Adding and rotating


def test_an_added_token_has_its_own_scope_label_and_lifetime_and_is_shown_once(store):
    told = make()
    added = run(
        "tokens", "create", told["connection"], "--scope", "read", "--label", "report", "--expires-in-days", "9"
    )
    assert (added["token"]["scope"], added["token"]["label"], added["connection"]) == (
        "read",
        "report",
        told["connection"],
    )
    assert abs(moment(added["token"]["expires"]) - datetime.now(UTC) - timedelta(days=9)) < AGE
    assert tokens.matches(tokens.parse(added["secret_token"]), store.token(added["token"]["id"]).hash)
    assert set(lives(told)) == {told["token"]["id"], added["token"]["id"]}
    assert added["secret_token"] not in scimctl("tokens", "list", "-e", "acme").output


def test_one_live_token_more_than_there_can_be_is_refused_and_told(store):
    told = make()
    for _ in range(MAX_TOKENS - 1):
        run("tokens", "create", told["connection"])
    assert f"{MAX_TOKENS} live tokens" in refused("tokens", "create", told["connection"], "-e", "acme")
    assert len(lives(told)) == MAX_TOKENS
    keep(store, told["token"]["id"], expires=datetime.now(UTC) - timedelta(days=1))
    run("tokens", "create", told["connection"])
    assert told["token"]["id"] not in lives(told)


def test_rotating_keeps_the_old_token_for_the_grace_period_and_the_new_one_is_its_like(store):
    told = make()
    report = run("tokens", "create", told["connection"], "--scope", "read", "--label", "report")
    rotated = run("tokens", "rotate", report["token"]["id"], "--grace", "12h")
    new, old = rotated["token"], rotated["replaced"]
    assert (new["scope"], new["label"], new["state"]) == ("read", "report", "live")
    assert (old["id"], old["state"]) == (report["token"]["id"], "live")
    assert abs(moment(old["expires"]) - datetime.now(UTC) - timedelta(hours=12)) < AGE
    assert store.token(old["id"]).expires == moment(old["expires"])
    assert abs(moment(new["expires"]) - datetime.now(UTC) - timedelta(days=30)) < AGE
    assert store.token(told["token"]["id"]).expires == moment(told["token"]["expires"])


def test_a_rotation_without_a_grace_period_takes_the_default(store):
    told = make()
    old = run("tokens", "rotate", told["token"]["id"])["replaced"]
    assert abs(moment(old["expires"]) - datetime.now(UTC) - parse_duration(GRACE)) < AGE


def test_a_rotation_never_lengthens_a_life(store):
    told = make("--expires-in-days", "3")
    old = run("tokens", "rotate", told["token"]["id"], "--grace", "30d")["replaced"]
    assert old["expires"] == told["token"]["expires"]


def test_an_expired_token_can_be_rotated_and_stays_expired(store):
    told = make()
    over = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    keep(store, told["token"]["id"], expires=over)
    rotated = run("tokens", "rotate", told["token"]["id"])
    assert (rotated["replaced"]["state"], moment(rotated["replaced"]["expires"])) == ("expired", over)
    assert "has expired" in scimctl("tokens", "rotate", told["token"]["id"], "-e", "acme").stderr


def test_a_connection_with_one_live_token_names_it(store):
    told = make()
    rotated = run("tokens", "rotate", told["tenant_url"])
    assert rotated["replaced"]["id"] == told["token"]["id"]
    told_why = refused("tokens", "rotate", told["connection"], "-e", "acme")
    assert "2 live tokens" in told_why
    assert told["token"]["id"] in told_why
    assert rotated["token"]["id"] in told_why


@pytest.mark.parametrize("grace", ["7", "d", "-1d", "1w", "7 d", "", "1d2h", "9999999d"])
def test_a_grace_period_that_is_none_is_a_usage_error(store, grace):
    result = scimctl("tokens", "rotate", "a" * 16, "-e", "acme", "--grace", grace)
    assert result.exit_code == 2
    assert "90s, 10m, 12h or 7d" in result.stderr


@given(st.from_regex(r"[0-9]{1,6}[smhd]", fullmatch=True))
def test_a_number_and_a_unit_are_a_length_of_time(text):
    assert timedelta(0) <= parse_duration(text) <= timedelta(days=999_999)


@given(st.text().filter(lambda text: not re.fullmatch(r"\d{1,6}[smhd]", text)))
def test_any_other_text_is_told_to_be_none(text):
    with pytest.raises(ValueError, match="90s, 10m, 12h or 7d"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "wanted"), [("80s", "1 minute"), ("3h", "3 hours"), ("1d", "1 day"), ("7d", "7 days"), ("0s", "0 seconds")]
)
def test_a_length_of_time_is_told_in_its_largest_unit(text, wanted):
    assert rounded(parse_duration(text)) == wanted


# What goes wrong


@pytest.mark.parametrize(
    "command",
    [
        ("connections", "list"),
        ("connections", "regenerate", "a" * 16, "--yes"),
        ("tokens", "rotate", "a" * 16),
    ],
)
def test_a_command_says_where_nothing_answers(cloudformation, monkeypatch, command):
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    assert "No answer from stack scim-acme in eu-west-1" in refused(*command, "-e", "acme")


@pytest.mark.parametrize("group", ["connections", "tokens"])
def test_every_command_shows_an_example_in_its_help(group):
    shown = scimctl(group, "--help").output
    names = re.findall(r"^[│ ]+([a-z]+)  ", shown, re.MULTILINE)
    assert len(names) >= 4
    for name in names:
        assert f"scimctl {group} {name}" in scimctl(group, name, "--help").output, name
