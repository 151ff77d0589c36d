"""What the CDK's command line runs: synthesizes the chosen environment, or says what is wrong with its file."""

import sys

from infra.choice import chosen_environment
from lambdas.environment.file import SettingsError


def main() -> None:
    """Synthesize the environment that ``-c environment=NAME`` names; a mistake in its file is told without the CDK."""
    try:
        environment = chosen_environment()
    except SettingsError as error:
        sys.exit(f"\n{error}\n")
    from infra.main import build

    build(environment).synth()


if __name__ == "__main__":
    main()
