"""How the console names the steps that messages ask an operator to take: as its pages."""

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
