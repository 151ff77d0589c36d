"""Public text keeps to the project's words: docstrings' first sentences, strings in code, help and documentation.

A word has one meaning here, and a reader needs none of them twice. :data:`FORBIDDEN` holds what the project does not write,
with what it writes instead.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("benchmarks", "examples", "infra", "lambdas", "scimctl", "scimprobe", "support")

FORBIDDEN = {
    r"tell|tells|told|telling": "say what happens: return, print, show, log, report, notify",
    r"go on|goes on|going on|went on": "continue, resume, retry",
    r"(of|none of|one of) ours": "the project's, custom, this service's",
    r"in the way": "name the conflict: conflicting, blocking, to evict",
    r"mend|mends|mended|mending": "fix, repair, roll back, correct",
    r"plays|played": "simulates, replays, runs",
    r"it is said|is said to|as it was meant|what is said": "state it: documented, configured, requested",
    r"(can|cannot) be said": "supported, unsupported, allowed",
    r"whoever|somebody|someone": "the user, the operator, the administrator, the caller, an attacker",
    r"let go|lets go": "remove, release",
    r"some \d+": "about N, up to N",
    r"hears? of": "receives, is notified of",
}
"""What public text does not hold, with what it holds instead. Case does not matter; whole words only."""

_FORBIDDEN = {re.compile(rf"\b(?:{words})\b", re.IGNORECASE): instead for words, instead in FORBIDDEN.items()}

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`:])|\n\s*\n")
_CODE = re.compile(r"^```.*?^```|``.+?``|`[^`\n]+`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)


@cache
def python_files() -> tuple[Path, ...]:
    return tuple(sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")))


@cache
def documents() -> tuple[Path, ...]:
    return (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))


def prose_of(document: str) -> str:
    """Return a Markdown text without code, links' targets and paths, its lines kept."""
    return _CODE.sub(lambda match: "\n" * match[0].count("\n"), document)


def public_strings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each docstring's first sentence and of every other string that has words.

    A command's docstring is its help: all of it is public.
    """
    tree = ast.parse(source)
    first_sentence_only = {id(each) for node in ast.walk(tree) for each in _docstrings(node) if not _is_command(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            text = node.value.strip()
            if id(node) in first_sentence_only:
                text = _SENTENCE_END.split(text, maxsplit=1)[0]
            yield node.lineno, _CODE.sub("", text)


def _docstrings(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the strings that stand alone in a body: its own docstring and those below attributes."""
    body = getattr(node, "body", None)
    for statement in body if isinstance(body, list) else []:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            yield statement.value


def _is_command(node: ast.AST) -> bool:
    decorators = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
    return any(re.search(r"\.(command|callback)\(", each) for each in decorators)


def found_in(text: str) -> Iterator[str]:
    for pattern, instead in _FORBIDDEN.items():
        for match in pattern.finditer(text):
            yield f'"{match[0]}" (say: {instead})'


def mistakes_in(path: Path) -> list[str]:
    """Return where a file holds a forbidden word: line, word, and what to write."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [
            f"{path.relative_to(ROOT)}:{line}: {found}"
            for line, each in public_strings(text)
            for found in found_in(each)
        ]
    lines = enumerate(prose_of(text).splitlines(), 1)
    return [f"{path.relative_to(ROOT)}:{line}: {found}" for line, each in lines for found in found_in(each)]


@pytest.mark.parametrize(
    "path",
    [*python_files(), *documents()],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_public_text_holds_no_forbidden_word(path: Path) -> None:
    assert mistakes_in(path) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""Return what the user is told."""', [1]),
        ('"""Return the answer. What it was told before is left out."""', []),
        ('def f(): raise ValueError(f"{name} goes on")', [1]),
        ('HELP = typer.Option(help="Whoever is disabled")', [1]),
        ('@app.command()\ndef f():\n    """Show a user.\n\n    It tells why."""', [3]),
        ('WORDS = {"told": 1}', []),
        ('"""Return ``told`` of a `tells`."""', []),
        ('"""Recommend a display."""', []),
    ],
)
def test_words_are_found_in_strings_and_first_sentences_and_not_in_code(source: str, lines: list[int]) -> None:
    assert [line for line, text in public_strings(source) if any(found_in(text))] == lines


def test_words_are_found_in_documents_and_not_in_their_code() -> None:
    document = "The log tells why.\n```\necho tells\n```\nSee `told` and [this](docs/told.md).\nIt goes on."
    assert [n for n, line in enumerate(prose_of(document).splitlines(), 1) if any(found_in(line))] == [1, 6]
