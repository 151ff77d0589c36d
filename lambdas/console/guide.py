"""How the console names the steps that messages ask for: for operators as its pages, for others as a request to an operator."""

from lambdas.operations.guidance import Guide, Step

GUIDE = Guide(
    {
        Step.LIST_CONNECTIONS: "the page *SCIM configuration*",
        Step.CREATE_TOKEN: "*Rotate* on the page of connection {connection}",
        Step.ENABLE_CONNECTION: "*Enable* on the page of connection {connection}",
        Step.SHOW_RESOURCE: "a search for {name} on the page of {noun}s",
        Step.REPAIR_DIRECTORY: "`scimctl directories verify --repair`",
    }
)

_SENDER = "the help of the person who sent you the link"

SET_UP_GUIDE = Guide(
    {
        Step.LIST_CONNECTIONS: _SENDER,
        Step.CREATE_TOKEN: _SENDER,
        Step.ENABLE_CONNECTION: _SENDER,
        Step.SHOW_RESOURCE: "{noun} {name}, with " + _SENDER,
        Step.REPAIR_DIRECTORY: _SENDER,
    }
)
"""For the customer's administrator, who has no page but that of the set-up."""
