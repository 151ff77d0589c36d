"""What the author of a file reads who declares something of attributes that cannot be."""

import pytest

from lambdas.environment.provider import build_provider
from support.environments import environment_of, mistakes_in

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
FORMS = """
[[extensions]]
urn = "urn:example:forms"
attributes = [
  { name = "level", type = "integer" },
  { name = "since", type = "dateTime" },
  { name = "note", mutability = "readOnly" },
  { name = "folders", multi_valued = true, shape = "objects" },
  { name = "tags", multi_valued = true },
  { name = "cost.centre" },
]
"""


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        (
            '[users]\nrequired = ["name.givenname2"]',
            'users.required names "name.givenname2"; did you mean "name.givenName"? It must be the path of an attribute of users',
        ),
        (
            '[users]\nunique = ["employeenumber"]',
            f'users.unique names "employeenumber"; did you mean "{ENTERPRISE}:employeeNumber"? '
            "It must be the path of an attribute of users",
        ),
        (
            '[users]\nmatching = ["shoe size"]',
            'users.matching names "shoe size"; it must be the path of an attribute of users, such as "name.givenName"',
        ),
        (
            '[groups.allowed]\nqqq = ["a"]',
            'groups.allowed names "qqq"; it must be the path of an attribute of groups, such as "displayName"',
        ),
        (
            "[users]\nrequired = ['emails[type eq \"work\"].value']",
            'users.required names "emails[type eq \\"work\\"].value"; it must be the path of an attribute of users without a '
            'filter, such as "emails.value"',
        ),
        (
            '[groups.defaults]\ntitle = "x"',
            'groups.defaults names "title"; it must be the path of an attribute of groups, such as "displayName"',
        ),
    ],
)
def test_a_path_that_names_no_attribute_is_told_with_the_one_that_was_meant(toml: str, told: str):
    assert mistakes_in(toml) == [f"  {told}."]


@pytest.mark.parametrize("key", ["required", "unique", "matching"])
@pytest.mark.parametrize(
    ("table", "path"),
    [
        ("users", "id"),
        ("users", "meta.location"),
        ("users", "schemas"),
        ("users", "groups"),
        ("users", "groups.value"),
        ("users", f"{ENTERPRISE}:manager.displayName"),
        ("users", "urn:example:forms:note"),
        ("groups", "members"),
        ("groups", "members.value"),
    ],
)
def test_nothing_is_asked_of_what_clients_do_not_set(key: str, table: str, path: str):
    (mistake,) = mistakes_in(f'[{table}]\n{key} = ["{path}"]\n{FORMS}')
    assert mistake == (
        f'  {table}.{key} names "{path}"; it must be an attribute that clients can set; the service sets this one.'
    )


@pytest.mark.parametrize("key", ["unique", "matching", "allowed"])
@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("active", "true or false"),
        ("name", 'objects: name a sub-attribute, "name.formatted", "name.familyName", "name.givenName", '),
        ("emails", 'objects: name a sub-attribute, "emails.value", "emails.display", '),
        ("urn:example:forms:folders", 'objects: name a sub-attribute, "urn:example:forms:folders.value"'),
        ("urn:example:forms:level", "whole numbers"),
        ("urn:example:forms:since", "dates and times"),
        ("x509Certificates.value", "binary data"),
    ],
)
def test_only_texts_are_unique_looked_up_or_restricted(key: str, path: str, held: str):
    line = f'[users.allowed]\n"{path}" = ["a"]' if key == "allowed" else f'[users]\n{key} = ["{path}"]'
    (mistake,) = mistakes_in(f"{line}\n{FORMS}")
    assert mistake.startswith(
        f'  users.{key} names "{path}"; it must be an attribute that holds texts; this one holds {held}'
    )


@pytest.mark.parametrize("line", ['unique = ["password"]', 'matching = ["password"]', 'defaults = { password = "x" }'])
def test_nothing_is_asked_of_a_password_but_to_be_there(line: str):
    (mistake,) = mistakes_in(f"[users]\n{line}")
    assert mistake.endswith('names "password"; it must be an attribute that is stored and returned; this one is not.')
    assert mistakes_in('[users]\nrequired = ["password"]') == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            'userType = ["Premium", "premium"]',
            'users.allowed.userType has "Premium" and "premium", which compare as equal; it must be'
            " a list of values that differ in more than case",
        ),
        (
            'externalId = ["a", "a"]',
            'users.allowed.externalId has "a" and "a", which compare as equal; it must be a list of values that differ',
        ),
        ('externalId = ["a", "A"]', None),
    ],
)
def test_allowed_values_differ_as_the_attribute_compares_them(values: str, told: str | None):
    assert mistakes_in(f"[users.allowed]\n{values}") == ([f"  {told}."] if told else [])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('active = "yes"', 'users.defaults.active is "yes"; it must be true or false'),
        ("title = 5", "users.defaults.title is 5; it must be a text"),
        ("title = true", "users.defaults.title is true; it must be a text"),
        (
            '"urn:example:forms:level" = "5"',
            'users.defaults."urn:example:forms:level" is "5"; it must be a whole number',
        ),
        (
            '"urn:example:forms:level" = 1.5',
            'users.defaults."urn:example:forms:level" is 1.5; it must be a whole number',
        ),
        (
            '"urn:example:forms:level" = true',
            'users.defaults."urn:example:forms:level" is true; it must be a whole number',
        ),
        (
            '"urn:example:forms:since" = "yesterday"',
            'users.defaults."urn:example:forms:since" is "yesterday"; it must be a date and time such as 2030-01-31T08:00:00Z',
        ),
        (
            'userName = "ann"',
            "users.defaults.userName is set, but userName is unique among users and cannot have a default; remove it",
        ),
        (
            'nickName = "al"',
            "users.defaults.nickName is set, but nickName is unique among users and cannot have a default; remove it",
        ),
        (
            'userType = "standard"',
            'users.defaults.userType is "standard"; it must be one of the allowed values: "Premium", "Standard"',
        ),
        (
            'id = "1"',
            'users.defaults names "id"; it must be an attribute that clients can set; the service sets this one',
        ),
    ],
)
def test_a_default_is_a_value_that_the_attribute_can_have(line: str, told: str):
    rules = '[users]\nunique = ["nickName"]\n[users.allowed]\nuserType = ["Premium", "Standard"]\n'
    assert mistakes_in(f"{rules}[users.defaults]\n{line}\n{FORMS}") == [f"  {told}."]


def test_a_default_for_an_object_is_told_what_of_it_can_have_one():
    (mistake,) = mistakes_in('[users.defaults]\nroles = "ReadOnly"')
    assert mistake.startswith(
        '  users.defaults names "roles"; it must be an attribute that holds single values; this one holds objects: '
        'name a sub-attribute, "roles.value", '
    )


def test_every_mistake_of_both_tables_is_told_at_once():
    told = mistakes_in('[users]\nrequired = ["qqq", "zzz"]\n[groups]\nunique = ["members"]')
    assert [each.split(" names ")[0].strip() for each in told] == ["users.required", "users.required", "groups.unique"]


@pytest.mark.parametrize(
    "toml",
    [
        '[users]\nrequired = ["Name.GivenName", "EMAILS.value", "name", "emails", "active", "password"]',
        f'[users]\nunique = ["externalId", "{ENTERPRISE.upper().replace("URN", "urn", 1)}:EmployeeNumber"]',
        '[users]\nmatching = ["urn:example:forms:tags", "urn:example:forms:folders.value", "urn:example:forms:cost.centre"]',
        '[users.defaults]\n"urn:example:forms:level" = 3\n"urn:example:forms:tags" = "a"\nactive = true\n"roles.value" = "R"',
        '[users.defaults]\n"urn:example:forms:since" = "2030-01-31T08:00:00Z"\n"urn:example:forms:cost.centre" = "7"',
        '[groups]\nrequired = ["externalId"]\nmatching = ["displayName"]',
    ],
)
def test_paths_are_found_whatever_their_case_and_their_names(toml: str):
    assert mistakes_in(f"{toml}\n{FORMS}") == []


def test_what_is_deleted_stays_only_where_what_is_disabled_stays():
    (mistake,) = mistakes_in('[users.deprovisioning]\ndeactivated = "remove"\ndeleted = "disable"')
    assert mistake.startswith('  users.deprovisioning.deactivated is "remove", so deleted must be "remove" too; ')


def test_the_description_of_a_service_finds_by_what_the_file_says_and_by_what_every_client_matches():
    provider = build_provider(environment_of('[users]\nunique = ["emails.value"]\nmatching = ["title", "userName"]'))
    assert [each.name for each in provider.unique("User")] == ["userName", "emails.value"]
    assert [each.name for each in provider.matching("User")] == [
        "externalId",
        "emails.value",
        f"{ENTERPRISE}:manager.value",
        "title",
    ]
    assert [each.name for each in provider.unique("Group")] == ["displayName"]
