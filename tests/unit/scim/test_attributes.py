"""Reading attributes through their binding: what the protocol library reads by their path."""

import pytest
from scim2_models import Resource

from lambdas.environment.provider import build_provider
from lambdas.scim.attributes import Attribute
from support.datasets import ENTERPRISE
from support.environments import environment_of

CUSTOM = "urn:example:params:scim:schemas:extension:custom:2.0:User"
PROVIDER = build_provider(
    environment_of(
        f"""
[[extensions]]
resource = "User"
urn = "{CUSTOM}"
open = true
[[extensions.attributes]]
name = "level"
[[extensions.attributes]]
name = "tags"
multi_valued = true
"""
    )
)
USER = PROVIDER.model_for("User")
GROUP = PROVIDER.model_for("Group")

RESOURCES: list[Resource] = [
    USER(),
    USER.model_validate({"userName": "ann", "emails": [], "name": {"givenName": "Ann"}, "active": False}),
    USER.model_validate(
        {
            "userName": "  ",
            "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
            "x509Certificates": [{"value": "AAEC"}],
            ENTERPRISE: {"department": "R&D", "manager": {"value": "m1"}},
            CUSTOM: {"level": "3", "tags": ["a", "b"], "undeclared": "kept"},
        }
    ),
    GROUP.model_validate({"displayName": "Staff", "members": [{"value": "u1"}, {"value": "u2", "type": "User"}]}),
]
ATTRIBUTES = [each for model in (USER, GROUP) for each in Attribute.all_of(model)]
OPEN = Attribute.find(USER, f"{CUSTOM}:undeclared")


@pytest.mark.parametrize("resource", RESOURCES, ids=range(len(RESOURCES)))
def test_the_values_of_every_attribute_are_those_at_its_path(resource: Resource):
    for attribute in [*ATTRIBUTES, *([OPEN] if OPEN else [])]:
        found = attribute.path.get(resource, strict=False)
        assert attribute.entries(resource) == (found if isinstance(found, list) else [found]), attribute.name


def test_an_attribute_is_in_the_part_of_the_document_that_has_its_name_or_its_urn():
    assert {
        Attribute.find(USER, path).part for path in ("emails.value", "userName", f"{ENTERPRISE}:manager.value")
    } == {
        "emails",
        "username",
        ENTERPRISE.lower(),
    }


def test_every_part_that_has_keys_is_known():
    assert PROVIDER.indexed_parts("User") == {"username", "externalid", "emails", ENTERPRISE.lower()}
    assert PROVIDER.indexed_parts("Group") == {"displayname", "externalid"}
