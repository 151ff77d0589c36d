"""How the CPU time of a request grows with its size: a ratio within one run, which no busy machine changes much."""

import time
from collections.abc import Callable

FACTOR = 4
"""How much larger the large request is: the CPU time of linear work grows as much, of quadratic work by its square."""

LINEAR = 2 * FACTOR
"""The growth between linear and quadratic that separates the two."""

ROUNDS = 3
"""How often both requests are sent at most."""

SURELY_LINEAR = 1.25 * FACTOR
"""A growth that needs no further round: the noise that would hide quadratic work behind it is a factor of three."""


def growth(send: Callable[[int], object], size: int) -> float:
    """Return how many times the CPU seconds of a large request are those of a small one, each the least of one to three rounds.

    :param send: Sends a request of a size.
    :param size: The size of the large request.
    """
    small, large = size // FACTOR, size
    times: dict[int, list[float]] = {small: [], large: []}
    for _ in range(ROUNDS):
        for each, taken in times.items():
            started = time.process_time()
            send(each)
            taken.append(time.process_time() - started)
        if min(times[large]) < SURELY_LINEAR * min(times[small]):
            break
    return min(times[large]) / min(times[small])
