"""What a fleet needs on AWS is checked for every account and region before the first deployment."""

import pytest
from moto import mock_aws

from lambdas.environment import file as settings
from lambdas.operations.problems import Problem
from scimctl import aws_session
from scimctl.fleet.members import Selection, select
from scimctl.fleet.places import Aws
from scimctl.local_option import ROLE
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.operators import ACME


@pytest.fixture(autouse=True)
def _no_session_of_another_test() -> None:
    aws_session._assumed.clear()


@pytest.fixture
def fleet(operator: None) -> None:
    """Two environments of one account, one of another."""
    for name, account in (("acme", "210987654321"), ("beta", "210987654321"), ("gamma", "999999999999")):
        text = ACME.replace('"acme"', f'"{name}"').replace("123456789012", account)
        (settings.ENVIRONMENTS / f"{name}.toml").write_text(text)


@pytest.mark.usefixtures("fleet")
def test_every_account_without_the_right_credentials_is_reported_once(cloudformation: StandIn) -> None:
    with mock_aws(), pytest.raises(Problem) as raised:
        Aws().require_ready(select(Selection()))
    lines = str(raised.value).splitlines()
    assert [line.split(" is in ")[1].split(":")[0] for line in lines] == ["210987654321", "999999999999"]
    assert all("scimctl --role NAME fleet" in line for line in lines)


@pytest.mark.usefixtures("fleet")
def test_an_account_that_is_not_bootstrapped_is_reported_with_the_command(cloudformation: StandIn) -> None:
    chosen = ROLE.set("scim-deploy")
    try:
        with mock_aws(), pytest.raises(Problem) as raised:
            Aws().require_ready(select(Selection(["acme", "beta"])))
    finally:
        ROLE.reset(chosen)
    assert str(raised.value).count("npx cdk bootstrap -c environment=acme") == 1


@pytest.mark.usefixtures("fleet")
def test_bootstrapped_accounts_are_ready_and_the_cdk_gets_the_credentials_of_the_role(cloudformation: StandIn) -> None:
    cloudformation.stacks["CDKToolkit"] = {}
    chosen = ROLE.set("scim-deploy")
    try:
        with mock_aws():
            members = select(Selection())
            Aws().require_ready(members)
            variables = Aws().variables(members[0])
    finally:
        ROLE.reset(chosen)
    assert variables["AWS_ACCESS_KEY_ID"] != "testing"
    assert variables["AWS_SESSION_TOKEN"]
    assert variables["SCIMCTL_ENVIRONMENTS"] == str(settings.ENVIRONMENTS)


@pytest.mark.usefixtures("fleet")
def test_without_a_role_the_cdk_gets_the_operators_own_variables() -> None:
    assert Aws().variables(select(Selection())[0])["AWS_ACCESS_KEY_ID"] == "testing"
