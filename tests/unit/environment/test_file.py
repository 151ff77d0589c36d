"""The environment file: what is accepted, and what a person reads who made a mistake in it."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError
from lambdas.environment.file.places import written
from tests.unit.environment.files import as_toml

MINIMAL = """
name = "acme"
description = "Acme Ltd"
[aws]
account = "123456789012"
region = "eu-central-1"
"""

CERTIFICATE = 'certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"'


@pytest.fixture
def write(tmp_path: Path):
    def write_file(text: str, name: str = "acme") -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def mistakes_of(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        settings.load(path)
    first, *mistakes = str(raised.value).splitlines()
    assert first == f"{path} is invalid:"
    return mistakes


def test_a_file_with_only_what_is_required_has_defaults_fit_for_production(write):
    environment = settings.load(write(MINIMAL))
    assert environment.platform == "aws"
    assert environment.aws.retain_data
    assert (environment.api.rate, environment.api.burst) == (100, 200)
    assert environment.api.authorizer_cache_seconds == 60
    assert environment.tokens.lifetime_days == 365
    assert environment.alarms.address is None


def test_the_directory_is_named_as_the_environment_unless_the_file_says_otherwise(write):
    assert settings.load(write(MINIMAL)).directory == "acme"
    assert settings.load(write('directory = "acme-ltd"\n' + MINIMAL)).directory == "acme-ltd"


@pytest.mark.parametrize("name", settings.names())
def test_every_environment_of_the_project_is_valid_and_survives_the_way_into_the_functions(name: str):
    environment = settings.load(name)
    assert Environment.model_validate_json(environment.model_dump_json()) == environment


def test_the_worked_example_shows_every_key_there_is():
    """Keys that exclude each other, or that only some accounts need, are shown in a comment."""
    shown = settings.load("example").model_dump(exclude_unset=True)
    text = (settings.ENVIRONMENTS / "example.toml").read_text()
    assert shown.keys() == Environment.model_fields.keys()
    for name, field in Environment.model_fields.items():
        sections = [each for each in (field.annotation, *get_args(field.annotation)) if isinstance(each, type)]
        for section in (each for each in sections if issubclass(each, settings.Section) and name != "extensions"):
            is_list = isinstance(shown[name], tuple)
            header, held = (f"[[{name}]]", {}) if is_list else (f"[{name}]", shown[name])
            table = text.partition(f"\n{header}\n")[2].partition("\n[")[0]
            assert set(re.findall(r"^(?:# )?(\w+) = ", table, re.MULTILINE)) >= section.model_fields.keys() - {
                key for key, each in held.items() if isinstance(each, (dict, tuple))
            }


def test_an_unknown_key_is_told_with_the_key_that_was_probably_meant(write):
    (mistake,) = mistakes_of(write(MINIMAL + "retian_data = true\n"))
    assert mistake == (
        '  aws.retian_data is not a known key; did you mean "retain_data"? Known keys of [aws]: account, region, retain_data, '
        "termination_protection, tags, permissions_boundary, kms_key, api_gateway_log_role."
    )


def test_an_unknown_table_is_told_with_the_tables_there_are(write):
    (mistake,) = mistakes_of(write(MINIMAL + "[zzz]\nkey = 1\n"))
    assert mistake.startswith("  zzz is not a known key; remove it. Known keys: name, directory, tokens, ")


def test_a_missing_key_is_told_with_an_example_of_it(write):
    (mistake,) = mistakes_of(write(MINIMAL.replace('account = "123456789012"', "")))
    assert mistake == (
        '  aws.account is missing; it must be the 12 digits of the AWS account, in quotes, such as "123456789012".'
    )


def test_every_mistake_of_a_file_is_told_at_once(write):
    text = 'name = "Acme"\n[aws]\naccount = 123456789012\nregion = "Frankfurt"\n[api]\nrate = 10\n'
    told = [mistake.split()[0] for mistake in mistakes_of(write(text))]
    assert told == ["name", "api.rate", "description", "aws.account", "aws.region"]


@pytest.mark.parametrize(
    ("lines", "key", "right"),
    [
        ("[api]\nrate = 24", "api.rate is 24;", "the minimum Microsoft Entra ID requires"),
        ('[api]\nburst = "many"', 'api.burst is "many";', "from 25 to 5000"),
        ("[api]\nauthorizer_cache_seconds = 3601", "api.authorizer_cache_seconds is 3601;", "from 0 to 3600"),
        ("[api]\ntracing = 1", "api.tracing is 1;", "true or false"),
        ("[tokens]\nlifetime_days = 0", "tokens.lifetime_days is 0;", "from 1 to 3650"),
        ("[logs]\nretention_days = 100", "logs.retention_days is 100;", "90, 120"),
        ('[logs]\nlevel = "info"', 'logs.level is "info";', '"INFO"'),
        ('[alarms]\naddress = "nobody"', 'alarms.address is "nobody";', "oncall@example.com"),
        ("alarms = 3", "alarms is 3;", "a table [alarms]"),
        ('platform = "azure"', 'platform is "azure";', '"local" for the local cloud'),
        ('directory = "Acme Ltd"', 'directory is "Acme Ltd";', "lowercase letters, digits and hyphens"),
        (f'[domain]\nname = "*.example.com"\n{CERTIFICATE}', 'domain.name is "*.example.com";', '"scim.example.com"'),
        (
            f'[domain]\nname = "https://a.b"\n{CERTIFICATE}',
            'domain.name is "https://a.b";',
            "a lowercase host name",
        ),
        (
            '[domain]\nname = "a.b.example"\ncertificate = "x"',
            'domain.certificate is "x";',
            "in AWS Certificate Manager",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(write, lines: str, key: str, right: str):
    text = f"{lines}\n{MINIMAL}" if not lines.startswith("[") else f"{MINIMAL}\n{lines}\n"
    (mistake,) = mistakes_of(write(text))
    assert mistake.startswith(f"  {key} it must be ")
    assert right in mistake


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("name", '"Acme"', "starting with a letter"),
        ("description", '""', "a text of at most 1024 bytes"),
        ("account", '"1234"', "the 12 digits of the AWS account"),
        ("region", '"Frankfurt"', 'such as "eu-central-1"'),
        ("retain_data", "1", "true or false"),
    ],
)
def test_a_wrong_value_of_what_every_file_has_is_told_with_what_would_be_right(write, key: str, value: str, right: str):
    kept = [line for line in MINIMAL.splitlines() if not line.startswith(f"{key} =")]
    above = kept.index("[aws]") + (key not in ("name", "description"))
    (mistake,) = mistakes_of(write("\n".join([*kept[:above], f"{key} = {value}", *kept[above:]])))
    assert f"{key} is {value}; it must be " in mistake
    assert right in mistake


def keys_of(model: type[BaseModel], above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every key of a file is, those of its tables and of the first table of each list among them."""
    for name, field in model.model_fields.items():
        yield (*above, name)
        listed = (0,) if get_origin(field.annotation) is tuple else ()
        for table in (field.annotation, *get_args(field.annotation)):
            if isinstance(table, type) and issubclass(table, BaseModel):
                yield from keys_of(table, (*above, name, *listed))


@pytest.mark.parametrize("keys", list(keys_of(Environment)), ids=written)
def test_every_key_that_has_a_value_of_another_type_is_told_with_what_would_be_right(
    write, keys: tuple[str | int, ...]
):
    data: Any = datetime.date(2027, 1, 31)
    for key in reversed(keys):
        data = [data] if isinstance(key, int) else {key: data}
    mistakes = mistakes_of(write(as_toml(data)))
    (mistake,) = [each for each in mistakes if each.startswith(f"  {written(keys)} is ")]
    assert mistake.startswith(f'  {written(keys)} is "2027-01-31"; it must be ')


def test_a_certificate_of_another_account_or_region_is_told_with_the_environment_s_own(write):
    for there in ("us-east-1:123456789012", "eu-central-1:210987654321"):
        certificate = CERTIFICATE.replace("eu-central-1:123456789012", there)
        region, account = there.split(":")
        (mistake,) = mistakes_of(write(f'{MINIMAL}\n[domain]\nname = "scim.example.com"\n{certificate}\n'))
        assert mistake == (
            f"  domain.certificate belongs to account {account} in {region}; it must belong to the environment's, "
            "123456789012 in eu-central-1."
        )


def test_the_local_cloud_has_no_host_name_to_serve(write):
    text = f'platform = "local"\n{MINIMAL}\n[domain]\nname = "scim.example.com"\n{CERTIFICATE}\n'
    (mistake,) = mistakes_of(write(text))
    assert mistake.startswith('  domain is set, but platform is "local"; ')
    assert settings.load(write(text.replace('platform = "local"', "")), "local").domain is None


def test_a_long_wrong_value_is_cut(write):
    (mistake,) = mistakes_of(write(MINIMAL.replace("Acme Ltd", "x" * 2000)))
    assert len(mistake) < 200


def test_a_file_must_be_called_as_the_environment_it_describes(write):
    (mistake,) = mistakes_of(write(MINIMAL, name="other"))
    assert mistake == '  name is "acme"; it must match the file name, "other".'


def test_text_that_is_no_toml_is_told_with_its_place(write):
    path = write(MINIMAL + "rate 100\n")
    with pytest.raises(SettingsError, match=r"is not valid TOML: .*line 7"):
        settings.load(path)


def test_an_environment_without_a_file_is_told_with_those_that_have_one():
    with pytest.raises(
        SettingsError, match=r"environments/nowhere.toml does not exist. Existing environments: .*local"
    ):
        settings.load("nowhere")


def test_the_functions_read_the_file_they_were_deployed_with(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch):
    deployed = settings.load(write(MINIMAL))
    (tmp_path / settings.DEPLOYED_FILE).write_text(deployed.for_functions())
    monkeypatch.syspath_prepend(tmp_path)
    settings.load_deployed.cache_clear()
    try:
        found = settings.load_deployed()
        assert (found.name, found.users) == (deployed.name, deployed.users)
        assert found.api.authorizer_cache_seconds == deployed.api.authorizer_cache_seconds
        assert found.model_fields_set == settings.EndpointSettings.model_fields.keys(), "and nothing about AWS"
    finally:
        settings.load_deployed.cache_clear()


def test_a_checkout_reads_the_file_that_the_variable_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENVIRONMENT", "example")
    settings.load_deployed.cache_clear()
    try:
        assert settings.load_deployed().name == "example"
    finally:
        settings.load_deployed.cache_clear()


def test_a_deployed_file_of_another_version_is_refused(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch):
    data = json.loads(settings.load(write(MINIMAL)).for_functions()) | {"color": "red"}
    (tmp_path / settings.DEPLOYED_FILE).write_text(json.dumps(data))
    monkeypatch.syspath_prepend(tmp_path)
    settings.load_deployed.cache_clear()
    with pytest.raises(SettingsError, match="color is not a known key"):
        settings.load_deployed()
