"""Mistakes deep inside an environment file: each is told by a key that a person finds."""

import json
from pathlib import Path

import pytest

from lambdas.environment import file as settings
from lambdas.environment.file import Mistake, SettingsError
from tests.unit.environment.files import MINIMAL, as_toml


@pytest.fixture
def told(tmp_path: Path):
    def of(text: str, *, top: str = "") -> list[str]:
        """What is told of a file that is right but for some text, below its tables or above them."""
        path = tmp_path / "acme.toml"
        path.write_text(f"{top}\n{as_toml(MINIMAL)}{text}", encoding="utf-8")
        with pytest.raises(SettingsError) as raised:
            settings.load(path)
        first, *lines = str(raised.value).replace(str(path), "FILE").splitlines()
        assert first == "FILE is invalid:" or not lines
        return [line.removeprefix("  ").removesuffix(".") for line in lines] or [first]

    return of


EXTENSIONS = """
[[extensions]]
urn = "urn:x:first"
open = true
[[extensions]]
urn = "urn:x:second"
[[extensions.attributes]]
name = "folders"
[[extensions.attributes]]
"""


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (
            'name = "color"\ntype = "text"',
            'extensions[2].attributes[2].type ("urn:x:second", "color") is "text"; it must be "string", "boolean", ',
        ),
        (
            'type = "string"',
            'extensions[2].attributes[2].name ("urn:x:second") is missing; it must be the name of the ',
        ),
        (
            'name = "color"\nmultivalued = true',
            'extensions[2].attributes[2].multivalued ("urn:x:second", "color") is not a known key; did you mean "multi_valued"? '
            "Known keys of [[extensions.attributes]]: name, type, multi_valued, ",
        ),
        ("name = 3", 'extensions[2].attributes[2].name ("urn:x:second") is 3; it must be the name of the attribute'),
    ],
)
def test_a_mistake_in_a_table_of_a_list_is_told_with_number_and_name_of_the_table(told, line: str, mistake: str):
    (line,) = told(EXTENSIONS + line)
    assert line.startswith(mistake)


def test_a_table_of_a_list_is_not_named_by_the_key_that_is_wrong(told):
    lines = told('[[extensions]]\nurn = "nonsense"\nopne = true\n')
    assert lines[0].startswith('extensions[1].urn is "nonsense"; it must be the URN of the schema')
    assert lines[1].startswith(
        'extensions[1].opne ("nonsense") is not a known key; did you mean "open"? Known keys of [[extensions]]'
    )


@pytest.mark.parametrize(
    ("top", "mistake"),
    [
        ("users = 3", "users is 3; it must be a table [users]"),
        ("users = [{}]", "users is [{}]; it must be a table [users]"),
        ("domain = true", "domain is true; it must be a table [domain]"),
        ("extensions = 3", "extensions is 3; it must be a list of tables [[extensions]]"),
        ("extensions = {}", "extensions is {}; it must be a list of tables [[extensions]]"),
        ("extensions = [3]", "extensions[1] is 3; extensions must be a list of tables [[extensions]]"),
        ('permissions = {sets = "a"}', 'permissions.sets is "a"; it must be a list of tables [[permissions.sets]]'),
        (
            'extensions = [{urn = "urn:x:yz", attributes = 3}]',
            'extensions[1].attributes ("urn:x:yz") is 3; it must be a list of tables [[extensions.attributes]]',
        ),
    ],
)
def test_what_should_be_a_table_or_a_list_of_tables_is_told_by_how_one_begins(told, top: str, mistake: str):
    assert told("", top=top) == [mistake]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            '[permissions]\nsources = ["operator", "group"]',
            'permissions.sources[2] is "group"; permissions.sources must be a list of sources: "groups", ',
        ),
        ('[permissions]\ndefault = "reader"', 'permissions.default is "reader"; it must be a list of set ids'),
        (
            '[[permissions.sets]]\nid = "a b"\nname = "Admin"',
            'permissions.sets[1].id ("Admin") is "a b"; it must be an id of up to 64 letters, digits',
        ),
        ('[users]\nrequired = "userName"', 'users.required is "userName"; it must be a list of attribute paths'),
        ("[groups]\nunique = [3]", "groups.unique[1] is 3; groups.unique must be a list of attribute paths"),
        (
            '[users.allowed]\nuserType = "Premium"',
            'users.allowed.userType is "Premium"; users.allowed must be a table that maps attribute paths to lists',
        ),
        (
            '[users.allowed]\n"emails.type" = ["work", 3]',
            'users.allowed."emails.type"[2] is 3; users.allowed must be a table that maps attribute paths',
        ),
        ('[users.allowed]\n"" = ["x"]', 'users.allowed has the key ""; it must be a table that maps attribute paths'),
        ('[users.defaults]\nuserType = ["x"]', 'users.defaults.userType is ["x"]; users.defaults must be a table that'),
        ("[users.defaults]\nuserType = nan", "users.defaults.userType is NaN; users.defaults must be a table that"),
        ("[users.defaults]\nuserType = 2027-01-31", 'users.defaults.userType is "2027-01-31"; users.defaults must'),
    ],
)
def test_a_wrong_value_in_a_list_or_free_table_is_told_once_with_what_the_whole_must_be(told, text: str, mistake: str):
    (line,) = told(text)
    assert line.startswith(mistake)


@pytest.mark.parametrize("table", ["allowed", "defaults"])
def test_a_path_without_quotes_is_told_with_its_quotes(told, table: str):
    assert told(f'[users.{table}]\nname.givenName = ["Ada"]') == [
        f'users.{table}.name is a table; put quotes around a path: "name.givenName" = ["Ada"]'
    ]


def test_an_attribute_of_an_extension_without_quotes_is_told_with_its_quotes(told):
    (line,) = told('[users.defaults]\nurn:x:y:color = "red"\n')
    assert line.startswith("FILE is not valid TOML: ")
    assert line.endswith('(at line 6, column 4). Put quotes around a key with a colon: "urn:x:y:color".')


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "[api]\nretention_days = 3",
            "api.retention_days is not a known key; it belongs in [logs]. Known keys of [api]: authorizer_cache_seconds, rate, ",
        ),
        (
            '[api]\nplatform = "local"',
            "api.platform is not a known key; it belongs above the first [table] of the file. Known keys of [api]",
        ),
        ("[login]\nzzz = 3", "login.zzz is not a known key; remove it. Known keys of [login]: default"),
        ("[tokens]\nname = 3", "tokens.name is not a known key; remove it. Known keys of [tokens]: lifetime_days"),
    ],
)
def test_a_key_of_another_table_is_told_with_the_table_it_belongs_into(told, text: str, hint: str):
    (line,) = told(text)
    assert line.startswith(hint)


def test_nothing_that_a_terminal_would_obey_is_repeated(told):
    (line,) = told("", top='"\\u001b[2J\\n" = 1')
    assert line.startswith('"\\u001b[2J\\n" is not a known key')


@pytest.mark.parametrize("number", ["1" * 5000, "[" * 5000])
def test_what_python_cannot_read_is_told_as_no_toml(told, number: str):
    (line,) = told("", top=f"x = {number}")
    assert line.startswith("FILE is not valid TOML: ")


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match=f"{tmp_path} cannot be opened: Is a directory."):
        settings.load(tmp_path)
    with pytest.raises(SettingsError, match="cannot be opened: embedded null byte"):
        settings.load("\0")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('permissions.default names "x", which is not a set', "permissions.default"),
        ("extensions: urn:x:yz is declared twice", "extensions"),
        ("extensions[2].attributes[1].type is 3", "extensions[2].attributes[1].type"),
        ('users.defaults."name.\\"given\\"Name".x is 3', 'users.defaults."name.\\"given\\"Name".x'),
        ('"a b" is not a known key', ""),
    ],
)
def test_the_key_of_a_mistake_is_what_its_text_begins_with(text: str, key: str):
    assert Mistake.of(text).key == key


def test_a_program_is_told_each_mistake_with_its_key(tmp_path: Path):
    path = tmp_path / "acme.toml"
    path.write_text(as_toml(MINIMAL | {"api": {"rate": 1}, "permissions": {"default": ["reader"]}}))
    with pytest.raises(SettingsError) as raised:
        settings.load(path)
    first, second = raised.value.mistakes
    assert (first.key, first.text[:18]) == ("api.rate", "api.rate is 1; it ")
    assert second.key == "permissions.default"
    assert json.dumps(second.text).startswith('"permissions.default names')


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.acme.com/signin",
        "app.acme.com",
        "https://app.acme.com/#x",
        "https://a b",
        "acme:/signin",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_uri_that_an_identity_provider_would_refuse_is_a_mistake(told, uri: str):
    (line,) = told(f"[login]\nredirect_uris = [{json.dumps(uri)}]")
    assert line.startswith(f"login.redirect_uris[1] is {json.dumps(uri)}; login.redirect_uris must be a list of URLs")


LOOPBACK = """
[[oauth.issuers]]
issuer = "http://127.0.0.1:4599/"
keys = "http://127.0.0.1:4599/keys"
"""


def test_an_issuer_on_this_machine_is_for_the_local_cloud_only(told, tmp_path: Path):
    line = told(LOOPBACK)[0]
    assert 'oauth.issuers: http://127.0.0.1:4599/ is on this machine, which only platform "local" can reach' in line
    path = tmp_path / "acme.toml"
    path.write_text(f'platform = "local"\n{as_toml(MINIMAL)}{LOOPBACK}', encoding="utf-8")
    assert settings.load(path).oauth.issuers[0].keys == "http://127.0.0.1:4599/keys"


@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://127.0.0.1/", "http://127.0.0.1:1@example.com/", "http://x/"]
)
def test_no_other_url_of_an_issuer_is_without_tls(told, url: str):
    lines = told(LOOPBACK.replace("http://127.0.0.1:4599/keys", url), top='platform = "local"')
    assert any("oauth.issuers[1].keys" in line for line in lines)
