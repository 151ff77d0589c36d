"""The speed benchmark: the handler's CPU time for every operation, beside scim2-server's own memory storage in the same run.

Times are of this process alone, the handler with its DynamoDB client; the engine is another process. What carries over to other
machines are the ratios.
"""

import gc
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from benchmarks.bare_calls import beside_bare_calls
from benchmarks.operations import (
    OPERATIONS,
    Operation,
    add_member,
    change_user,
    delete_group,
    delete_member_of_45,
    measured,
    remove_member,
)
from benchmarks.places import MemoryPlace, Place, TablePlace, request
from benchmarks.reports import table, write
from lambdas.api.responses import write_answer
from support.datasets import Dataset, engine_with

SIZES = (10, 1_000, 100_000)
"""Members of the large group in our table."""

MEMORY_SIZES = (10, 1_000, 10_000)
"""Members of the large group in memory: with 100,000, adding one would take half a minute."""

ROUNDS = 25
"""How often an operation is repeated: the median of so many hardly moves."""

SECONDS = 6.0
"""Seconds after which a slow operation is not repeated any more in the place where it is slow."""

LEFT_OUT = (delete_member_of_45, delete_group)
"""What is slow to prepare, or has no counterpart in memory."""

INTRODUCTION = """CPU milliseconds of one request, from the request to the response: medians of up to {rounds}. They are those of
one machine: compare columns with each other, and rows with each other."""

BARE = """## Beside the bare calls

Our handler in a directory with a group of {members:,}, and of its time the part within the DynamoDB client: the calls that the
operation makes. The ratio is what the operation takes for each millisecond of them."""

BY_SIZE = """## In directories of several sizes

Left, our handler on the table, the DynamoDB client included; right, scim2-server's handler on its memory storage, with the same
protocol rules."""

RATIO = """## Adding and removing one member

How many times the smallest group's time the largest takes, {small:,} members against {large:,}; for the memory storage,
{memory_small:,} against {memory_large:,}."""

ANSWER = """## Reading a group whole

CPU seconds of `GET /Groups/{id}` with all members, to the compressed answer as Lambda returns it."""


def cpu_times(places: Sequence[Place], operation: Operation, rounds: int) -> list[float]:
    """Return the median CPU seconds of an operation's request in each place, taken in turns."""
    times: list[list[float]] = [[] for _ in places]
    spent = [0.0] * len(places)
    for _ in range(rounds):
        for index, place in enumerate(places):
            if spent[index] < SECONDS:
                started = time.monotonic()
                times[index].append(_cpu_time(place, operation))
                spent[index] += time.monotonic() - started
    return [median(each) for each in times]


def _cpu_time(place: Place, operation: Operation) -> float:
    seconds = 0.0

    def measure(request: ScimRequest) -> ScimResponse:
        nonlocal seconds
        started = time.process_time()
        response = place.serve(request)
        seconds = time.process_time() - started
        return response

    measured(place, operation, measure)
    return seconds


def run(sizes: Sequence[int] = SIZES, memory_sizes: Sequence[int] = MEMORY_SIZES, rounds: int = ROUNDS) -> Path:
    """Measure, and write the report."""
    operations = {name: each for name, each in OPERATIONS.items() if each not in LEFT_OUT}
    datasets = [Dataset(size) for size in sizes]
    with engine_with(*datasets) as client:
        tables = [TablePlace(client, each) for each in datasets]
        places = [*tables, *(MemoryPlace(Dataset(size)) for size in memory_sizes)]
        gc.collect()
        gc.freeze()  # what was prepared is no garbage, and looking for it is not what is measured
        cpu_times(places, change_user, 3)  # what is done only once
        medians = {name: cpu_times(places, each, rounds) for name, each in operations.items()}
        bare = {name: beside_bare_calls(client, datasets[0], each, rounds) for name, each in operations.items()}
        answers = [[f"{place.dataset.members:,}", *_answer(place)] for place in tables]
        gc.unfreeze()
    header = [f"table, group of {size:,}" for size in sizes] + [f"memory, group of {size:,}" for size in memory_sizes]
    return write(
        "speed",
        "What an operation takes",
        INTRODUCTION.format(rounds=rounds),
        BARE.format(members=sizes[0]),
        table(
            ["operation", "ms", "bare calls, ms", "ratio"],
            [
                [name, f"{whole * 1000:,.1f}", f"{calls * 1000:,.1f}", f"{whole / calls:,.2f}"]
                for name, (whole, calls) in bare.items()
            ],
        ),
        BY_SIZE,
        table(
            ["operation", *header],
            [[name, *(f"{each * 1000:,.1f}" for each in medians[name])] for name in operations],
        ),
        RATIO.format(small=sizes[0], large=sizes[-1], memory_small=memory_sizes[0], memory_large=memory_sizes[-1]),
        table(["operation", "table", "memory"], _ratios(operations, medians, len(sizes))),
        ANSWER,
        table(["members", "CPU seconds", "answer, bytes"], answers),
    )


def _ratios(
    operations: Mapping[str, Operation], medians: Mapping[str, Sequence[float]], tables: int
) -> list[list[str]]:
    """Return how many times the time in the smallest directory that in the largest is, in the tables and in memory."""
    rows = []
    for name, operation in operations.items():
        if operation in (add_member, remove_member):
            ours, memory = medians[name][:tables], medians[name][tables:]
            rows.append([name, f"{ours[-1] / ours[0]:,.2f}", f"{memory[-1] / memory[0]:,.2f}"])
    return rows


def _answer(place: TablePlace) -> list[str]:
    """Return the CPU seconds and the bytes of the answer with all members."""
    asked = request("GET", f"/Groups/{place.dataset.group}")
    asked.headers = [("Accept", "*/*"), ("Accept-Encoding", "gzip")]
    seconds = []
    for _ in range(3):
        started = time.process_time()
        answer = write_answer(place.serve(asked), asked)
        seconds.append(time.process_time() - started)
    return [f"{median(seconds):,.2f}", f"{len(json.dumps(answer)):,}"]
