"""What users and groups are in an environment: its file, as models, schemas and capabilities."""

from scim2_models import ScimProvider

from lambdas.directory.settings.environment import Environment
from lambdas.scim import provider


def build_provider(environment: Environment) -> ScimProvider:
    """Return the description of the service that an environment's file asks for.

    :raises SettingsError: When the file names attributes that do not exist; the text has one line for each mistake.
    """
    capabilities = provider.Capabilities(**environment.capabilities.model_dump())
    return provider.build_provider(capabilities=capabilities)
