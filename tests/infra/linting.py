"""cfn-lint on templates."""

import subprocess
import sys
from pathlib import Path

IGNORED = {
    "W3005": "the CDK writes a DependsOn that the role's ARN already implies",
}
"""Rules of cfn-lint that are not checked, each with its reason."""


def lint(*templates: Path) -> None:
    """Assert that cfn-lint finds nothing in templates. Each takes it two seconds."""
    program = "import sys; from cfnlint.runner import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "--ignore-checks", *IGNORED, "--template", *map(str, templates)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr
