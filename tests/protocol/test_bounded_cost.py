"""The cost of one request is bounded: work grows linearly with the request, and what exceeds a limit is refused before the work."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.scim import limits
from tests.protocol.client import Api, Reply
from tests.protocol.extended import CUSTOM, EXTENSIONS
from tests.protocol.growth import LINEAR, growth

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Operation = dict[str, Any]

SHAPES: dict[str, Callable[[int], Operation]] = {
    "an entry each": lambda n: {"op": "add", "path": f'roles[type eq "t{n}"].value', "value": f"r{n}"},
    "one entry": lambda n: {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"a{n}@example.com"},
    "two conditions": lambda n: {"op": "add", "path": f'roles[type eq "t" and value eq "r{n}"].display', "value": "D"},
    "ten roles each": lambda n: {"op": "add", "path": "roles", "value": [{"value": f"r{n}-{i}"} for i in range(10)]},
    "roles without path": lambda n: {"op": "add", "value": {"roles": [{"value": f"r{n}"}], "title": f"t{n}"}},
    "absent entries": lambda n: {"op": "remove", "path": f'roles[value eq "r{n}"]'},
    "other attributes": lambda n: {
        "op": "replace",
        "value": {f"{ENTERPRISE}:department": f"d{n}", "name.givenName": "G"},
    },
}


def patch_of(operations: list[Operation]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": operations}


def refused(reply: Reply, scim_type: str, *words: str) -> None:
    assert (reply.status, reply.json.get("scimType")) == (400, scim_type), reply.json
    assert all(word in reply.detail for word in words), reply.detail


@pytest.fixture
def ann(api: Api) -> str:
    return f"/Users/{api.post('/Users', {'userName': 'ann'}).json['id']}"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_for_a_patch_grows_linearly_with_its_operations(api: Api, shape: str) -> None:
    def send(size: int) -> None:
        user = api.post("/Users", {"userName": "bob"}).json["id"]
        assert api.patch(f"/Users/{user}", patch_of([SHAPES[shape](n) for n in range(size)])).status == 200
        api.delete(f"/Users/{user}")

    assert growth(send, 320) < LINEAR


def test_many_texts_are_added_one_by_one_to_an_attribute_of_an_extension(endpoint_of: Callable[[str], Api]) -> None:
    api = endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))
    user = api.post("/Users", {"userName": "bob"}).json["id"]
    names = [f"folder {n}" for n in range(300)]
    changed = api.patch(
        f"/Users/{user}", patch_of([{"op": "add", "path": f"{CUSTOM}:folders", "value": [each]} for each in names])
    )
    assert (changed.status, changed.json.get(CUSTOM)) == (200, {"folders": names})


def test_removing_many_values_is_linear(api: Api) -> None:
    def send(size: int) -> None:
        roles = [{"value": f"r{n}"} for n in range(size)]
        user = f"/Users/{api.post('/Users', {'userName': 'bob', 'roles': roles}).json['id']}"
        removed = api.patch(user, patch_of([{"op": "remove", "path": "roles", "value": roles[1:]}]))
        assert removed.json["roles"] == roles[:1]
        api.delete(user)

    assert growth(send, 400) < LINEAR


def test_values_that_no_index_finds_are_compared_up_to_a_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    roles = [{"value": f"r{n}"} for n in range(50)]
    user = f"/Users/{api.post('/Users', {'userName': 'bob', 'roles': roles}).json['id']}"
    monkeypatch.setattr(limits, "MAX_VALUES_COMPARED", 500)
    operations = [{"op": "replace", "path": f'roles[value co "r{n}"].display', "value": "D"} for n in range(11)]
    assert api.patch(user, patch_of(operations[:10])).status == 200
    refused(api.patch(user, patch_of(operations)), "tooMany", "500", "eq")


def test_the_limits_of_a_filter_hold_in_paths_and_keys(api: Api, ann: str) -> None:
    wide = " or ".join(['type eq "x"'] * (limits.MAX_FILTER_NODES + 1))
    long = f'type eq "{"x" * limits.MAX_FILTER_LENGTH}"'
    for text in (wide, long):
        by_path = {"op": "add", "path": f"roles[{text}].value", "value": "r"}
        by_key = {"op": "add", "value": {f"roles[{text}].value": "r"}}
        for operation in (by_path, by_key):
            refused(api.patch(ann, patch_of([operation])), "invalidFilter")
            in_bulk = {"method": "PATCH", "path": ann, "data": patch_of([operation])}
            refused(api.post("/Bulk", {"schemas": [BULK], "Operations": [in_bulk]}), "invalidFilter")


def test_the_conditions_of_all_paths_have_a_limit(api: Api, ann: str) -> None:
    wide = " or ".join(['type eq "x"'] * 199)
    operations = [{"op": "remove", "path": f"roles[{wide}]"}] * (limits.MAX_PATCH_CONDITIONS // 200)
    assert api.patch(ann, patch_of(operations)).status == 200
    refused(api.patch(ann, patch_of([*operations, operations[0]])), "tooMany", "5,200", "5,000")


def test_the_values_that_a_patch_lists_to_be_removed_have_a_limit(api: Api, ann: str) -> None:
    group = f"/Groups/{api.post('/Groups', {'displayName': 'g'}).json['id']}"
    values = [{"value": f"{n}"} for n in range(limits.MAX_PATCH_REMOVED // 2)]
    for where, path in ((group, "members"), (ann, "roles")):
        operation = {"op": "Remove", "path": path, "value": values}
        too_many = patch_of([operation, operation, {**operation, "value": values[:1]}])
        refused(api.patch(where, too_many), "tooMany", "5,001", "5,000")
        in_bulk = {"method": "PATCH", "path": where, "data": too_many}
        refused(api.post("/Bulk", {"schemas": [BULK], "Operations": [in_bulk]}), "tooMany", "5,000")
    assert api.patch(group, patch_of([{"op": "remove", "path": "members", "value": values[:100]}])).status == 204


def test_a_body_with_more_members_than_a_group_is_replaced_by_is_refused_before_they_are_read(api: Api) -> None:
    body = {"displayName": "g", "members": [{"value": "x"}] * (limits.MAX_MEMBERS_REPLACED + 1)}
    started = time.process_time()
    refused(api.post("/Groups", body), "tooMany", "50,001", "50,000", "PATCH")
    assert time.process_time() - started < 2


def test_the_limit_of_operations_holds_inside_bulk(api: Api, ann: str) -> None:
    title = {"op": "replace", "path": "title", "value": "x"}
    too_many = {"method": "PATCH", "path": ann, "data": patch_of([title] * (limits.MAX_PATCH_OPERATIONS + 1))}
    refused(api.post("/Bulk", {"schemas": [BULK], "Operations": [too_many]}), "tooMany", "1,001", "1,000")
    many = {"method": "PATCH", "path": ann, "data": patch_of([title] * limits.MAX_PATCH_OPERATIONS)}
    refused(api.post("/Bulk", {"schemas": [BULK], "Operations": [many] * 6}), "tooMany", "6,000", "5,000")


def test_bulk_answers_503_to_each_operation_that_it_has_no_time_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    users = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}} for name in ("a", "b", "c")
    ]
    ends = iter([True, True])

    class Clock:
        """Runs out after the first operation."""

        @staticmethod
        def monotonic() -> float:
            return 0.0 if next(ends, False) else 1_000.0

    monkeypatch.setattr("lambdas.scim.bulk.time", Clock)
    results = api.post("/Bulk", {"schemas": [BULK], "Operations": users}).json["Operations"]
    assert [each["status"] for each in results] == ["201", "503", "503"]
    assert "Send the operation again" in results[1]["response"]["detail"]
    assert api.get("/Users").json["totalResults"] == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"userName": "a", "emails": ["1"] * (limits.MAX_USER_ELEMENTS + 1)}, ("12,001 elements", "12,000")),
        ({"userName": "a", "x": [{"y": 1, "z": 2, "v": 3, "w": 4, "u": 5}] * 9_000}, ("54,002 values", "50,000")),
    ],
)
def test_the_values_of_a_user_are_counted_before_they_are_read(
    api: Api, ann: str, body: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(api.post("/Users", body), "tooMany", *words)
    refused(api.put(ann, body), "tooMany", *words)
    refused(api.patch(ann, patch_of([{"op": "add", "value": body}])), "tooMany", words[1])


def test_a_body_with_more_elements_than_any_group_has_members_is_refused_before_it_is_read(api: Api) -> None:
    body = {"displayName": "g", "members": [1] * (limits.MAX_ELEMENTS + 1)}
    refused(api.post("/Groups", body), "tooMany", "100,001", "100,000")


def test_values_are_found_as_the_filter_compares_them(api: Api) -> None:
    """An index must find what the filter finds: regardless of case, with nulls, with several conditions."""
    roles = [{"value": "Straße", "type": "A"}, {"value": "x", "type": "a"}, {"value": "y"}]
    user = f"/Users/{api.post('/Users', {'userName': 'bob', 'roles': roles}).json['id']}"
    operations = [
        {"op": "replace", "path": 'roles[type eq "a"].display', "value": "both"},
        {"op": "replace", "path": 'roles[type eq "A" and value eq "X"].display', "value": "x"},
        {"op": "replace", "path": 'roles[value eq "y" or type eq "none"].type', "value": "b"},
        {"op": "add", "path": "roles", "value": {"value": "STRAßE", "type": "A", "display": "both"}},
        {"op": "replace", "path": 'roles[type eq "B"].value', "value": "z"},
        {"op": "remove", "path": 'roles[value eq "y"]'},
        {"op": "add", "path": 'roles[value eq "z"].primary', "value": True},
        {"op": "add", "path": "roles", "value": [{"value": "p", "primary": True}]},
    ]
    changed = api.patch(user, patch_of(operations))
    assert changed.status == 200, changed.json
    assert sorted(changed.json["roles"], key=lambda each: each["value"]) == [
        {"value": "Straße", "type": "A", "display": "both"},
        {"value": "p", "primary": True},
        {"value": "x", "type": "a", "display": "x"},
        {"value": "z", "type": "b", "primary": False},
    ]


# -- Texts ------------------------------------------------------------------------------------------------------------

MARKS = "a" + "\u0316\u0300" * 16
"""32 combining marks in a row, in an order that normal forms sort."""


@pytest.mark.parametrize(
    "send",
    [
        lambda api, ann, text: api.post("/Users", {"userName": "bob", "nickName": text}),
        lambda api, ann, text: api.post("/Users", {"userName": "bob", "emails": [{"value": text}]}),
        lambda api, ann, text: api.put(ann, {"userName": "ann", ENTERPRISE: {text: "x"}}),
        lambda api, ann, text: api.patch(ann, patch_of([{"op": "add", "path": text, "value": "x"}])),
        lambda api, ann, text: api.patch(ann, patch_of([{"op": "add", "path": "roles", "value": [text, text]}])),
        lambda api, ann, text: api.post("/Users/.search", {"filter": f'userName eq "{text}"'}),
        lambda api, ann, text: api.post("/Groups", {"displayName": text}),
    ],
)
def test_a_long_run_of_combining_marks_is_refused_wherever_it_stands(api: Api, ann: str, send: Any) -> None:
    refused(send(api, ann, MARKS), "invalidValue", "30", "combining marks")
    assert "combining" not in str(send(api, ann, MARKS[:-2]).json)


@pytest.mark.parametrize("pair", ["\u0f73", "\u0f75", "\u0f81"])
def test_a_vowel_sign_that_decomposes_into_two_marks_counts_as_a_mark(api: Api, pair: str) -> None:
    refused(api.post("/Users", {"userName": "bob", "nickName": "\u0f40" + pair * 31}), "invalidValue", "30")
    assert api.post("/Users", {"userName": "bob", "nickName": "\u0f40" + pair * 30}).status == 201


def test_texts_of_every_language_are_no_run_of_marks(api: Api) -> None:
    texts = ("Việt Nam", "हिन्दी", "עִבְרִית", "ไทยที่", "e\u0301\u0323" * 100, "👩‍👩‍👧‍👦" * 50, "\uff0c\u3002" * 100)
    for number, text in enumerate(texts):
        assert api.post("/Users", {"userName": f"user {number}", "title": text}).json["title"] == text


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_a_run_of_marks_is_refused_before_a_normal_form_sorts_it(api: Api, size: int) -> None:
    started = time.process_time()
    refused(api.post("/Users", {"userName": "a", "nickName": "a" + "\u0316\u0300" * (size // 4)}), "invalidValue")
    assert time.process_time() - started < 1.5


LONG = "a." * limits.MAX_FILTER_LENGTH


@pytest.mark.parametrize("name", ["attributes", "excludedAttributes", "sortBy", "cursor"])
def test_the_texts_of_a_search_have_the_limit_of_filters(api: Api, name: str) -> None:
    refused(api.post("/Users/.search", {name: LONG}), "invalidValue", name, "16,000", "8,000")


def test_paths_and_names_have_a_limit_of_length(api: Api, ann: str) -> None:
    for path in (LONG, f"{CUSTOM}:{LONG}", "x" * (limits.MAX_FILTER_LENGTH + 1)):
        refused(api.patch(ann, patch_of([{"op": "add", "path": path, "value": "v"}])), "invalidPath", "8,000")
    refused(api.patch(ann, patch_of([{"op": "add", "path": f"{LONG} x", "value": "v"}])), "invalidFilter", "8,000")
    refused(api.patch(ann, patch_of([{"op": "add", "value": {LONG: "v"}}])), "invalidPath", "8,000")
    for body in ({"userName": "ann", f"{LONG}x": "v"}, {"userName": "ann", "name": {f"{CUSTOM}:{LONG}": "v"}}):
        refused(api.put(ann, body), "invalidSyntax", "16,000")
