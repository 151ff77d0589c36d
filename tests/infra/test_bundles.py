"""The code assets and layers of the functions."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import bundling, functions, interpreters, packages
from infra.imports import modules_of
from infra.target import Target
from lambdas.environment import file as settings
from tests.infra.conftest import WITHOUT_ADDITIONS, Assembly

HANDLERS = [spec.module.split(".")[1] for spec in functions.ALL]

UNCHECKED_HASH = 0b01

AWS_TARGET = Target.of(settings.load("example"))


def import_in(folders: list[Path], module: str) -> set[str]:
    """Import a module as Lambda would, and return the names of the modules that are then loaded."""
    program = f"import sys; sys.path[:0] = {list(map(str, folders))!r}; import {module}; print(*sys.modules)"
    variables = {"TABLE_NAME": "table", "ENVIRONMENT": "local", "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.defpath}
    command = [sys.executable, "-I", "-S", "-c", program]
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


def project_files(asset: Path) -> set[str]:
    return {str(path.relative_to(asset)) for path in asset.rglob("*.py")}


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_function_starts_with_its_code_and_its_layers_alone(local: Assembly, handler: str):
    assert "lambdas" in import_in([local.asset(handler), *local.layers(handler)], f"lambdas.{handler}.handler")


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_carries_every_module_that_it_loads_and_no_file_that_it_does_not_import(
    local: Assembly, handler: str
):
    module = f"lambdas.{handler}.handler"
    loaded = import_in([local.asset(handler), *local.layers(handler)], module)
    carried = project_files(local.asset(handler))
    assert carried == {str(path) for path in modules_of(module)}
    names = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in carried}
    assert {name for name in loaded if name.partition(".")[0] == "lambdas"} <= names


@pytest.mark.parametrize("handler", ["api", "changes"])
def test_no_function_that_serves_a_directory_carries_code_that_makes_credentials_or_acts_for_an_operator(
    either: Assembly, handler: str
):
    rooms = {path.split("/")[1] for path in project_files(either.asset(handler)) if path.count("/") > 1}
    assert not rooms & {"authorizer", "operations"}
    of_credentials = {path for path in project_files(either.asset(handler)) if "/credentials/" in path}
    assert of_credentials <= {"lambdas/credentials/__init__.py", "lambdas/credentials/scopes.py"}


def test_the_authorizer_carries_neither_pydantic_nor_scim_models(either: Assembly):
    (layer,) = either.layers("authorizer")
    carried = {path.name for path in layer.iterdir()}
    assert not carried & {"boto3", "pydantic", "pydantic_core", "scim2_models", "scim2_server", "lark"}
    assert {"aws_lambda_powertools", "botocore"} <= carried


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_carries_botocore_and_no_boto3(local: Assembly, handler: str):
    carried = {path.name for layer in local.layers(handler) for path in layer.iterdir()}
    assert "botocore" in carried
    assert not carried & {"boto3", "s3transfer"}


def test_the_authorizer_carries_only_the_token_check(either: Assembly):
    elsewhere = {path for path in project_files(either.asset("authorizer")) if "/authorizer/" not in path}
    assert elsewhere == {
        "lambdas/__init__.py",
        "lambdas/metrics.py",
        "lambdas/records.py",
        "lambdas/snapshots.py",
        "lambdas/version.py",
        "lambdas/credentials/__init__.py",
        "lambdas/credentials/scopes.py",
        "lambdas/credentials/tokens.py",
        "lambdas/store/__init__.py",
        "lambdas/store/keys.py",
    }


def test_imports_inside_functions_and_packages_above_a_module_count():
    found = {str(path) for path in modules_of("lambdas.environment.file")}
    assert {"lambdas/__init__.py", "lambdas/environment/__init__.py", "lambdas/environment/provider.py"} <= found
    assert modules_of("lambdas.metrics") == {Path("lambdas/metrics.py")}


def test_the_stream_s_function_loads_no_scim_models(local: Assembly):
    loaded = import_in([local.asset("changes"), *local.layers("changes")], "lambdas.changes.handler")
    assert "pydantic" in loaded
    assert not loaded & {"scim2_models", "scim2_server"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_function_carries_the_botocore_that_the_tests_run_with(either: Assembly, handler: str):
    pinned = re.search(r"^botocore==(\S+)", (settings.ROOT / "requirements/dev.lock").read_text(), re.MULTILINE)
    assert pinned
    versions = [path.name for layer in either.layers(handler) for path in layer.glob("botocore-*.dist-info")]
    assert versions == [f"botocore-{pinned[1]}.dist-info"]


@pytest.mark.parametrize("handler", HANDLERS)
def test_of_botocore_only_the_services_that_functions_call_are_carried(either: Assembly, handler: str):
    services = [path for layer in either.layers(handler) for path in layer.glob("botocore/data/*") if path.is_dir()]
    assert [path.name for path in services] == ["dynamodb"]


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_layer_carries_what_installers_leave_behind(either: Assembly, handler: str):
    for layer in either.layers(handler):
        assert not (layer / "bin").exists()
        assert not (layer / ".lock").exists()
        assert {path.name for info in layer.glob("*.dist-info") for path in info.iterdir()} <= {"METADATA"}


def modules_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.py") if "__pyinstaller" not in path.parts)


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_module_is_shipped_compiled_and_is_never_compiled_again(either: Assembly, handler: str):
    python = Target.of(settings.load(either.name)).python
    if interpreters.find(python) is None:
        pytest.skip(f"no Python {python} on this machine to compile with")
    tag = f"cpython-{python.replace('.', '')}"
    for folder in (either.asset(handler), *either.layers(handler)):
        for module in modules_in(folder):
            compiled = module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc"
            assert compiled.is_file(), f"{module.relative_to(folder)} is not compiled"
            assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH


def test_a_machine_without_the_interpreter_ships_without_compiled_files(tmp_path: Path):
    (tmp_path / "module.py").write_text("")
    bundling.compile_all(tmp_path, Target("3.13", None, AWS_TARGET.architecture, None), "/var/task")
    assert [path.name for path in tmp_path.rglob("*")] == ["module.py"]


def test_binaries_are_for_the_processor_and_python_of_lambda(aws: Assembly):
    binaries = [path.name for layer in aws.layers("api") for path in layer.rglob("*.so")]
    assert binaries
    assert all("313-aarch64-linux-gnu" in name for name in binaries)


@pytest.mark.parametrize("handler", ["api", "changes"])
def test_a_function_gets_the_settings_that_functions_read_in_a_layer(either: Assembly, handler: str):
    file = either.settings(handler)
    assert file
    deployed = settings.EndpointSettings.model_validate_json(file.read_text())
    loaded = settings.load(either.name).model_copy(update=WITHOUT_ADDITIONS)
    assert deployed.model_dump(exclude={"api"}) == loaded.model_dump(
        include=settings.EndpointSettings.model_fields.keys() - {"api"}
    )
    assert deployed.api.authorizer_cache_seconds == loaded.api.authorizer_cache_seconds


def test_the_authorizer_gets_no_settings(either: Assembly):
    assert either.settings("authorizer") is None


def test_the_same_packages_give_the_same_bytes_so_that_nothing_is_deployed_twice(tmp_path: Path):
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        packages.install("requirements/authorizer.lock", AWS_TARGET, folder)
        packages.keep_services(folder / "botocore" / "data", ("dynamodb",))
        bundling.compile_all(folder, AWS_TARGET, bundling.LAYER_ROOT)
        contents.append(
            {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        )
    assert contents[0] == contents[1]


def test_a_lock_that_cannot_be_installed_stops_the_synthesis_with_the_reason(tmp_path: Path):
    target = Target("3.13", "aarch64-manylinux2014", AWS_TARGET.architecture, None)
    with pytest.raises(RuntimeError, match=r"could not install requirements/nothing.lock for Python 3.13"):
        packages.install("requirements/nothing.lock", target, tmp_path)


def test_functions_share_the_layer_of_their_packages(either: Assembly):
    assert either.layers("api") == either.layers("changes")
    assert either.layers("api")[0] != either.layers("authorizer")[0]
    files = json.loads((either.folder / f"scim-{either.name}.assets.json").read_text())["files"]
    archives = [each for each in files.values() if each["source"]["packaging"] == "zip"]
    assert len(archives) == len(HANDLERS) + 4, "code of each function, three sets of packages, the settings"
