"""What the stack is, synthesized once for all tests of this tier: for AWS, and for the local cloud."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from infra.main import build
from infra.stack import ScimStack
from lambdas.environment import file as settings
from lambdas.environment.file import Environment

Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A synthesized environment."""

    folder: Path
    name: str

    @cached_property
    def json(self) -> dict[str, Any]:
        return json.loads((self.folder / f"scim-{self.name}.template.json").read_text())

    @cached_property
    def template(self) -> Template:
        return Template.from_json(self.json)

    def all(self, kind: str) -> dict[str, Resource]:
        """Return the resources of a type, logical id to properties."""
        return {key: each.get("Properties", {}) for key, each in self.json["Resources"].items() if each["Type"] == kind}

    def only(self, kind: str) -> Resource:
        (resource,) = self.all(kind).values()
        return resource

    def function(self, handler: str) -> tuple[str, Resource]:
        """Return the logical id and properties of the function with a handler of ours, such as ``api``."""
        functions = self.all("AWS::Lambda::Function").items()
        return next(each for each in functions if each[1]["Handler"] == f"lambdas.{handler}.handler.handler")

    def role(self, handler: str) -> Resource:
        _, function = self.function(handler)
        return self.json["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]

    def asset(self, handler: str) -> Path:
        """Return the folder of a function's code."""
        _, function = self.function(handler)
        return self._folder(function["Code"])

    def layers(self, handler: str) -> list[Path]:
        """Return the folders of a function's layers, as unpacked on ``sys.path``."""
        _, function = self.function(handler)
        found = self.all("AWS::Lambda::LayerVersion")
        return [self._folder(found[each["Ref"]]["Content"]) / "python" for each in function.get("Layers", ())]

    def settings(self, handler: str) -> Path | None:
        """Return the file of the environment's settings in a function's layers, or None."""
        files = (layer / settings.DEPLOYED_FILE for layer in self.layers(handler))
        return next((each for each in files if each.is_file()), None)

    def _folder(self, code: Resource) -> Path:
        return self.folder / f"asset.{code['S3Key'].removesuffix('.zip')}"


WITHOUT_ADDITIONS = {"console": None, "events": None, "webhooks": (), "watch": None}
"""Console, events, webhooks and the watch are additions to any stack and have tests of their own."""


def synthesize(name: str, folder: Path) -> Assembly:
    build(settings.load(name).model_copy(update=WITHOUT_ADDITIONS), outdir=str(folder)).synth()
    return Assembly(folder, name)


STACKS: dict[tuple[str, bool, bool, bool], ScimStack] = {}
"""What :func:`stack_of` returned, by what was asked: making a stack takes a second."""


def stack_of(
    environment: Environment, *, console: bool = False, events: bool = False, watch: bool = False
) -> ScimStack:
    """The stack of an environment, without its code; the additions to any stack have tests of their own. No test changes it."""
    asked = (environment.model_dump_json(), console, events, watch)
    if asked not in STACKS:
        STACKS[asked] = new_stack_of(environment, console=console, events=events, watch=watch)
    return STACKS[asked]


def new_stack_of(environment: Environment, *, console: bool, events: bool, watch: bool) -> ScimStack:
    """Another stack of the environment, for a test that changes what it is made from."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []}, builtin_cloud_formation_validation=False)
    left_out = ({} if console else {"console": None}) | ({} if events else {"events": None, "webhooks": ()})
    left_out |= {} if watch else {"watch": None}
    return ScimStack(app, environment.model_copy(update=left_out))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The worked example, as it would be deployed to AWS, without its console and its events."""
    return synthesize("example", tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The environment of the local cloud."""
    return synthesize("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(params=["aws", "local"])
def either(request: pytest.FixtureRequest) -> Assembly:
    """One after the other."""
    return request.getfixturevalue(request.param)
