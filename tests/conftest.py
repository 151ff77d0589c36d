"""What holds for every tier: how hypothesis tries examples, what runs when, what stays in one worker, what no test inherits."""

import functools
import gc
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from hypothesis import settings

# No deadline: an example is slow because the machine is busy, or because it is the first, and not because it is wrong.
settings.register_profile("project", deadline=None, max_examples=25)
settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("full", deadline=None, max_examples=200)
settings.load_profile("project")


INHERITED = re.compile(
    r"AWS_|BOTO_|GIT_|LAMBDA_|POWERTOOLS_|SCIM|JSII_(?!SILENCE)|(FORCE_COLOR|NO_COLOR|COLUMNS|LINES|CDK_\w+)$"
)
"""Variables of whoever starts a run that would change what a test sees: their AWS account, endpoint, region, terminal,
the repository of a hook."""


def start_alike() -> None:
    """Remove what would come from the shell. Called on import, before any other conftest sets variables of its own."""
    for name in [name for name in os.environ if INHERITED.match(name)]:
        del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost")))
    # nohup and a shell's background ignore SIGINT, and a process hands that on to all it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


start_alike()


@pytest.fixture(scope="session", autouse=True)
def _descriptions_of_aws_are_read_once() -> Iterator[None]:
    """Let all of botocore's sessions share what they read from disk: a third of a second for each command otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.loaders.create_loader))
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which ``make screenshots`` names its folder."""
    parser.addoption("--screenshots", metavar="FOLDER", help="write the screenshots of the console to this folder")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers by which a run chooses."""
    config.addinivalue_line("markers", "full: another variant of what `make test` runs; only `make test-full` runs it")


def pytest_collection_finish() -> None:
    """Keep modules and tests out of further garbage collections, each of which would look at all of them."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one worker what shares something that takes long to make."""
    from tests.scheduling import ByWhatIsShared

    return ByWhatIsShared(config, log)
