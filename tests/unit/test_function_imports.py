"""What each function imports when it starts: only what its first request needs."""

import gc
import json
import os
import subprocess
import sys

import pytest

from lambdas import imports
from lambdas.environment import file as settings
from support.functions import ALL_VARIABLES

HEAVY = (
    "asyncio",
    "boto3",
    "email_validator.syntax",
    "idna",
    "jinja2",
    "joserfc",
    "lambdas.environment.declarations",
    "lambdas.environment.file.environment",
    "pydantic",
    "s3transfer",
    "scim2_models",
)
"""Packages and modules that take milliseconds to import."""

NEEDED: dict[str, set[str]] = {
    "authorizer": set(),
    "webhooks": {"pydantic"},
    "watch": {"pydantic"},
    "changes": {"pydantic"},
    "events": {"pydantic"},
    "token": {"pydantic", "joserfc"},
    "api": {"pydantic", "scim2_models", "lambdas.environment.declarations"},
    "console": {"jinja2", "asyncio"},  # Powertools' routes import asyncio
}
"""By function, those that it needs; each function is imported after the ones above it."""

PROGRAM = """
import gc, importlib, json, sys
thresholds = gc.get_threshold()
for name in sys.argv[1].split():
    importlib.import_module(f"lambdas.{name}.handler")
    print(json.dumps([name, *(each for each in sys.argv[2].split() if each in sys.modules)]))
import email_validator
print(json.dumps([gc.get_threshold() == thresholds, gc.get_freeze_count() > 100_000]))
print(json.dumps(email_validator.validate_email("ada@example.com", check_deliverability=False).domain))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What was loaded after the import of each function, in one process with the settings of a deployed function."""
    folder = tmp_path_factory.mktemp("layer")
    (folder / settings.DEPLOYED_FILE).write_text(settings.load("local").for_functions())
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, " ".join(NEEDED), " ".join(HEAVY)],
        env={**os.environ, **ALL_VARIABLES, "PYTHONPATH": f"{folder}{os.pathsep}{settings.ROOT}"},
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_function_imports_what_its_first_request_needs_and_nothing_else_that_is_heavy(printed):
    needed: set[str] = set()
    for (name, *loaded), own in zip(printed, NEEDED.values(), strict=False):
        needed |= own
        assert set(loaded) == needed, name


def test_what_was_imported_is_left_out_of_later_collections_of_garbage(printed):
    assert printed[-2] == [True, True]


def test_a_process_that_is_no_function_collects_garbage_as_before():
    before = gc.get_threshold(), gc.get_freeze_count()
    imports.import_models()
    assert gc.get_threshold() == before[0]
    imports.complete_imports()
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_a_deferred_package_works_when_something_uses_it(printed):
    assert printed[-1] == "example.com"
