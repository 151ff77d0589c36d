"""The rules that a template must keep before it is deployed, and what stops a deployment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

from infra import nag
from lambdas.environment import file as settings
from lambdas.environment.file import ROOT
from tests.infra.conftest import Assembly


def test_no_rule_of_aws_solutions_is_broken_without_a_reason(either: Assembly):
    assert json.loads((either.folder / "validation-report.json").read_text())["pluginReports"] == []


def test_a_rule_that_is_broken_stops_the_synthesis(tmp_path: Path):
    app = cdk.App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    sqs.Queue(cdk.Stack(app, "Careless"), "Queue")
    nag.check(app)
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_every_finding_that_is_acknowledged_says_why():
    findings = [*nag.API, *nag.FUNCTION, *nag.TRACED, *nag.DEAD_LETTERS, *nag.LOCAL_QUEUE]
    assert [finding for finding in findings if not finding.reason.endswith(".")] == []


def run_app(context: dict[str, str], out: Path, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the CDK app as the command line does."""
    variables = {"PATH": "/usr/bin:/bin", "CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(out)}
    command = [sys.executable, str(project / "app.py")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)


def test_a_command_line_without_an_environment_gets_those_there_are(tmp_path: Path):
    ran = run_app({}, tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        f"No environment is selected. Add -c environment=NAME (existing environments: {', '.join(settings.names())})."
    )


def test_a_wrong_environment_file_stops_the_synthesis_with_its_mistake_and_no_traceback(tmp_path: Path):
    project = tmp_path / "project"
    for folder in ("infra", "lambdas"):
        shutil.copytree(ROOT / folder, project / folder)
    shutil.copy(ROOT / "app.py", project)
    (project / "environments").mkdir()
    text = 'name = "wrong"\ndescription = "x"\n[aws]\naccount = "1"\nregion = "eu-central-1"\n'
    (project / "environments" / "wrong.toml").write_text(text)
    out = tmp_path / "out"
    ran = run_app({"environment": "wrong"}, out, project)
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines() == [
        "environments/wrong.toml is invalid:",
        '  aws.account is "1"; it must be the 12 digits of the AWS account, in quotes, such as "123456789012".',
    ]
    assert not out.exists()


def test_the_command_line_runs_the_app_with_the_project_own_interpreter():
    assert json.loads((ROOT / "cdk.json").read_text())["app"] == ".venv/bin/python app.py"
