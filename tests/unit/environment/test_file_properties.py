"""Whatever an environment file says, it is read or its mistakes are told."""

import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.environment.file import Environment, SettingsError, load
from tests.examples import examples
from tests.unit.environment.files import MINIMAL, as_toml, files, files_that_fit

FOREIGN = ["pydantic", "validation error", "Input should", "input_type", "input_value", "should be"]
"""Words of libraries."""


@pytest.fixture(scope="module")
def file():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "acme.toml"


def outcome(file: Path, content: bytes) -> Environment | SettingsError:
    """What reading a file ends in; anything that is raised beside it fails the test."""
    file.write_bytes(content)
    try:
        return load(file)
    except SettingsError as error:
        return error


@settings(max_examples=examples(200), deadline=None)
@given(data=st.one_of(files(), files_that_fit()))
def test_any_data_is_an_environment_or_has_its_mistakes_told(file: Path, data: dict[str, Any]):
    text = as_toml(data)
    assert tomllib.loads(text).keys() == data.keys()
    found = outcome(file, text.encode())
    if isinstance(found, Environment):
        assert Environment.model_validate_json(found.model_dump_json()) == found
        assert load(file, "local").local
    else:
        assert found.mistakes
        told = [f"  {mistake.text}." for mistake in found.mistakes]
        assert str(found).splitlines() == [f"{file} is invalid:", *told]
        assert [word for word in FOREIGN if word in str(found)] == []


@settings(max_examples=examples(100), deadline=None)
@given(text=st.one_of(st.text(max_size=50), st.text('abc"=[]{}.:#\n 1', max_size=50)))
def test_any_text_is_an_environment_or_is_said_not_to_be_one(file: Path, text: str):
    found = outcome(file, f"{as_toml(MINIMAL)}{text}".encode(errors="surrogatepass"))
    assert isinstance(found, Environment) or str(file) in str(found)
