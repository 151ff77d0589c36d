"""Members in answers come out as the protocol library would show them, for any parameters, one projected for all."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import Meta, ResponseParameters
from scim2_server.conditions import Conditions
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage
from scim2_server.utils import parametrize

from lambdas.scim.found_resources import FoundResource, MemberRow
from lambdas.scim.provider import build_provider
from lambdas.scim.service import DirectoryService
from lambdas.store.group_members import set_members

BASE = "https://scim.example/v2/connection"
PROVIDER = build_provider()
OURS = DirectoryService(PROVIDER, lambda: b"0" * 32)
LIBRARY = ScimService(PROVIDER, secret=b"0" * 32)
GROUP = next(each for each in PROVIDER.resource_types if each.name == "Group")
URN = "urn:ietf:params:scim:schemas:core:2.0:Group"

MEMBERS: list[dict[str, Any]] = [
    {"value": "1", "$ref": "Users/1", "type": "User", "display": "Ann"},
    {"value": "2", "$ref": "Users/2", "type": "User"},
    {"value": "3", "$ref": "Groups/3", "type": "Group", "display": "Staff"},
    {"value": "4", "$ref": "https://elsewhere.example/Users/4"},
    {"value": "5"},
]
PATHS = [
    *("members", "members.value", "members.$ref", "members.type", "members.display", "MEMBERS.Display"),
    *("displayName", "id", "meta", "externalId", f"{URN}:members", f"{URN}:members.display", URN),
]


def group(number: int, members: list[dict[str, Any]]) -> Any:
    made: Any = PROVIDER.model_for("Group").model_validate(
        {"id": f"g{number}", "displayName": f"Group {number}", "members": copy.deepcopy(members)}
    )
    made.meta = Meta(resource_type="Group", version='W/"1"')
    return made


def found(members: list[MemberRow]) -> FoundResource:
    meta = {"resourceType": "Group", "created": "2026-01-31T08:00:00Z", "lastModified": "2026-01-31T08:00:00Z"}
    head = {"schemas": [URN], "displayName": "Staff", "id": "g", "meta": meta}

    def model() -> Any:
        made: Any = PROVIDER.model_for("Group").model_validate(head)
        made.meta.version = 'W/"1"'
        set_members(made, members)
        return made

    return FoundResource(GROUP, "g", 'W/"1"', {**head, "members": members} if members else head, model)


def parameters(kind: str, paths: list[str]) -> dict[str, Any]:
    return {kind: ",".join(paths)} if paths else {}


@given(
    members=st.lists(st.sampled_from(MEMBERS), unique_by=lambda each: each["value"]),
    kind=st.sampled_from(["attributes", "excludedAttributes"]),
    paths=st.lists(st.sampled_from(PATHS), max_size=3, unique=True),
)
def test_any_projection_of_a_group_is_the_library_s_own(
    members: list[dict[str, Any]], kind: str, paths: list[str]
) -> None:
    with PROVIDER:
        asked = OURS.read_response_parameters(GROUP, parameters(kind, paths))
        shown, right = (
            service.query_response(BASE, group(1, members), asked, Conditions()) for service in (OURS, LIBRARY)
        )
    headers = {**right.headers, "Location": right.headers["Content-Location"]}  # which the library leaves out
    assert (shown.status, shown.body, shown.headers) == (right.status, right.body, headers)


@given(
    members=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["User", "Group"]), st.sampled_from(["Ann", None]))
    ),
    kind=st.sampled_from(["attributes", "excludedAttributes"]),
    paths=st.lists(st.sampled_from(PATHS), max_size=3, unique=True),
)
def test_any_projection_of_stored_members_is_the_library_s_own(
    members: list[MemberRow], kind: str, paths: list[str]
) -> None:
    with PROVIDER:
        asked = OURS.read_response_parameters(GROUP, parameters(kind, paths))
        shown = OURS.found_response(BASE, found(members), asked, Conditions())
        right = LIBRARY.query_response(BASE, found(members).to_model(), asked, Conditions())
    headers = {**right.headers, "Location": right.headers["Content-Location"]}
    assert (shown.status, json.dumps(shown.body), shown.headers) == (right.status, json.dumps(right.body), headers)


@given(
    groups=st.lists(st.lists(st.sampled_from(MEMBERS), unique_by=lambda each: each["value"]), max_size=3),
    kind=st.sampled_from(["attributes", "excludedAttributes"]),
    paths=st.lists(st.sampled_from(PATHS), max_size=2, unique=True),
)
def test_any_projection_of_a_page_of_groups_is_the_library_s_own(
    groups: list[list[dict[str, Any]]], kind: str, paths: list[str]
) -> None:
    with PROVIDER:
        request, _ = OURS.read_search([GROUP], parameters(kind, paths))
        shown, right = (
            service.search_response(
                BASE,
                [GROUP],
                SearchPage(len(groups), [group(number, members) for number, members in enumerate(groups)]),
                request,
            )
            for service in (OURS, LIBRARY)
        )
    assert shown.body == right.body


@pytest.mark.parametrize("operation", ["creation_response", "replacement_response"])
def test_the_answers_to_writes_show_all_members(operation: str) -> None:
    with PROVIDER:
        none: Any = parametrize(ResponseParameters, PROVIDER.model_for("Group"))()
        arguments = [none] if operation == "replacement_response" else []
        shown, right = (getattr(service, operation)(BASE, group(1, MEMBERS), *arguments) for service in (OURS, LIBRARY))
    assert shown.body == right.body
    assert len(shown.body["members"]) == len(MEMBERS)


def test_the_resource_that_is_shown_is_not_changed() -> None:
    with PROVIDER:
        stored = group(1, MEMBERS)
        OURS.creation_response(BASE, stored)
    assert stored == group(1, MEMBERS)


def test_a_group_that_the_client_has_already_is_not_sent_again() -> None:
    with PROVIDER:
        asked = OURS.read_response_parameters(GROUP, {})
        answer = OURS.query_response(BASE, group(1, MEMBERS), asked, Conditions(if_none_match='W/"1"'))
    assert (answer.status, answer.body) == (304, None)
