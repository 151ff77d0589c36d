"""The comparison: all servers are asked the same requests in turns, several times over."""

import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks.peers.installation import install
from benchmarks.peers.requests import LIFE, MEMBERS, MIX, PAGE_EVERY, REFUSED, USERS, Directory
from benchmarks.peers.servers import Server, running_servers
from benchmarks.reports import table, write

LIVES = 60
"""Lives that are measured in each repeat."""

REPEATS = 3

WARM_LIVES = 15
"""Lives before anything is measured: what is done only once, and what Node.js compiles."""

INTRODUCTION = """CPU milliseconds of the server for one request, over HTTP on one connection, to a directory of {users} users and
a group of {members}: medians of {repeats} repeats of {lives} requests each, the servers in turns. This endpoint is the API function
behind waitress with the table on a DynamoDB engine (another process, like DynamoDB's servers), in transactions. Its time holds the
DynamoDB client and the lines that stand for API Gateway. scim2-server and SCIMMY keep their directory in memory and look through
it; django-scim2 keeps it in SQLite. No server checks a token. Compare columns; the milliseconds are those of one machine. `-`:
refused by that server as not implemented."""

MIXED = """## The mix

Requests for each second of the server's CPU time: the life of a user that joins and leaves ({names}), and a page of 50 for every
{every} of them. What one server refuses is in no server's mix."""

Times = dict[str, dict[str, list[float]]]
"""CPU seconds of a request in each repeat, by server and name."""


def run(lives: int = LIVES, repeats: int = REPEATS) -> Path:
    """Install what is missing, measure, and write the report.

    :param lives: Requests of each kind that a repeat measures.
    """
    install()
    times: Times = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder, running_servers(Path(folder)) as servers:
        directories = [Directory(each.name, each.port, each.root) for each in servers]
        for server, directory in zip(servers, directories, strict=True):
            directory.fill()
            live(server, directory, min(WARM_LIVES, lives))
        for _ in range(repeats):
            for server, directory in zip(servers, directories, strict=True):
                for name, seconds in live(server, directory, lives).items():
                    times[server.name][name].append(seconds)
    names = list(times)
    return write(
        "peers",
        "What a request takes beside other SCIM servers",
        INTRODUCTION.format(users=USERS, members=MEMBERS, repeats=repeats, lives=lives),
        table(["server CPU ms for one request", *names], [[row, *_cells(times, row)] for row in LIFE]),
        MIXED.format(names=", ".join(MIX), every=PAGE_EVERY),
        table(["", *names], [["requests for each CPU second", *(f"{mix(times[name]):,.0f}" for name in names)]]),
    )


def live(server: Server, directory: Directory, lives: int) -> dict[str, float]:
    """Send the requests of some lives, and return the CPU seconds that one request of each kind took."""
    directory.connection.close()  # a server ends a connection that idled while others were asked; the next request opens one
    seconds: dict[str, float] = defaultdict(float)
    for _ in range(lives):
        for name, send in LIFE.items():
            if name in REFUSED.get(server.name, ()):
                continue
            before = server.cpu_seconds()
            send(directory)
            seconds[name] += server.cpu_seconds() - before
    return {name: total / lives for name, total in seconds.items()}


def mix(times: dict[str, list[float]]) -> float:
    """Return how many requests of the mix one CPU second of the server answers."""
    life = sum(median(times[name]) for name in MIX) + median(times["page of 50"]) / PAGE_EVERY
    return (len(MIX) + 1 / PAGE_EVERY) / life


def _cells(times: Times, row: str) -> list[str]:
    return [f"{median(each[row]) * 1000:,.2f}" if row in each else "-" for each in times.values()]
