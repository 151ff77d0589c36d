"""Extensions in an environment's file: what is served, and what its author reads of one that cannot be."""

import pytest

from lambdas.environment.provider import build_provider
from support.environments import environment_of, mistakes_in

CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def extension(*names: str, urn: str = CUSTOM, more: str = "") -> str:
    """Return a table of an extension with attributes of these names, as TOML.

    :param more: Further keys of the extension.
    """
    attributes = "".join(f"[[extensions.attributes]]\nname = {name}\n" for name in names)
    return f'[[extensions]]\nurn = "{urn}"\n{more}\n{attributes}'


@pytest.mark.parametrize(
    ("urn", "told"),
    [
        (ENTERPRISE, f"{ENTERPRISE} is already the URN of a schema; give the extension a URN of its own"),
        (ENTERPRISE.upper().replace("URN", "urn", 1), "is already the URN of a schema"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:Device",
            "urn:ietf:params:scim:schemas:core:2.0:Device is reserved for SCIM; begin the URN of an extension with "
            "urn:ietf:params:scim:schemas:extension:",
        ),
        ("urn:ietf:params:scim:api:messages:2.0:Extra", "is reserved for SCIM"),
    ],
)
def test_an_extension_has_a_urn_of_its_own(urn: str, told: str):
    mistakes = mistakes_in(extension('"folders"', urn=urn))
    assert len(mistakes) == 1
    assert mistakes[0].startswith("  extensions: ")
    assert told in mistakes[0]
    assert mistakes[0].endswith(".")


@pytest.mark.parametrize(
    "urn",
    ["folders", "urn:x", "urn:example:a/b", "urn:example::a", "urn:example:a.", "urn:example:a:", "urn:example:a b"],
)
def test_a_urn_is_one_that_paths_and_filters_can_read(urn: str):
    (mistake,) = mistakes_in(extension('"folders"', urn=urn))
    assert mistake.startswith(f'  extensions[1].urn is "{urn}"; it must be the URN of the schema, such as ')
    assert 'letters, digits, ".", "_" and "-" are allowed between colons' in mistake


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ('"id"', 'declares "id", which SCIM reserves for resources; choose another name.'),
        ('"Schemas"', 'declares "Schemas", which SCIM reserves for resources; choose another name.'),
        ('"meta"', "which SCIM reserves for resources"),
        ('"external_id"', "which SCIM reserves for resources"),
        ('" folders"', 'declares " folders", which begins or ends with a space'),
        (
            '"fold\\ters"',
            'declares "fold\\ters", which begins or ends with a space or contains invisible characters',
        ),
        ('"k$folders"', 'declares "k$folders", but names that begin with "k$" are reserved by this service'),
    ],
)
def test_an_attribute_has_a_name_that_can_be_served(name: str, told: str):
    (mistake,) = mistakes_in(extension(name))
    assert mistake.startswith(f"  extensions: {CUSTOM} declares ")
    assert told in mistake


def test_two_attributes_whose_names_differ_in_case_or_in_the_making_of_their_letters_are_one():
    assert 'declares "folders" twice' in mistakes_in(extension('"folders"', '"FOLDERS"'))[0]
    (mistake,) = mistakes_in(extension('"stra\\u00dfe \\u00fc"', '"stra\\u00dfe u\\u0308"'))
    assert "which differ only in case; rename one of them." in mistake


def test_the_path_of_an_attribute_is_not_the_urn_of_another_extension():
    nested = extension('"folders"', urn=f"{CUSTOM}:User")
    (mistake,) = mistakes_in(extension('"User"') + nested)
    assert mistake == (
        f'  extensions: {CUSTOM} declares "User", but {CUSTOM}:User is the URN of another schema; rename one of them.'
    )


def test_every_mistake_is_told():
    assert len(mistakes_in(extension('"id"', '"meta"') + extension('"a"', urn=ENTERPRISE))) == 3


def test_each_resource_gets_the_extensions_that_are_declared_for_it():
    toml = extension('"folders"') + extension('"cost centre"', urn=f"{CUSTOM}:Group", more='resource = "Group"')
    provider = build_provider(environment_of(toml))
    served = {
        str(each.name): [str(one.schema_) for one in each.schema_extensions or []] for each in provider.resource_types
    }
    assert served == {"User": [ENTERPRISE, CUSTOM], "Group": [f"{CUSTOM}:Group"]}


@pytest.mark.parametrize("name", ["title", "Emails", "copy", "model_config", "__proto__", "class", "a.b", "Straße"])
def test_neither_schema_nor_attribute_gets_in_the_way_of_ours_whatever_it_is_called(name: str):
    toml = extension(f'"{name}"', more=f'name = "{name}"')
    provider = build_provider(environment_of(toml))
    schema = next(each for each in provider.schemas if each.id == CUSTOM)
    assert schema.name == name
    assert [each.name for each in schema.attributes or []] == [name]
    model = provider.model_for("User")
    sent = {"userName": "a", "title": "T", "emails": [{"value": "e"}], CUSTOM: {name: "v"}}
    assert model is not None
    shown = model.model_validate(sent).model_dump()
    assert {key: value for key, value in shown.items() if key != "schemas"} == sent
