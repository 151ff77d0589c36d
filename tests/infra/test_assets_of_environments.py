"""Two environments share their code, and a change of one publishes only what it concerns."""

from pathlib import Path

import pytest

from infra import functions
from infra.main import build
from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from tests.infra.conftest import WITHOUT_ADDITIONS, Assembly

KINDS = ("AWS::Lambda::Version", "AWS::Lambda::LayerVersion", "AWS::Lambda::Function")


def synthesized(environment: Environment, folder: Path) -> Assembly:
    build(environment, outdir=str(folder)).synth()
    return Assembly(folder, environment.name)


def code_of(assembly: Assembly) -> set[str]:
    """The assets of code and packages, without the settings."""
    functions = {each["Code"]["S3Key"] for each in assembly.all("AWS::Lambda::Function").values()}
    layers = {each["Content"]["S3Key"] for each in assembly.all("AWS::Lambda::LayerVersion").values()}
    settings_layer = assembly.settings("api")
    assert settings_layer
    return (functions | layers) - {f"{settings_layer.parents[1].name.removeprefix('asset.')}.zip"}


def devices() -> Environment:
    """A worked environment without its console, as the worked example of the fixtures is."""
    return settings.load("devices").model_copy(update=WITHOUT_ADDITIONS)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesized(devices(), tmp_path_factory.mktemp("bare"))


def test_two_environments_synthesize_to_the_same_code(bare: Assembly, aws: Assembly):
    assert code_of(bare) == code_of(aws)
    assert bare.settings("api").read_text() != aws.settings("api").read_text()


def test_a_key_that_no_function_reads_publishes_no_function(bare: Assembly, tmp_path: Path):
    environment = devices()
    alarms = environment.alarms.model_copy(update={"address": "night@example.com"})
    api = environment.api.model_copy(update={"rate": 50, "burst": 50})
    changed = synthesized(environment.model_copy(update={"alarms": alarms, "api": api}), tmp_path)
    assert changed.all("AWS::SNS::Topic")
    for kind in KINDS:
        assert changed.all(kind) == bare.all(kind)


def test_a_key_that_functions_read_publishes_those_that_read_it(bare: Assembly, tmp_path: Path):
    environment = devices()
    capabilities = environment.capabilities.model_copy(update={"bulk": False})
    changed = synthesized(environment.model_copy(update={"capabilities": capabilities}), tmp_path)
    published = {
        function["FunctionName"]["Ref"]
        for key, function in changed.all("AWS::Lambda::Version").items()
        if key not in bare.all("AWS::Lambda::Version")
    }
    readers = [spec.module.split(".")[1] for spec in functions.ALL if spec.reads_environment]
    assert {"api", "changes"} <= set(readers)
    assert published == {changed.function(handler)[0] for handler in readers}
