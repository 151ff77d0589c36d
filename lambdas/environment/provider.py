"""The models, schemas and capabilities of an environment, built from its file."""

from collections.abc import Iterable
from dataclasses import replace

from scim2_models import Extension, Mutability

from lambdas.environment.declarations import DeclarationReader
from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.extensions import ExtensionSchema
from lambdas.environment.file.mistakes import SettingsError
from lambdas.environment.file.permissions import Permissions, Source
from lambdas.environment.product import Product
from lambdas.scim import provider
from lambdas.scim.attributes import Attribute
from lambdas.scim.capabilities import Capabilities
from lambdas.scim.discovery import Declarations, DirectoryProvider
from lambdas.scim.extensions import declarations
from lambdas.scim.models import EnterpriseUser, Group, User
from lambdas.scim.product_schema import PRODUCT_USER
from lambdas.scim.provider import Models

BUILT_IN_SCHEMAS = (*(str(each.__schema__) for each in (User, Group, EnterpriseUser)), PRODUCT_USER)
"""The URNs of the schemas that every environment serves."""


def build_provider(environment: EndpointSettings) -> DirectoryProvider:
    """Return the description of the service for an environment.

    :raises SettingsError: When the file names attributes that do not exist; one line per mistake.
    """
    models = _models(environment)
    return provider.build_provider(
        capabilities=Capabilities(**environment.capabilities.model_dump()),
        models=models,
        declared=_declared(environment, models),
        unserved=() if environment.groups.served else ("Group",),
    )


def _declared(environment: EndpointSettings, models: Models) -> dict[str, Declarations]:
    """Return the attribute declarations by resource type.

    :raises SettingsError: When an attribute does not exist or does not accept the declaration.
    """
    users = DeclarationReader("users", models.whole_user)
    groups = DeclarationReader("groups", models.whole_group)
    of_users = replace(users.read(environment.users), suggested=_roles(environment.permissions, models))
    declared = {"User": of_users, "Group": groups.read(environment.groups)}
    mistakes = [*users.mistakes, *groups.mistakes]
    if mistakes:
        raise SettingsError("\n".join(f"  {each}." for each in mistakes))
    return declared


def _roles(permissions: Permissions, models: Models) -> tuple[tuple[Attribute, tuple[str, ...]], ...]:
    """Return the roles that ``/Schemas`` suggests: the permission sets, where roles are a source."""
    value = Attribute.find(models.whole_user, "roles.value")
    if value is None or Source.ROLES not in permissions.sources:
        return ()
    return ((value, tuple(each.id for each in permissions.sets)),)


def _models(environment: EndpointSettings) -> Models:
    product = Product.of(environment)
    declared = _extensions(environment.extensions)
    user, of_product = _product_models(product)
    return Models(
        user=user,
        user_extensions=(EnterpriseUser, *of_product, *declared["User"]),
        group_extensions=tuple(declared["Group"]),
    )


def _product_models(product: Product) -> tuple[type[User], list[type[Extension]]]:
    """Return the model of users and its extensions that show what the service adds for the product."""
    if not (product.computes_entitlements or product.login):
        return User, []
    from lambdas.scim.product_attributes import EntitledUser, ProductUser  # building them takes milliseconds

    return (EntitledUser if product.computes_entitlements else User), ([ProductUser] if product.login else [])


def _extensions(schemas: Iterable[ExtensionSchema]) -> dict[str, list[type[Extension]]]:
    """Return the models of the declared extensions, by the resource they extend.

    :raises SettingsError: When an extension cannot be served.
    """
    declared = [(each.resource, _declaration(each)) for each in schemas]
    urns = [each.urn for _, each in declared]
    mistakes = [
        f"  extensions: {mistake}."
        for _, each in declared
        for mistake in declarations.mistakes_in(each, [*BUILT_IN_SCHEMAS, *(urn for urn in urns if urn != each.urn)])
    ]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return {name: [declarations.build(each) for of, each in declared if of == name] for name in ("User", "Group")}


def _declaration(schema: ExtensionSchema) -> declarations.Declaration:
    return declarations.Declaration(
        urn=schema.urn,
        name=schema.name or schema.urn.rpartition(":")[2],
        description=schema.description,
        attributes=tuple(
            declarations.Attribute(
                name=each.name,
                type=each.type,
                multi_valued=each.multi_valued,
                mutability=Mutability(each.mutability),
                case_exact=each.case_exact,
                objects=each.shape == "objects",
                description=each.description,
            )
            for each in schema.attributes
        ),
        open=schema.open,
    )
