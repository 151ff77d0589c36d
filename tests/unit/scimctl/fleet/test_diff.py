"""`scimctl fleet diff` with a program in the place of the CDK's: what it prints and ends with."""

import stat
import sys
from pathlib import Path

import pytest
import typer

from lambdas.environment import file as settings
from lambdas.operations.problems import Problem
from scimctl.fleet import actions
from scimctl.fleet.places import Aws
from scimctl.local import cdk
from tests.unit.scimctl.operators import ACME

PROGRAM = f"""#!{sys.executable}
import pathlib, sys
command, *options = sys.argv[1:]
if command == "synth":
    (context,) = [each for each in options if each.startswith("environment=")]
    output = pathlib.Path(options[options.index("--output") + 1])
    output.mkdir()
    for name in context.removeprefix("environment=").split(","):
        (output / f"scim-{{name}}.template.json").write_text("{{}}")
if command == "diff":
    assembly, stack = options[options.index("--app") + 1], options[options.index("--no-notices") + 1]
    assert pathlib.Path(assembly, f"{{stack}}.template.json").exists()
    if stack == "scim-beta":
        sys.exit(print(f"Stack {{stack}}\\n[~] RetentionInDays") or 1)
    if stack == "scim-gamma":
        sys.exit("ExpiredToken: the security token is expired")
"""


@pytest.fixture(autouse=True)
def _fleet(operator: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three environments, of which beta differs and gamma cannot be compared."""
    for name in ("acme", "beta", "gamma"):
        (settings.ENVIRONMENTS / f"{name}.toml").write_text(
            ACME.replace('"acme"', f'"{name}"').replace("123456789012", "210987654321")
        )
    program = tmp_path / "cdk"
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(cdk, "CDK", program)
    monkeypatch.setattr(Aws, "require_ready", lambda self, members: None)


def test_without_a_difference_it_succeeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    actions.diff(["acme"], None, tmp_path / "fleet")
    assert "acme: no difference" in capsys.readouterr().out


def test_a_difference_is_shown_and_has_a_status_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        actions.diff(["acme", "beta"], None, tmp_path / "fleet")
    assert ended.value.exit_code == actions.DIFFERENT
    shown = capsys.readouterr().out
    assert "acme: no difference" in shown
    assert "beta: differs" in shown
    assert "RetentionInDays" in shown


def test_what_could_not_be_compared_is_a_problem_and_no_difference(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"gamma could not be compared\.\nExpiredToken"):
        actions.diff(["acme", "gamma"], None, tmp_path / "fleet")
