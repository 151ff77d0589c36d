"""The types of every CDK package that the project imports are checked; those of the others are not read, which saves a minute."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
IMPORT = re.compile(r"from aws_cdk import (aws_\w+)|(?:from|import) aws_cdk\.(aws_\w+)")


def test_every_imported_package_of_the_cdk_is_checked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    checked = {
        name for each in settings["overrides"] if each.get("follow_imports") == "normal" for name in each["module"]
    }
    sources = [path for package in settings["packages"] for path in (ROOT / package).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    imported = {f"aws_cdk.{one or other}.*" for text in texts for one, other in IMPORT.findall(text)}
    assert "aws_cdk.aws_lambda.*" in imported
    assert imported <= checked, "add them to the modules of pyproject.toml with follow_imports = normal"
