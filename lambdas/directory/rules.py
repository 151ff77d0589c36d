"""The rules that an environment's file sets for its users and groups."""

from lambdas.directory.settings.environment import Environment
from lambdas.scim.rules import Rules


class EnvironmentRules(Rules):
    """The rules of one environment."""

    def __init__(self, environment: Environment) -> None:
        """Take the environment's checked file."""
        self.environment = environment
