"""What users and groups are in an environment: its file, as models, schemas and capabilities."""

from scim2_models import ScimProvider

from lambdas.directory.product import Product
from lambdas.directory.settings.environment import Environment
from lambdas.scim import provider
from lambdas.scim.models import EnterpriseUser, User
from lambdas.scim.product import EntitledUser, ProductUser
from lambdas.scim.provider import Capabilities, Models


def build_provider(environment: Environment) -> ScimProvider:
    """Return the description of the service that an environment's file asks for.

    :raises SettingsError: When the file names attributes that do not exist; the text has one line for each mistake.
    """
    capabilities = Capabilities(**environment.capabilities.model_dump())
    return provider.build_provider(capabilities=capabilities, models=_models(environment))


def _models(environment: Environment) -> Models:
    product = Product.of(environment)
    return Models(
        user=EntitledUser if product.says_entitlements else User,
        user_extensions=(EnterpriseUser, ProductUser) if product.login else (EnterpriseUser,),
    )
