"""All worked environments in one synthesis, and many more: rules, sizes, and one copy of each asset."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import functions
from infra.main import build
from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from tests.infra.conftest import Assembly
from tests.infra.linting import lint

MAX_RESOURCES = 500
"""Resources of a stack (AWS CloudFormation quotas)."""

MAX_TEMPLATE = 1_000_000
"""Bytes of a template that is uploaded to S3 (AWS CloudFormation quotas)."""

MANY = 20


@dataclass(frozen=True)
class Fleet:
    """A synthesis of several environments."""

    folder: Path
    environments: tuple[Environment, ...]

    @classmethod
    def synthesize(cls, folder: Path, environments: Iterable[Environment]) -> "Fleet":
        fleet = cls(folder, tuple(environments))
        build(*fleet.environments, outdir=str(folder)).synth()
        return fleet

    @property
    def templates(self) -> list[Path]:
        return sorted(self.folder.glob("*.template.json"))

    def assets(self) -> list[Path]:
        return sorted(self.folder.glob("asset.*"))

    def settings(self) -> list[Path]:
        """The assets with settings of one environment."""
        return [each for each in self.assets() if (each / "python" / settings.DEPLOYED_FILE).is_file()]


def on_aws() -> list[Environment]:
    loaded = (settings.load(name) for name in settings.names())
    return [each for each in loaded if not each.local]


def code_assets() -> int:
    """How many assets of code there are: one for each function that any of the files asks for, and one for each set of packages."""
    specs = [each for each in vars(functions).values() if isinstance(each, functions.Spec)]
    return len(specs) + len({each.dependencies for each in specs})


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet.synthesize(tmp_path_factory.mktemp("worked"), on_aws())


def test_every_worked_environment_has_a_template_below_the_limits_of_cloudformation(worked: Fleet):
    assert len(worked.templates) == len(worked.environments) >= 6
    for template in worked.templates:
        assert template.stat().st_size < MAX_TEMPLATE
        assert 50 < len(json.loads(template.read_text())["Resources"]) < MAX_RESOURCES


def test_no_worked_environment_breaks_a_rule_of_aws_solutions_without_a_reason(worked: Fleet):
    assert json.loads((worked.folder / "validation-report.json").read_text())["pluginReports"] == []


def test_cfn_lint_finds_nothing_in_what_the_worked_environments_deploy(worked: Fleet, local: Assembly):
    lint(*covering(worked.templates), *local.folder.glob("*.template.json"))


@pytest.mark.full
def test_cfn_lint_finds_nothing_in_any_worked_environment(worked: Fleet):
    lint(*worked.templates)


def test_the_templates_that_are_linted_are_few_and_have_every_key_that_any_has(worked: Fleet):
    templates = covering(worked.templates)
    found = set().union(*map(properties, templates))
    assert found == set().union(*map(properties, worked.templates))
    assert len(found) > 400
    assert len(templates) <= len(worked.templates) / 2


def covering(templates: Iterable[Path]) -> list[Path]:
    """Return the fewest templates, or nearly, that have every key of every type of resource and section that all of them have."""
    found = {each: properties(each) for each in templates}
    left, chosen = set().union(*found.values()), []
    while left:
        chosen.append(max(found, key=lambda each: len(found[each] & left)))
        left -= found[chosen[-1]]
    return chosen


UNRELATED = ("Type", "Metadata")
"""Keys of a resource that no rule is about: its type is part of each path, and its metadata is the CDK's."""

SECTIONS = ("Parameters", "Rules", "Mappings", "Conditions", "Outputs")
"""The sections of a template beside its resources."""


def properties(template: Path) -> set[tuple[str, ...]]:
    """Return the path of each key in a template, at full depth.

    A path begins with the type of a resource (for its properties, its policies and what it depends on) or with a section.
    Values are not compared.
    """

    def paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        if isinstance(value, dict):
            for name, each in value.items():
                yield from paths(each, (*path, name))
        elif isinstance(value, list):
            for each in value:
                yield from paths(each, path)

    text = json.loads(template.read_text())
    resources = [
        ((each["Type"], key), value)
        for each in text["Resources"].values()
        for key, value in each.items()
        if key not in UNRELATED
    ]
    others = [((section,), each) for section in SECTIONS for each in text.get(section, {}).values()]
    return {path for start, value in resources + others for path in paths(value, start)}


def test_keys_are_found_at_every_depth_and_outside_of_properties(tmp_path: Path):
    deep: dict[str, Any] = {"A": {"B": [{"C": {"D": {"E": 1}}}]}}
    resource = {
        "Type": "T",
        "Properties": deep,
        "DependsOn": ["Other"],
        "DeletionPolicy": "Retain",
        "Metadata": {"x": 1},
    }
    template = tmp_path / "one.template.json"
    template.write_text(json.dumps({"Resources": {"R": resource}, "Outputs": {"O": {"Value": {"Ref": "R"}}}}))
    found = properties(template)
    assert ("T", "Properties", "A", "B", "C", "D", "E") in found
    assert {("T", "DependsOn"), ("T", "DeletionPolicy"), ("Outputs", "Value", "Ref")} <= found
    assert not [path for path in found if "Metadata" in path]


def test_all_worked_environments_share_one_copy_of_each_asset_of_code(worked: Fleet):
    assert len(worked.settings()) == len(worked.environments)
    assert len(worked.assets()) - len(worked.settings()) == code_assets()


def copies(number: int) -> Iterable[Environment]:
    """Yield environments as a vendor with many customers has them: the worked ones, and others like them."""
    worked = on_aws()
    for each in range(number):
        environment: Any = worked[each % len(worked)]
        name = environment.name if each < len(worked) else f"{environment.name}-{each}"
        yield environment.model_copy(update={"name": name, "directory": name})


@pytest.mark.full
def test_twenty_environments_are_synthesized_in_one_process_with_one_copy_of_each_asset(tmp_path: Path):
    """It took 47 seconds of CPU time when it was written, so about as long on an idle machine."""
    fleet = Fleet.synthesize(tmp_path, copies(MANY))
    assert len(fleet.templates) == len({each.name for each in fleet.environments}) == MANY
    assert len(fleet.settings()) == MANY
    assert len(fleet.assets()) - MANY == code_assets()
    assert json.loads((fleet.folder / "validation-report.json").read_text())["pluginReports"] == []
