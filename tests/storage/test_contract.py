"""scim2-server's storage contract, which we did not write, run whole against our store."""

import pytest
from scim2_models import ScimProvider
from scim2_server.testing import ScimStorageContract

from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.provider import build_provider
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table


def storage_of(table: Table, provider: ScimProvider) -> DynamoStorage:
    """Return an empty storage for what a provider describes."""
    assert provider.config is not None
    described = DirectoryProvider(provider.models, provider.resource_types, provider.config, provider.policy)
    return DynamoStorage(table, "acme", described)


class TestContractWithRfcSchemas(ScimStorageContract):
    """The contract with RFC 7643's own schemas, as scim2-server ships them."""

    @pytest.fixture
    def storage(self, table: Table, provider: ScimProvider) -> DynamoStorage:
        return storage_of(table, provider)


class TestContractWithOurModels(ScimStorageContract):
    """The contract with the models that we serve."""

    @pytest.fixture
    def provider(self) -> ScimProvider:
        return build_provider()

    @pytest.fixture
    def storage(self, table: Table, provider: ScimProvider) -> DynamoStorage:
        return storage_of(table, provider)
