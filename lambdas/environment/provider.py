"""What users and groups are in an environment: its file, as models, schemas and capabilities."""

from collections.abc import Iterable
from dataclasses import replace

from scim2_models import Extension, Mutability

from lambdas.environment.declarations import DeclarationReader
from lambdas.environment.file.environment import Environment
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
from lambdas.scim.product_attributes import EntitledUser, ProductUser
from lambdas.scim.provider import Models

SERVED = tuple(str(each.__schema__) for each in (User, Group, EnterpriseUser, ProductUser))
"""The URNs of the schemas that no file declares."""


def build_provider(environment: Environment) -> DirectoryProvider:
    """Return the description of the service that an environment's file asks for.

    :raises SettingsError: When the file names attributes that do not exist; the text has one line for each mistake.
    """
    models = _models(environment)
    return provider.build_provider(
        capabilities=Capabilities(**environment.capabilities.model_dump()),
        models=models,
        declared=_declared(environment, models),
        unserved=() if environment.groups.served else ("Group",),
    )


def _declared(environment: Environment, models: Models) -> dict[str, Declarations]:
    """Return what a file declares of attributes, by resource type.

    :raises SettingsError: When it names attributes that do not exist, or asks of one what it cannot be.
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
    """Return the roles that clients are told of in ``/Schemas``: the permission sets, where users get them by their roles."""
    value = Attribute.find(models.whole_user, "roles.value")
    if value is None or Source.ROLES not in permissions.sources:
        return ()
    return ((value, tuple(each.id for each in permissions.sets)),)


def _models(environment: Environment) -> Models:
    product = Product.of(environment)
    declared = _extensions(environment.extensions)
    return Models(
        user=EntitledUser if product.computes_entitlements else User,
        user_extensions=(EnterpriseUser, *([ProductUser] if product.login else []), *declared["User"]),
        group_extensions=tuple(declared["Group"]),
    )


def _extensions(schemas: Iterable[ExtensionSchema]) -> dict[str, list[type[Extension]]]:
    """Return the models of the extensions that a file declares, by the resource that they extend.

    :raises SettingsError: When one of them cannot be served.
    """
    declared = [(each.resource, _declaration(each)) for each in schemas]
    urns = [each.urn for _, each in declared]
    mistakes = [
        f"  extensions: {mistake}."
        for _, each in declared
        for mistake in declarations.mistakes_in(each, [*SERVED, *(urn for urn in urns if urn != each.urn)])
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
