"""Error details: the client gets values, the log does not; and every detail in the code is made so."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from scim2_models import InvalidValueException, NotFoundException, UniquenessException

from lambdas.scim.detail import HIDDEN, NOT_LOGGED, Detail, Shown, logged_detail
from lambdas.scim.error_details import restate
from lambdas.scim.errors import TakenValueException
from lambdas.scim.library_texts import TEXTS, detail_for
from lambdas.scim.path_names import names_in

LAMBDAS = Path(__file__).resolve().parents[3] / "lambdas"
SOURCES = [path for room in ("api", "environment", "scim", "store") for path in sorted((LAMBDAS / room).rglob("*.py"))]


def test_a_value_is_in_the_client_s_text_and_a_fact_in_both() -> None:
    detail = Detail('{attribute} must not be "{sent}"', attribute="userType", values={"sent": "secret"})
    assert (detail, detail.logged) == ('userType must not be "secret"', 'userType must not be "?"')


def test_a_part_may_have_a_text_of_its_own_for_the_log() -> None:
    detail = Detail("{path} is wrong", values={"path": Shown('emails[value eq "a"]', "emails")})
    assert (detail, detail.logged) == ('emails[value eq "a"] is wrong', "emails is wrong")


@pytest.mark.parametrize("value", ["{attribute}", "{0}", "}{", "%s", "{sent.__class__}"])
def test_braces_in_a_value_are_text(value: str) -> None:
    assert Detail("{attribute}: {sent}", attribute="title", values={"sent": value}) == f"title: {value}"


def test_a_text_that_is_no_detail_is_not_logged() -> None:
    assert logged_detail(InvalidValueException(detail="the secret is 7")) == NOT_LOGGED


def test_an_error_keeps_its_kind_and_its_other_attributes_with_its_new_detail() -> None:
    taken = restate(TakenValueException(detail=Detail("x"), attribute="userName", owner="7"))
    assert (type(taken), taken.owner, taken.attribute) == (TakenValueException, "7", "userName")
    found = restate(NotFoundException(detail="Schema 'secret' not found"))
    assert (type(found), found.status, found.detail, found.to_error().detail) == (
        NotFoundException, 404, "No Schema has this id", "No Schema has this id"
    )  # fmt: skip
    assert logged_detail(restate(UniquenessException())) == UniquenessException().detail


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("title", "title"),
        ("name.givenName", "name.givenName"),
        ('emails[type eq "work"].value', "emails.value"),
        ('emails[value eq "ada@example.com"]', "emails"),
        ('password eq "Pa55-SECRET"', "password"),
        ('emails.value eq "ada@x"', "emails.value"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",) * 2,
        ("ada@example.com", HIDDEN),
        ('"secret"', HIDDEN),
        ("my secret", HIDDEN),
        ("", HIDDEN),
    ],
)
def test_a_path_in_the_log_is_the_name_of_an_attribute(path: str, names: str) -> None:
    assert names_in(path) == names


WHERE = Shown("Operations[0]", "Operations[0]")


@pytest.mark.parametrize(
    ("text", "detail", "logged"),
    [
        ("'secret' is not a PATCH operation: add, remove or replace", "Operations[0] must be add, replace or remove", None),
        ("Field not found: secret", "Operations[0]: no attribute is called secret", "Operations[0]: no attribute is called ?"),
        ("'emails[value eq \"a\"].type' is read-only", 'emails[value eq "a"].type is read-only', "emails.type is read-only"),
        ("'secret' must be compared to a single value", "Operations[0]: secret must be a single value", None),
        ("'secret' is not an attribute name", "Operations[0]: no attribute is called secret", None),
        ("The bulkId secret is not unique in the request", "The bulkId secret is used more than once", None),
        ("invalid syntax at column 7", "Operations[0] has a syntax error at column 7", None),
    ],
)  # fmt: skip
def test_a_text_of_a_library_is_restated_without_its_values_in_the_log(
    text: str, detail: str, logged: str | None
) -> None:
    restated = detail_for(text, WHERE)
    assert restated is not None
    assert (restated, restated.logged) == (detail, logged or detail.replace("secret", HIDDEN))


def test_an_unknown_text_of_a_library_has_no_detail() -> None:
    assert detail_for("something new about secret", WHERE) is None


def test_no_text_is_matched_by_two_entries_of_the_same_pattern() -> None:
    patterns = [each.pattern.pattern for each in TEXTS]
    assert len(patterns) == len(set(patterns))


def details_in(path: Path) -> Iterator[tuple[int, ast.expr]]:
    """Yield the line and the expression of each ``detail=`` argument, and of each template of a Detail.

    For a name, the expression is what the module assigns to it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for each in node.keywords:
                if each.arg == "detail":
                    value = each.value
                    yield node.lineno, assigned.get(value.id, value) if isinstance(value, ast.Name) else value
            if isinstance(node.func, ast.Name) and node.func.id == "Detail" and isinstance(node.args[0], ast.JoinedStr):
                yield node.lineno, node.args[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(LAMBDAS)))
def test_every_detail_in_the_code_keeps_values_apart(path: Path) -> None:
    texts = [line for line, each in details_in(path) if isinstance(each, ast.Constant | ast.JoinedStr | ast.BinOp)]
    assert texts == [], f"{path.name}: a detail must be a Detail, its values apart from its template, in lines {texts}"
