"""`scimprobe` as a program of its own: it starts fast, and needs nothing of the endpoint's own code."""

import subprocess
import sys

import pytest

HEAVY = ("boto3", "pydantic", "scim2_models", "ssl", "http.client", "lambdas", "scimctl", "infra")


def loaded(code: str) -> set[str]:
    """Return the modules that are loaded after the code ran in an interpreter of its own."""
    code = f"import sys\n{code}\nprint(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(finished.stdout.splitlines()[-1].split())


def test_help_loads_nothing_that_only_a_run_needs() -> None:
    code = "from scimprobe.main import app\ntry:\n    app(['--help'])\nexcept SystemExit: pass"
    assert not loaded(code) & set(HEAVY)


@pytest.mark.parametrize("room", ["scimprobe.check.suites", "scimprobe.check.report", "scimprobe.simulate.job"])
def test_nothing_of_the_endpoint_s_own_code_is_loaded_by_a_run(room: str) -> None:
    assert not loaded(f"import {room}") & {"boto3", "pydantic", "scim2_models", "lambdas", "scimctl", "infra"}
