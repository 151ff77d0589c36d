"""Everything that clients are known to send, replayed through the API function; a bug report becomes a file there first."""

from collections.abc import Callable, Mapping
from threading import Lock

import pytest

from tests.protocol.client import Api
from tests.protocol.extended import EXTENSIONS
from tests.protocol.replay import WORDS, Answer, Script, Send, replay, scripts

CASES = range(1, 78)
"""The numbered cases of idp-behaviour section 4."""

ALL = scripts()

EndpointOf = Callable[[str], Api]


@pytest.mark.parametrize("script", [each for each in ALL if each.needs is None], ids=lambda script: script.name)
def test_what_a_client_sends_is_understood(script: Script, api: Api) -> None:
    replay(script, sending_to(api))


@pytest.mark.parametrize("script", [each for each in ALL if each.needs == "extension"], ids=lambda script: script.name)
def test_what_a_client_sends_about_an_extension_of_the_file_is_understood(
    script: Script, endpoint_of: EndpointOf
) -> None:
    replay(script, sending_to(endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))))


def sending_to(api: Api) -> Send:
    """Return the transport to a connection."""
    one_at_a_time = Lock()  # moto copies its tables while others write them; the deployed stack takes them all at once

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        with one_at_a_time:
            reply = api.send(method, target, headers, body)
        return reply.status, reply.headers, reply.json

    return send


def test_every_known_case_is_replayed() -> None:
    shown = {number for script in ALL for number in script.cases}
    assert shown == set(CASES)


def test_no_step_says_a_word_that_the_replay_does_not_know() -> None:
    steps = [each for script in ALL for step in script.document["steps"] for each in (step, *step.get("together", ()))]
    assert {word for step in steps for word in step} <= WORDS


def test_every_script_runs_somewhere() -> None:
    assert {script.needs for script in ALL} == {None, "gateway", "extension"}


CLIENT_FOLDERS = {
    *("authentik", "entra", "entra_flag", "google", "jumpcloud", "logic_app", "okta", "onelogin", "ping", "postman"),
    *("field", "janssen", "sailpoint"),
}


def test_every_client_has_its_folder() -> None:
    assert {script.name.partition("/")[0] for script in ALL} == CLIENT_FOLDERS


def test_of_every_client_something_is_replayed_against_the_deployed_stack() -> None:
    deployed = {script.name.partition("/")[0] for script in ALL if script.is_deployed}
    by_check_or_simulate = {"entra_flag", "logic_app"}
    assert deployed == CLIENT_FOLDERS - by_check_or_simulate
