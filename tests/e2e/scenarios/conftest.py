"""The environments of the scenarios, each deployed once and from its own file."""

from collections.abc import Callable

import pytest

from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.scenarios.actors import Entra, Operator

EntraOf = Callable[[str], Entra]
OperatorOf = Callable[[str], Operator]


@pytest.fixture(scope="session")
def entra_of(deployed: Callable[[str], Endpoint]) -> EntraOf:
    """Gives the Entra ID that is connected with an environment."""
    return lambda name: Entra(deployed(name))


@pytest.fixture(scope="session")
def operator_of(local_cloud: LocalCloud, deployed: Callable[[str], Endpoint]) -> OperatorOf:
    """Gives the operator of an environment, which is deployed when it is not yet."""

    def operator(name: str) -> Operator:
        deployed(name)
        return Operator(local_cloud, name)

    return operator
