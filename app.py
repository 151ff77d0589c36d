"""What the CDK's command line runs: synthesizes the chosen environment, or says what is wrong with its file."""

import sys

from infra.main import build, chosen_environment
from lambdas.directory.settings import SettingsError

if __name__ == "__main__":
    try:
        build(chosen_environment()).synth()
    except SettingsError as error:
        sys.exit(f"\n{error}\n")
