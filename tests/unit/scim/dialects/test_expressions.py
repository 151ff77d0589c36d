"""The dialects that read filters and lists of attributes: one test or more for each, named after it."""

import time

import pytest

from lambdas.scim import dialects
from lambdas.scim.dialects.filter_grammar import attribute_named_by
from tests.unit.scim.dialect_models import CUSTOM, ENTERPRISE, GROUP, USER

MANAGER = f"{ENTERPRISE}:manager"


def read(text: str) -> str:
    return dialects.read_filter(text, [USER, GROUP])


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("externalId eq jyoung", 'externalId eq "jyoung"'),
        ("id eq 5414", 'id eq "5414"'),
        ("userName eq true", 'userName eq "true"'),
        ("userName sw a@b.c)", 'userName sw "a@b.c")'),
        ("(userName EQ a) and not (title co b)", '(userName EQ "a") and not (title co "b")'),
        ("emails[type eq work and value ew x].value co y", 'emails[type eq "work" and value ew "x"].value co "y"'),
        ("members eq 7", 'members eq "7"'),
        ("meta.lastModified gt 2011-05-13T04:42:34Z", 'meta.lastModified gt "2011-05-13T04:42:34Z"'),
        (f"{CUSTOM}:level eq seven", f'{CUSTOM}:level eq "seven"'),
        ("unknown eq x", 'unknown eq "x"'),
        ("userName eq caf\u00e9", 'userName eq "caf\u00e9"'),
    ],
)
def test_unquoted_operand_is_quoted(sent: str, expected: str) -> None:
    assert read(sent) == expected


@pytest.mark.parametrize(
    "kept",
    [
        *("active eq true", "active eq FALSE", "title eq null", f"{CUSTOM}:level ge 7", f"{CUSTOM}:level eq -1.5e3"),
        *(
            "unknown eq 7",
            "userName eq 'a'",
            "title pr",
            'userName eq "a b"',
            "userName eq a b",
            "userName eq",
            "((",
            "",
        ),
        *('userName eq "a" title pr', 'emails[type eq "work"', "emails[]", 'userName eq "a\\"', "a]b", "[type eq x]"),
    ],
)
def test_unquoted_operand_is_neither_a_literal_of_the_right_type_nor_what_cannot_be_followed(kept: str) -> None:
    assert read(kept) == kept


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ('active eq "True"', "active eq true"),
        ('roles[primary eq "false"]', "roles[primary eq false]"),
        ('emails[type eq "work"].primary ne "TRUE"', 'emails[type eq "work"].primary ne true'),
        (f'{CUSTOM}:guest eq "True"', f"{CUSTOM}:guest eq true"),
    ],
)
def test_boolean_operand_is_a_boolean(sent: str, expected: str) -> None:
    assert read(sent) == expected


@pytest.mark.parametrize("kept", ['active eq "yes"', 'title eq "True"', 'unknown eq "True"', "active pr"])
def test_boolean_operand_is_spelled_true_or_false_and_compared_with_a_boolean(kept: str) -> None:
    assert read(kept) == kept


def test_compared_reference_is_compared_by_its_value() -> None:
    assert read('id eq "1" and manager eq "2"') == f'id eq "1" and {MANAGER}.value eq "2"'
    assert read(f'{CUSTOM}:buddy eq "2"') == f'{CUSTOM}:buddy.value eq "2"'


@pytest.mark.parametrize("kept", [f"{MANAGER} pr", f"{MANAGER} eq null", f'{MANAGER}.value eq "2"', 'members eq "2"'])
def test_compared_reference_is_a_comparison_of_the_whole(kept: str) -> None:
    assert read(kept) == kept


def test_unqualified_attribute_is_found_in_filters() -> None:
    assert read("employeeNumber eq 7") == f'{ENTERPRISE}:employeeNumber eq "7"'
    assert read("not (department pr)") == f"not ({ENTERPRISE}:department pr)"


def test_dotted_urn_is_found_in_filters() -> None:
    assert read(f'{ENTERPRISE}.department eq "D"') == f'{ENTERPRISE}:department eq "D"'


def test_awkward_name_is_found_in_filters() -> None:
    assert read(f'{CUSTOM}:cost.centre eq "7" or {CUSTOM}:a:b pr') == f'{CUSTOM}:costcentre eq "7" or {CUSTOM}:ab pr'


def test_filtered_single_value_in_filter_is_a_group_of_terms() -> None:
    assert read('manager[value eq 1 and not (displayName co "x")]') == (
        f'({MANAGER}.value eq "1" and not ({MANAGER}.displayName co "x"))'
    )
    assert read('manager[value eq "1"].displayName pr') == f'(({MANAGER}.value eq "1") and {MANAGER}.displayName pr)'


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ('emails[type eq "work"]', "emails"),
        ('emails[type eq "a,b]"].value,userName', "emails.value,userName"),
        ("manager,department", f"{MANAGER},{ENTERPRISE}:department"),
        ("userName,emails.value", "userName,emails.value"),
        ("emails[type", "emails[type"),
        ("", ""),
    ],
)
def test_filtered_attribute_is_the_whole_attribute(sent: str, expected: str) -> None:
    query = {"attributes": sent, "excludedAttributes": sent}
    assert dialects.read_query(query, [USER]) == {"attributes": expected, "excludedAttributes": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('meta.lastModified gt "2011-05-14T04:42:34"', 'meta.lastModified gt "2011-05-14T04:42:34Z"'),
        ("meta.created LE 2011-05-14T04:42:34.123", 'meta.created LE "2011-05-14T04:42:34.123Z"'),
        ('meta.lastModified gt "2011-05-14T04:42:34+02:00"', 'meta.lastModified gt "2011-05-14T04:42:34+02:00"'),
        ('meta.lastModified gt "2011-05-14"', 'meta.lastModified gt "not a date and time"'),
        ("meta.lastModified gt 2011", 'meta.lastModified gt "not a date and time"'),
        ('meta.lastModified gt ""', 'meta.lastModified gt "not a date and time"'),
        ('meta.lastModified sw "2011-05"', 'meta.lastModified sw "2011-05"'),
        ('title gt "2011-05-14"', 'title gt "2011-05-14"'),
        ("meta.lastModified pr", "meta.lastModified pr"),
    ],
)
def test_date_time_operand_without_a_zone_is_in_utc_and_another_text_is_refused(text: str, expected: str) -> None:
    assert read(text) == expected


def test_a_query_is_read_by_parameter_and_others_are_left_alone() -> None:
    query = {"filter": "id eq 1", "sortBy": "department", "count": "5", "aadOptscim062020": ""}
    assert dialects.read_query(query, [USER]) == {**query, "filter": 'id eq "1"', "sortBy": f"{ENTERPRISE}:department"}


def test_a_search_body_is_read_like_a_query() -> None:
    sent = {
        "Filter": "id eq 1",
        "ATTRIBUTES": ["manager", 'emails[type eq "work"]', 7],
        "excludedAttributes": "department",
        "count": 5,
    }
    assert dialects.read_search(sent, [USER]) == {
        "filter": 'id eq "1"',
        "attributes": [MANAGER, "emails", 7],
        "excludedAttributes": f"{ENTERPRISE}:department",
        "count": 5,
    }


HOSTILE = [
    "[" * 8_000,
    '["' * 4_000,
    "(" * 8_000,
    "a[" * 4_000,
    'a eq "' + "\\" * 8_000,
    '\\"' * 4_000,
    "a " * 4_000,
    " " * 8_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_read_in_no_time(text: str) -> None:
    began = time.process_time()
    dialects.read_query({"filter": text, "attributes": text, "sortBy": text}, [USER, GROUP])
    dialects.read_patch({"Operations": [{"op": "add", "path": text, "value": {text: 1}}]}, USER)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("title", "title"),
        (f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager.value"),
        ('emails[type eq "secret"].value', "emails.value"),
        ('emails[value eq "a]secret"].value', "emails.value"),
        ('password eq "secret"', "password"),
        ("emails.value sw secret", "emails.value"),
        ("title pr", "title"),
        ('emails[type eq "secret', "emails?"),
        ('foo "secret"', "foo?"),
        ("cost centre", "cost?"),
        ("foo like secret", "foo?"),
        ("foo[a[value eq secret]secret]", "foo?"),
        ("foo=secret", "?"),
        ("foo/secret", "?"),
        ("secret@example.com", "?"),
        ("[secret]", "?"),
        ("", "?"),
    ],
)
def test_the_attribute_of_a_path_holds_no_value(path: str, attribute: str) -> None:
    assert attribute_named_by(path) == attribute
