"""What the functions carry."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra import functions, interpreters
from infra.bundling import Target, UvBundling
from lambdas.environment import file as settings
from tests.infra.conftest import Assembly

HANDLERS = ["api", "authorizer", "changes"]

RUNTIME = ["boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six", "jmespath"]
"""What the Lambda runtime brings."""

UNCHECKED_HASH = 0b01


@pytest.fixture(scope="session")
def lambda_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the Lambda runtime brings and nothing else."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def import_in(asset: Path, runtime: Path, module: str) -> set[str]:
    """Import a module as Lambda would, and return the names of the top-level modules that are then loaded."""
    program = f"import sys; sys.path[:0] = {[str(asset), str(runtime)]!r}; import {module}; print(*sys.modules)"
    variables = {"TABLE_NAME": "table", "ENVIRONMENT": "local", "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.defpath}
    command = [sys.executable, "-I", "-S", "-c", program]
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return {name.split(".")[0] for name in ran.stdout.split()}


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_function_starts_with_nothing_but_what_it_carries_and_the_runtime(local, lambda_runtime, handler):
    assert "lambdas" in import_in(local.asset(handler), lambda_runtime, f"lambdas.{handler}.handler")


def test_the_authorizer_carries_neither_pydantic_nor_scim_models(either: Assembly):
    carried = {path.name for path in either.asset("authorizer").iterdir()}
    assert not carried & {"pydantic", "pydantic_core", "scim2_models", "scim2_server", "lark"}
    assert "aws_lambda_powertools" in carried


def test_the_authorizer_carries_only_what_it_imports_of_ours(either: Assembly):
    asset = either.asset("authorizer")
    ours = {str(path.relative_to(asset)) for path in (asset / "lambdas").rglob("*.py")}
    assert {path for path in ours if not path.startswith("lambdas/authorizer/")} == {
        "lambdas/__init__.py",
        "lambdas/metrics.py",
        "lambdas/records.py",
        "lambdas/credentials/__init__.py",
        "lambdas/credentials/scopes.py",
        "lambdas/credentials/tokens.py",
        "lambdas/store/__init__.py",
        "lambdas/store/keys.py",
    }


def test_the_authorizer_loads_no_more_of_the_store_than_the_keys(local: Assembly, lambda_runtime: Path):
    assert not import_in(local.asset("authorizer"), lambda_runtime, "lambdas.authorizer.handler") & {
        "pydantic",
        "boto3",
    }


def test_the_stream_s_function_loads_no_scim_models(local: Assembly, lambda_runtime: Path):
    loaded = import_in(local.asset("changes"), lambda_runtime, "lambdas.changes.handler")
    assert "pydantic" in loaded
    assert not loaded & {"scim2_models", "scim2_server"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_function_carries_what_the_runtime_brings(either: Assembly, handler: str):
    carried = {path.name for path in either.asset(handler).iterdir()}
    assert not carried & {"boto3", "botocore", "s3transfer", "urllib3"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_function_carries_tools_installers_leave_behind(either: Assembly, handler: str):
    asset = either.asset(handler)
    assert not (asset / "bin").exists()
    assert not (asset / ".lock").exists()
    left = {path.name for info in asset.glob("*.dist-info") for path in info.iterdir()}
    assert left == {"METADATA"}


def modules_of(asset: Path) -> Iterator[Path]:
    return (path for path in asset.rglob("*.py") if "__pyinstaller" not in path.parts)


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_module_is_shipped_compiled_and_is_never_compiled_again(either: Assembly, handler: str):
    python = Target.of(settings.load(either.name)).python
    if interpreters.find(python) is None:
        pytest.skip(f"no Python {python} on this machine to compile with")
    tag = f"cpython-{python.replace('.', '')}"
    asset = either.asset(handler)
    for module in modules_of(asset):
        compiled = module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc"
        assert compiled.is_file(), f"{module.relative_to(asset)} is not compiled"
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH


def test_a_machine_without_the_interpreter_ships_without_compiled_files(tmp_path: Path):
    target = Target.of(settings.load("example"))
    uncompiled = Target(target.python, target.wheels, target.architecture, None)
    UvBundling(functions.authorizer_bundle(), uncompiled).try_bundle(str(tmp_path))
    assert list(modules_of(tmp_path))
    assert not list(tmp_path.rglob("*.pyc"))


def test_binaries_are_for_the_processor_and_python_of_lambda(aws: Assembly):
    binaries = [path.name for path in aws.asset("api").rglob("*.so")]
    assert binaries
    assert all("313-aarch64-linux-gnu" in name for name in binaries)


def test_the_functions_carry_the_checked_environment_and_the_authorizer_does_not(either: Assembly):
    text = (either.asset("api") / settings.DEPLOYED_FILE).read_text()
    assert settings.Environment.model_validate_json(text) == settings.load(either.name)
    assert not (either.asset("authorizer") / settings.DEPLOYED_FILE).exists()


@pytest.mark.parametrize("handler", ["api", "changes"])
def test_no_code_that_checks_or_makes_credentials_ships_with_the_api(either: Assembly, handler: str):
    asset = either.asset(handler) / "lambdas"
    assert not (asset / "authorizer").exists()
    assert not (asset / "operations").exists()
    credentials = {path.name for path in (asset / "credentials").glob("*.py")}
    assert credentials == {"__init__.py", "scopes.py"}
    assert not [path for path in asset.rglob("*.py") if "generate_token" in path.read_text()]


def test_the_authorizer_carries_no_code_that_makes_tokens(either: Assembly):
    asset = either.asset("authorizer") / "lambdas"
    assert not (asset / "credentials" / "generation.py").exists()
    assert not [path for path in asset.rglob("*.py") if re.search(r"^import secrets|randbits", path.read_text(), re.M)]


def test_the_same_code_gives_the_same_bytes_so_that_nothing_is_deployed_twice(tmp_path: Path):
    target = Target.of(settings.load("example"))
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        UvBundling(functions.authorizer_bundle(), target).try_bundle(str(folder))
        contents.append(
            {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        )
    assert contents[0] == contents[1]


def test_what_cannot_be_installed_stops_the_synthesis_with_the_reason(tmp_path: Path):
    target = Target("3.13", "aarch64-manylinux2014", Target.of(settings.load("example")).architecture, None)
    bundle = functions.Bundle(lock="requirements/nothing.lock", sources=())
    with pytest.raises(RuntimeError, match=r"could not install requirements/nothing.lock for Python 3.13"):
        UvBundling(bundle, target).try_bundle(str(tmp_path))


def test_the_assembly_holds_one_asset_for_the_two_functions_that_share_their_code(either: Assembly):
    files = json.loads((either.folder / f"scim-{either.name}.assets.json").read_text())["files"]
    assert len([each for each in files.values() if each["source"]["packaging"] == "zip"]) == 2
    assert either.asset("api") == either.asset("changes") != either.asset("authorizer")
