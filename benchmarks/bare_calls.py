"""The part of an operation's CPU time that its DynamoDB calls take: what nothing above the client can save."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from benchmarks.operations import Operation, measured
from benchmarks.places import TablePlace
from support.datasets import Dataset


class TimedClient:
    """A DynamoDB client that adds up the CPU time of its calls, from parameters to decoded answer."""

    def __init__(self, client: Any) -> None:
        """Set the client that makes the calls."""
        self._client = client
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return an operation of the client, timed."""
        call = getattr(self._client, name)

        def timed(**parameters: Any) -> Any:
            started = time.process_time()
            try:
                return call(**parameters)
            finally:
                self.seconds += time.process_time() - started

        return timed


def beside_bare_calls(client: Any, dataset: Dataset, operation: Operation, rounds: int) -> tuple[float, float]:
    """Return the median CPU seconds of an operation's request, and those of its DynamoDB calls within it."""
    timed = TimedClient(client)
    place = TablePlace(timed, dataset)
    whole: list[float] = []
    bare: list[float] = []

    def measure(request: ScimRequest) -> ScimResponse:
        timed.seconds = 0.0
        started = time.process_time()
        response = place.serve(request)
        whole.append(time.process_time() - started)
        bare.append(timed.seconds)
        return response

    for _ in range(rounds):
        measured(place, operation, measure)
    return median(whole), median(bare)
