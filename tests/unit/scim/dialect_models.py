"""The models that the dialects are tested with: ours, and an extension that is built from a schema at run time."""

from pathlib import Path
from typing import Any

from scim2_models import Extension, Resource, Schema

from lambdas.scim.extensions.declarations import Attribute, Declaration, build
from lambdas.scim.models import EnterpriseUser, Group, User

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

CUSTOM_SCHEMA = Path(__file__).parent / "extension.schema.json"

USER: type[Resource[Any]] = User[
    EnterpriseUser | Extension.from_schema(Schema.model_validate_json(CUSTOM_SCHEMA.read_text()))
]
GROUP: type[Resource[Any]] = Group

OPEN = "urn:ietf:params:scim:schemas:extension:2.0:Metadata"
OPENED: type[Resource[Any]] = User[
    EnterpriseUser
    | build(
        Declaration(
            urn=OPEN,
            name="Metadata",
            open=True,
            attributes=(
                Attribute("level", "integer"),
                Attribute("score", "decimal"),
                Attribute("levels", "integer", multi_valued=True),
                Attribute("since", "dateTime"),
                Attribute("leaves", "dateTime", multi_valued=True),
                Attribute("badges", multi_valued=True, objects=True),
                Attribute("points", "integer", multi_valued=True, objects=True),
                Attribute("cost centre"),
            ),
        )
    )
]
"""Users with an extension that declares attributes and takes any others."""
