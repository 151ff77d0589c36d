"""The example of a pipeline: its commands can be typed, and it holds no key."""

from pathlib import Path

from tests.unit.scimctl.commands.test_documentation import fault_of

PIPELINE = (Path(__file__).resolve().parents[4] / "examples" / "pipeline" / "deploy.yml").read_text(encoding="utf-8")


def test_every_command_of_the_pipeline_can_be_typed() -> None:
    lines = [line.partition("- run: ")[2] or line for line in PIPELINE.splitlines() if "bin/scimctl " in line]
    commands = ["scimctl " + line.split("bin/scimctl ")[1].split(" || ")[0].split("; ")[0] for line in lines]
    assert len(commands) == 3
    assert [fault for each in commands if (fault := fault_of(each))] == []


def test_the_pipeline_asks_for_a_token_and_holds_no_key() -> None:
    assert "id-token: write" in PIPELINE
    assert "role-to-assume:" in PIPELINE
    assert "secrets." not in PIPELINE
    assert "aws-access-key-id" not in PIPELINE
