"""Change events for the vendor's product."""

from typing import Annotated, Literal

from pydantic import Field

from lambdas.environment.file.section import Section


class Events(Section):
    """The environment's event bus; without this table it is not deployed."""

    bus: Annotated[
        bool,
        Field(
            description="true or false: whether changes of the directory are published on the EventBridge bus scim-NAME"
        ),
    ] = True
    content: Annotated[
        Literal["notice", "full"],
        Field(
            description='"notice" for events that name the changed attributes, or "full" for events with their values, which are '
            "personal data"
        ),
    ] = "notice"
