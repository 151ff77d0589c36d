"""The entry point of the CDK's command line: synthesizes the selected environments."""

import sys

from infra.choice import read_choice
from lambdas.environment.file import SettingsError


def main() -> None:
    """Synthesize the stacks that the command line selects, or print the mistakes of an environment file without a traceback."""
    try:
        choice = read_choice()
    except SettingsError as error:
        sys.exit(f"\n{error}\n")
    from infra.main import build

    build(*choice.environments, account_of=choice.account_of).synth()


if __name__ == "__main__":
    main()
