"""A process that serves operations with the code of the checkout in which it runs, and prints the CPU seconds of each.

:mod:`benchmarks.checkouts` starts it with ``python -c`` in the folder of a checkout, whose modules it then imports. It
imports the project's modules from nowhere else: what ``make install`` added to the search is left out.
"""

import gc
import runpy
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scim2_server.requests import ScimRequest
    from scim2_server.responses import ScimResponse

    from benchmarks.places import TablePlace


def main(operations_file: Path, url: str, members: int) -> None:
    """Serve the operations that standard input names, one a line, and print the CPU seconds of each request.

    :param operations_file: The module that defines the operations, the same for all checkouts.
    :param url: The engine that holds the dataset.
    :param members: Members of the dataset's group.
    """
    search_only_here()
    from benchmarks.places import TablePlace
    from support.datasets import Dataset
    from support.engines import client_for

    operations = runpy.run_path(str(operations_file), run_name="operations")
    place = TablePlace(client_for(url), Dataset(members))
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(f"{_seconds(operations, place, line.strip())}\n")
        sys.stdout.flush()


def search_only_here() -> None:
    """Import the project's modules from the working folder or not at all: search no other folder that has some."""
    here = Path.cwd().resolve()
    sys.path[:] = [
        each
        for each in sys.path
        if Path(each).resolve() == here or not (Path(each) / "lambdas" / "__init__.py").is_file()
    ]


def _seconds(operations: dict[str, Any], place: "TablePlace", name: str) -> float:
    seconds = 0.0

    def measure(request: "ScimRequest") -> "ScimResponse":
        nonlocal seconds
        started = time.process_time()
        response = place.serve(request)
        seconds = time.process_time() - started
        return response

    operations["measured"](place, operations[name], measure)
    return seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
