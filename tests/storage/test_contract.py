"""scim2-server's storage contract, which we did not write, run whole against our store."""

from functools import cache

import pytest
from scim2_models import ScimProvider
from scim2_server.testing import ScimStorageContract
from scim2_server.utils import load_default_provider

from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.provider import build_provider
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table

# Built once: building one takes longer than a test.
RFC_SCHEMAS = cache(load_default_provider)
OUR_MODELS = cache(build_provider)


def storage_of(table: Table, provider: ScimProvider) -> DynamoStorage:
    """Return an empty storage for what a provider describes."""
    assert provider.config is not None
    described = DirectoryProvider(provider.models, provider.resource_types, provider.config, provider.policy)
    return DynamoStorage(table, "acme", described)


class TestContractWithRfcSchemas(ScimStorageContract):
    """The contract with RFC 7643's own schemas, as scim2-server ships them."""

    @pytest.fixture
    def provider(self) -> ScimProvider:
        return RFC_SCHEMAS()

    @pytest.fixture
    def storage(self, table: Table, provider: ScimProvider) -> DynamoStorage:
        return storage_of(table, provider)


class TestContractWithOurModels(ScimStorageContract):
    """The contract with the models that we serve."""

    @pytest.fixture
    def provider(self) -> ScimProvider:
        return OUR_MODELS()

    @pytest.fixture
    def storage(self, table: Table, provider: ScimProvider) -> DynamoStorage:
        return storage_of(table, provider)
