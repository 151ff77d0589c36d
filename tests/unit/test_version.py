"""The version that functions and stacks name is the project's."""

import tomllib

from lambdas.environment.file import ROOT
from lambdas.version import VERSION


def test_the_version_in_the_functions_is_that_of_the_project():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
