"""docs/operator/environments.md tells every key of an environment file, and what it shows can be used."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from tests.unit.environment.files import MINIMAL, as_toml

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "operator" / "environments.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.]+)` \| [^|]+ \| ([^|]+) \|[^|]*\|$", re.MULTILINE)
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOP = "### What every file needs"


def sections() -> dict[str, str]:
    """The parts of the document by their headings."""
    parts = re.split(r"^(###? .*)$", TEXT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    """The tables of a model, at any depth: what each is called in the file, and its keys; the first is the file itself."""
    yield above, dict(model.model_fields)
    for name, field in model.model_fields.items():
        for each in (field.annotation, *get_args(field.annotation)):
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from tables(each, f"{above}.{name}".removeprefix("."))


def telling(table: str) -> str:
    """The part of the document that tells of a table: the one headed by it, or by the table that it is in."""
    if not table:
        return sections()[TOP]
    headed = [text for heading, text in sections().items() if re.search(rf"`\[+{re.escape(table)}\]+`", heading)]
    return headed[0] if headed else telling(table.rpartition(".")[0])


TABLES = dict(tables(Environment))


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_told_where_its_table_is(table: str):
    told = {key.removeprefix(f"{table}.") for key, _ in ROW.findall(telling(table))}
    keys = TABLES[table].keys() if table else TABLES[""].keys() - TABLES.keys() - {"extensions"} | {"aws"}
    assert keys - told == set()


def test_every_table_has_a_heading_of_its_own_or_is_told_with_the_table_it_is_in():
    headings = "\n".join(sections())
    assert [name for name in TABLES if name and not re.search(rf"`\[+{name.partition('.')[0]}[.\]]", headings)] == []


def test_no_key_is_told_that_there_is_not():
    sources = {"groups", "roles", "system-groups", "operator"}
    keys = {key for fields in TABLES.values() for key in fields} | sources
    rows = ROW.findall(TEXT)
    assert len(rows) > 50
    assert {key.rpartition(".")[2] for key, _ in rows} - keys == set()


@pytest.mark.parametrize("table", TABLES)
def test_every_default_is_told_as_it_is(table: str):
    wrong = {}
    for key, told in ROW.findall(telling(table)):
        name = key.removeprefix(f"{table}.")
        fields = [of[name] for above, of in TABLES.items() if name in of and telling(above) == telling(table)]
        if "." not in name and not any(agrees(told, field) for field in fields):
            wrong[key] = told
    assert wrong == {}


def agrees(told: str, field: FieldInfo) -> bool:
    """Whether the document says of a key's default what is so; a default in words is not compared."""
    if field.is_required() or told == "needed":
        return field.is_required() and told == "needed"
    if not told.startswith("`"):
        return not field.default or isinstance(field.default, BaseModel) or field.default_factory is not None
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    return bool(tomllib.loads(f"value = {told.strip('`')}")["value"] == default)


@pytest.mark.parametrize("shown", TOML.findall(TEXT), ids=lambda text: text.split("\n")[0])
def test_every_file_that_is_shown_can_be_used(shown: str, tmp_path: Path):
    told = tomllib.loads(shown)
    path = tmp_path / f"{told.get('name', 'acme')}.toml"
    path.write_text(shown if "name" in told else as_toml(MINIMAL) + shown)
    assert settings.load(path)
