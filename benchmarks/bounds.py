"""The bounds benchmark: the CPU time of the largest requests that the protocol accepts, and of those that it refuses.

The table takes no part: a request is read and applied to a user in memory.
"""

import json
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from scim2_models import SCIMException
from scim2_server.conditions import Conditions

from benchmarks.places import PROVIDER, SERVICE
from benchmarks.reports import table, write
from lambdas.scim import limits

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USERS = SERVICE.resource_type_at("Users")
JSON = "application/scim+json"

SIZES = (limits.MAX_PATCH_OPERATIONS // 16, limits.MAX_PATCH_OPERATIONS // 4, limits.MAX_PATCH_OPERATIONS)
"""Operations of one PATCH."""

Operation = dict[str, Any]

SHAPES: dict[str, Callable[[int], Operation]] = {
    "`title`": lambda n: {"op": "replace", "path": "title", "value": f"t{n}"},
    "two attributes without path": lambda n: {"op": "replace", "value": {"title": f"t{n}", "name.givenName": "G"}},
    '`emails[type eq "work"].value`, one entry': lambda n: {
        "op": "replace",
        "path": 'emails[type eq "work"].value',
        "value": f"a{n}@example.com",
    },
    '`roles[type eq "t1"].value`, an entry each': lambda n: {
        "op": "add",
        "path": f'roles[type eq "t{n}"].value',
        "value": f"r{n}",
    },
    '`roles[type eq "t" and value eq "r1"].display`': lambda n: {
        "op": "add",
        "path": f'roles[type eq "t" and value eq "r{n}"].display',
        "value": "D",
    },
    "`roles`, ten values added by each": lambda n: {
        "op": "add",
        "path": "roles",
        "value": [{"value": f"r{n}-{each}"} for each in range(10)],
    },
    '`roles[value eq "r1"]` removed': lambda n: {"op": "remove", "path": f'roles[value eq "r{n}"]'},
}

WIDE = " or ".join(['type eq "x"'] * 100_000)

REFUSED: dict[str, tuple[str, Any]] = {
    "a path with 100,000 conditions": (
        "patch",
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": f"emails[{WIDE}]"}]},
    ),
    "a bulk request with one PATCH of 4,000 operations": (
        "bulk",
        {
            "Operations": [
                {
                    "method": "PATCH",
                    "path": "/Users/x",
                    "data": {"Operations": [{"op": "add", "path": "title", "value": 1}] * 4_000},
                }
            ]
        },
    ),
    "4.4 MB of tiny values in `emails`": ("create", {"userName": "a", "emails": [1] * 1_490_000}),
    "4.4 MB of unknown attributes": ("create", {"userName": "a", **{f"a{each:06}": 1 for each in range(320_000)}}),
    "4 MB of combining marks": ("create", {"userName": "a", "title": "a" + "\u0316\u0300" * 350_000}),
    "a path of 4.4 MB": (
        "patch",
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "a." * 2_200_000, "value": "x"}]},
    ),
    "11,900 values removed by one operation": (
        "patch",
        {"Operations": [{"op": "remove", "path": "roles", "value": [{"value": f"{each}"} for each in range(11_900)]}]},
    ),
    "1,000 operations that select by `co` among 1,000 roles": (
        "patch",
        {
            "Operations": [
                {"op": "add", "path": "roles", "value": [{"value": f"r{each}"} for each in range(1_000)]},
                *({"op": "add", "path": f'roles[value co "r{each}"].display', "value": "D"} for each in range(999)),
            ]
        },
    ),
}

INTRODUCTION = """CPU seconds of one request, read and applied to a user in memory. The function has about 0.58 of a CPU: a
request takes it 1.7 times as long. What counts is the growth: four times the operations take four times as long."""

REFUSALS = """## Refused

CPU seconds until a request beyond a limit is refused, with the error's `scimType`."""


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure the requests, and return the path of the report.

    :param sizes: Operations of one PATCH.
    """
    rows = []
    for shape, operation in SHAPES.items():
        seconds = [_patch([operation(n) for n in range(size)]) for size in sizes]
        growth = [f"{after / before:.1f}" for before, after in pairwise(seconds)]
        rows.append([shape, *(f"{each:.2f}" for each in seconds), *growth])
    header = [
        "operations",
        *(f"{size:,}" for size in sizes),
        *(f"{a:,} → {b:,}" for a, b in pairwise(sizes)),
    ]
    refusals = [[name, *_refused(*sent)] for name, sent in REFUSED.items()]
    return write(
        "bounds",
        "What the largest requests take",
        INTRODUCTION,
        table(header, rows),
        REFUSALS,
        table(["request", "seconds", "scimType"], refusals),
    )


def _user() -> Any:
    body = {"userName": "a", "id": "x", "meta": {"resourceType": "User", "version": 'W/"1"'}}
    return SERVICE.get_model(USERS).model_validate(body)


def _patch(operations: list[Operation]) -> float:
    """Return the CPU seconds of a PATCH, the least of three."""
    body = json.dumps({"schemas": [PATCH], "Operations": operations}).encode()
    return min(_timed(lambda: _apply(body)) for _ in range(3))


def _apply(body: bytes) -> None:
    with PROVIDER:
        SERVICE.apply_patch(_user(), SERVICE.read_patch(USERS, body, JSON), Conditions())


def _refused(kind: str, payload: Any) -> tuple[str, str]:
    body = json.dumps(payload).encode()[: limits.MAX_BODY_BYTES]
    refusal = ""

    def send() -> None:
        nonlocal refusal
        try:
            with PROVIDER:
                if kind == "patch":
                    _apply(body)
                elif kind == "bulk":
                    SERVICE.read_bulk(body, JSON)
                else:
                    SERVICE.read_creation(USERS, body, JSON)
        except SCIMException as error:
            refusal = f"{error.scim_type}"

    return f"{_timed(send):.2f}", refusal


def _timed(call: Callable[[], None]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started
