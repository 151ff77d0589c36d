"""The examples in docstrings give what they show."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("benchmarks", "infra", "lambdas", "scimctl", "scimprobe", "support")
DIALECTS = ROOT / "lambdas" / "scim" / "dialects"
"""Their examples need models of their own: tests/unit/scim/dialects/test_chain.py runs them."""

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8") and DIALECTS not in path.parents
)


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_its_docstring_shows(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.attempted
    assert not result.failed
