"""`make` checks its tools before it installs anything, and says what a run needs."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def program(path: Path, prints: str, status: int = 0) -> Path:
    """Write a program that prints one line whatever it is asked."""
    path.write_text(f"#!/bin/sh\necho {prints}\nexit {status}\n")
    path.chmod(0o755)
    return path


def install(folder: Path, **programs: str) -> "subprocess.CompletedProcess[str]":
    """Install into an empty folder with these programs before all others."""
    tools = folder / "tools"
    tools.mkdir()
    for name, prints in programs.items():
        program(tools / name, prints, status=int(name == "python3"))
    return subprocess.run(
        ["make", "--no-print-directory", "install", f"VENV={folder / 'venv'}"],  # noqa: S607 -- as it is typed
        cwd=ROOT,
        env=os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", ["v18.20.4", "v21.7.3", "v26.0.0", "v2.2.0"])
def test_an_unsupported_node_is_named_and_nothing_is_installed(tmp_path: Path, version: str) -> None:
    refused = install(tmp_path, node=version)
    assert refused.returncode != 0
    assert f"Node.js 20, 22 or 24 is required for the CDK, and node is {version}." in refused.stderr
    assert not (tmp_path / "venv").exists()


def test_an_unsupported_python_is_named_and_nothing_is_installed(tmp_path: Path) -> None:
    refused = install(tmp_path, python3="Python 3.14.1", node="v22.1.0")
    assert refused.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is required, and python3 is Python 3.14.1." in refused.stderr
    assert "make PYTHON=python3.13" in refused.stderr
    assert not (tmp_path / "venv").exists()


def test_everything_that_make_install_installs_is_pinned_and_hashed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^\t.*pip (?:install|sync) .*$", makefile, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert "--require-hashes" in command or "--no-build-isolation" in command
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (builder,) = project["build-system"]["requires"]
    locks = {name: (ROOT / "requirements" / name).read_text(encoding="utf-8") for name in ("dev.lock", "install.lock")}
    assert f"{builder} \\\n    --hash=" in locks["dev.lock"]
    (uv,) = re.findall(r"^uv==\S+", locks["dev.lock"], re.MULTILINE)
    assert re.findall(r"^\w\S*", locks["install.lock"], re.MULTILINE) == [uv]


def test_ci_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.rstrip().endswith("exec make test")
    assert "\nmake test\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_compiled_modules_are_kept_whatever_the_shell_says(tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f'include {ROOT / "Makefile"}\nshow:\n\t@echo "[$$PYTHONDONTWRITEBYTECODE]"\n')
    shown = subprocess.run(
        ["make", "--no-print-directory", "-f", str(makefile), "show"],  # noqa: S607 -- as it is typed
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "[]\n"


def test_a_run_of_all_tests_has_every_tier() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "-n", "tiers"],  # noqa: S607 -- as it is typed
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    tiers = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").iterdir() if (path / "__init__.py").is_file()}
    assert set(re.findall(r"tests/\S+", shown)) == tiers
