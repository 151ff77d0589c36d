"""The table as the stack deploys it, for every test that needs one in an emulator."""

from typing import Any

TABLE_NAME = "scim"


def table_description(name: str = TABLE_NAME) -> dict[str, Any]:
    """Return the name, keys and billing of the table, in the form of CreateTable and DescribeTable."""
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def create_table(client: Any, name: str = TABLE_NAME) -> str:
    """Create the table with a boto3 low-level client, and return its name."""
    client.create_table(**table_description(name))
    return name
