"""The answers benchmark: CPU time and memory of the largest answers, each in a process of its own.

Memory is the largest resident set of the process: the interpreter, what the function imports, and one request.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.places import TablePlace, request
from benchmarks.reports import table, write
from lambdas.api.responses import write_answer
from support.datasets import Dataset, engine_with
from support.engines import client_for

MEMBERS = 100_000
"""Members of the large group: as many as one request reads."""

GROUPS = 50
"""Groups that each user of a page is in."""

PAGE = 200
"""Users of a page, the largest that is served."""

LISTED = 10_000
"""Users that a filter without a key reads, a third of the limit."""

INTRODUCTION = """CPU seconds of one request, from the request to the compressed answer as Lambda returns it, and the most memory
that its process took: the interpreter, what the function imports, and that one request. The first line is a single user, for
comparison. A function has 1,024 MB and about 0.58 of a CPU by default, so a request takes it 1.7 times as long."""


def run(members: int = MEMBERS, groups: int = GROUPS, page: int = PAGE, listed: int = LISTED) -> Path:
    """Measure, and write the report."""
    crowd, lone, joined = Dataset(members), Dataset(members=0, lone=listed), Dataset(members=1, lone=1)
    with engine_with(crowd, lone, joined) as client:
        _join(TablePlace(client, joined), groups, page)
        cases: dict[str, tuple[Dataset, str, dict[str, Any]]] = {
            "a single user": (crowd, f"/Users/{crowd.member}", {}),
            f"a group of {members:,} members": (crowd, f"/Groups/{crowd.group}", {}),
            f"a page of {page} users in {groups} groups each": (
                joined,
                "/Users",
                {"filter": 'title eq "joined"', "count": page},
            ),
            f"a page of {groups} groups of {page} members each": (joined, "/Groups", {"count": page}),
            f"a filter without a key that {listed:,} users match": (
                lone,
                "/Users",
                {"filter": "active eq true", "count": page},
            ),
        }
        rows = [[name, *_measured(client.meta.endpoint_url, *case)] for name, case in cases.items()]
    header = ["answer", "CPU seconds", "memory, MB", "answer, bytes"]
    return write("answers", "What the largest answers take", INTRODUCTION, table(header, rows))


def _join(place: TablePlace, groups: int, users: int) -> None:
    """Create users, and groups that have all of them as members."""
    made = [place.send("POST", "/Users", {"userName": f"joined{n}", "title": "joined"}).body for n in range(users)]
    members = [{"value": each["id"]} for each in made if each]
    for number in range(groups):
        place.send("POST", "/Groups", {"displayName": f"Group {number}", "members": members}, attributes="id")


def _measured(url: str, dataset: Dataset, path: str, query: dict[str, Any]) -> list[str]:
    """Return the CPU seconds, the megabytes and the bytes of an answer, measured in another process."""
    asked = json.dumps([url, dataset.members, dataset.lone, path, query])
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.answers", asked], check=True, capture_output=True, text=True
    ).stdout
    seconds, megabytes, size = json.loads(output)
    return [f"{seconds:,.2f}", f"{megabytes:,.0f}", f"{size:,}"]


def answer_once(url: str, members: int, lone: int, path: str, query: dict[str, Any]) -> tuple[float, float, int]:
    """Answer one request, and return its CPU seconds, the process's largest memory in MB, and the bytes of the answer."""
    place = TablePlace(client_for(url), Dataset(members, lone))
    place.send("GET", "/Users", count=1)  # what is done only once
    asked = request("GET", path, **query)
    asked.headers = [("Accept", "*/*"), ("Accept-Encoding", "gzip")]
    started = time.process_time()
    answer = write_answer(place.serve(asked), asked)
    seconds = time.process_time() - started
    return seconds, _megabytes(), len(json.dumps(answer))


def _megabytes() -> float:
    """Return the most memory that this process took. ``ru_maxrss`` would be that of the process that started it, if larger."""
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer_once(*json.loads(sys.argv[1]))))
