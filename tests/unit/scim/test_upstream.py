"""Each fault that docs/contributor/upstream.md lists is still one of the pinned libraries, and what is used of them works."""

import doctest
import gc
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from scim2_models import SearchRequest, User
from scim2_server.utils import parametrize

from lambdas.scim.upstream import hold_generic

PAGE = Path(__file__).parents[3] / "docs/contributor/upstream.md"
PREPARATION, *SECTIONS = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def examples(section: str) -> str:
    """Return the interactive sessions in a part of the page."""
    return "\n".join(re.findall(r"^```pycon\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL))


def run(sessions: str) -> doctest.TestResults:
    test = doctest.DocTestParser().get_doctest(sessions, {"__name__": "upstream"}, PAGE.name, None, None)
    return doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(test)


@pytest.mark.parametrize("section", SECTIONS, ids=[each.partition("\n")[0] for each in SECTIONS])
def test_the_fault_is_not_corrected_yet(section: str, capsys: pytest.CaptureFixture[str]) -> None:
    session = examples(section)
    assert session
    results = run(f"{examples(PREPARATION)}\n{session}")
    assert results.failed == 0, capsys.readouterr().out


@pytest.mark.parametrize("section", SECTIONS, ids=[each.partition("\n")[0] for each in SECTIONS])
def test_the_page_names_what_works_around_it(section: str) -> None:
    expected = section.partition("Expected:")[2]
    files = re.findall(r"`([\w/]+\.py)`", expected)
    assert all((PAGE.parents[2] / "lambdas/scim" / each).exists() for each in files)
    assert files or "`DirectoryService.match`" in expected


def test_the_page_is_about_the_pinned_versions() -> None:
    for library in ("scim2-models", "scim2-server"):
        assert f"{library} {version(library)}" in PREPARATION


def test_a_generic_class_that_is_held_survives_a_collection_of_garbage() -> None:
    before = id(hold_generic(SearchRequest, User))
    gc.collect()
    assert id(parametrize(SearchRequest, User)) == before
