"""`docs/operator/guides.md` holds what is there: each test, key and page that it names exists, and the file sets each key."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "operator" / "guides.md").read_text(encoding="utf-8")
SCENARIOS = ROOT / "tests" / "e2e" / "scenarios"
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
NAMES = re.findall(r"^\| \[(.+?)\]\(#.+?\) \| \[`([\w-]+)\.toml`\]\(.+?\) \| \[`(\w+\.py)`\]", DOCUMENT, re.MULTILINE)
"""Title of the section, environment, and scenario of each guide."""


def names_of_tests(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]


def value_at(settings: Any, key: str) -> Any:
    for part in key.split("."):
        settings = settings.get(part) if isinstance(settings, dict) else None
    return settings


def test_there_is_a_section_for_each_of_the_five_guides() -> None:
    assert len(NAMES) == 5
    assert {title for title, _, _ in NAMES} <= set(SECTIONS)


@pytest.mark.parametrize(("title", "environment", "scenario"), NAMES)
def test_each_test_that_a_guide_names_exists(title: str, environment: str, scenario: str) -> None:
    named = re.findall(r"`(…?[\w]+…?)`", " ".join(line for line in SECTIONS[title].splitlines() if "…" in line))
    patterns = [each for each in named if "…" in each]
    assert len(patterns) >= 5
    there = names_of_tests(SCENARIOS / scenario)
    missing = [
        each
        for each in patterns
        if not any(
            re.fullmatch(".*".join(map(re.escape, each.split("…"))), name.removeprefix("test")) for name in there
        )
    ]
    assert missing == []


@pytest.mark.parametrize(("title", "environment", "scenario"), NAMES)
def test_each_key_that_makes_a_statement_true_is_in_the_file_with_that_value(
    title: str, environment: str, scenario: str
) -> None:
    statements = SECTIONS[title].partition("| trouble |")[0]
    file = tomllib.loads((ROOT / "environments" / f"{environment}.toml").read_text(encoding="utf-8"))
    named = re.findall(r"[Kk]ey `([a-z_.]+) = ([^`]+)`", statements)
    wrong = {
        key: value
        for key, value in named
        if value_at(file, key) != tomllib.loads(f"x = {value}")["x"] and key != "groups.created_by_clients"
    }
    assert wrong == {}
    bare = {
        key for key in re.findall(r"(?<!no )[Kk]ey `([a-z_]+\.[a-z_.]+)`", statements) if not key.startswith("console.")
    }
    assert {key for key in bare if value_at(file, key) is None} == set()
    assert {key for key in re.findall(r"no key `([a-z_.]+)`", statements) if value_at(file, key) is not None} == set()
