"""`scimctl check` and `scimctl simulate`: the commands of `scimprobe`, with the local endpoint as the default tenant."""

from scimctl import tenants
from scimctl.tenants import EnvironmentOption, StateOption, UrlArgument
from scimprobe.check import command as check_command
from scimprobe.check.command import SuiteName, SuiteOption, VerboseOption
from scimprobe.options import (
    ClientAssertionOption,
    ClientIdOption,
    ClientSecretOption,
    ExpectOption,
    OAuthChoices,
    Output,
    OutputOption,
    TokenEndpointOption,
    TokenOption,
)
from scimprobe.simulate import command as simulate_command
from scimprobe.simulate.command import (
    Choices,
    CleanUpOption,
    ConcurrencyOption,
    DialectOption,
    GroupsOption,
    SeedOption,
    UsersOption,
)


def check(
    url: UrlArgument = None,
    token: TokenOption = None,
    client_id: ClientIdOption = "",
    client_secret: ClientSecretOption = "",
    client_assertion: ClientAssertionOption = "",
    token_endpoint: TokenEndpointOption = "",
    suite: SuiteOption = SuiteName.ALL,
    expect: ExpectOption = None,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = False,
    environment: EnvironmentOption = None,
    state_dir: StateOption = None,
) -> None:
    """Check any SCIM endpoint as identity providers and their test programs would.

    Runs `scimprobe check`: the requests of Microsoft Entra ID's Test Connection and provisioning, Microsoft's SCIM
    Validator, Microsoft's Logic App suite for the gallery, and Okta's SPEC test and provisioning. For each check that
    fails it shows the request, the difference, and what the identity provider would do about it.

    The rules of the environment's file are expected of the endpoint: a check that they rule out is reported as such, and
    the suite `rules` checks that they are followed. For any other endpoint `--expect FILE` says them.

    With `--client-id` it gets access tokens as Entra does with OAuth 2.0, and the suite `oauth` checks the token endpoint.

    All users and groups that it creates have random names, so the directory need not be empty. All are deleted again,
    also after a failure or Ctrl-C; the report lists what could not be deleted.

    **Examples**

    `scimctl check` checks the local endpoint of `scimctl local up`

    `scimctl check --environment compliance` checks another environment in the local cloud

    `SCIM_CLIENT_SECRET=... scimctl check --client-id ID` with a client of `scimctl clients create`

    `SCIM_TOKEN=... scimctl check https://HOST/v2/CONNECTION --suite validator` as Microsoft's SCIM Validator does

    **Exit status**

    0 when every mandatory check passes or is ruled out, 1 when one does not pass, 2 when not everything could be checked:
    bad arguments, no answer, a refused token, or no SCIM endpoint; 130 after Ctrl-C. Optional checks and the validator's
    previews do not count.
    """
    oauth = OAuthChoices(client_id, client_secret, client_assertion, token_endpoint)
    tenant = tenants.choose(url, token, oauth, state_dir, environment)
    rules = tenants.rules(expect, url, state_dir, environment)
    check_command.run(tenant, suite, rules, output, is_verbose=verbose)


def simulate(
    url: UrlArgument = None,
    users: UsersOption = 25,
    groups: GroupsOption = 5,
    dialect: DialectOption = None,
    token: TokenOption = None,
    client_id: ClientIdOption = "",
    client_secret: ClientSecretOption = "",
    client_assertion: ClientAssertionOption = "",
    token_endpoint: TokenEndpointOption = "",
    concurrency: ConcurrencyOption = 5,
    seed: SeedOption = 1,
    clean_up: CleanUpOption = False,
    expect: ExpectOption = None,
    output: OutputOption = Output.TEXT,
    environment: EnvironmentOption = None,
    state_dir: StateOption = None,
) -> None:
    """Provision a directory as Microsoft Entra ID would, and verify that the endpoint kept everything.

    Runs `scimprobe simulate`: a connection test, an initial and an incremental cycle, one user on demand; then
    everything is read back by id, by filter and page by page, and compared with the source.

    The rules of the environment's file are expected of the endpoint: what they rule out is not sent, or expected
    otherwise, and reported as such. For any other endpoint `--expect FILE` says them.

    Every run uses names of its own, so the directory need not be empty, but nothing else may write to it meanwhile.
    What Entra would retry (429, 5xx, no answer) is retried and counted.

    With `--client-id` it gets access tokens as Entra does with OAuth 2.0, and replaces each before it expires.

    **Examples**

    `scimctl simulate` provisions 25 users and 5 groups into the local endpoint of `scimctl local up`

    `scimctl simulate --environment compliance` into another environment in the local cloud

    `scimctl simulate --users 100 --groups 10 --dialect entra-flag` as a job with `?aadOptscim062020` in its Tenant URL

    `SCIM_CLIENT_SECRET=... scimctl simulate --client-id ID` with a client of `scimctl clients create`

    `SCIM_TOKEN=... scimctl simulate https://HOST/v2/CONNECTION` into any other endpoint

    `scimctl simulate --cleanup --output json > result.json` leaves nothing behind but the result

    **Exit status**

    0 when the endpoint kept everything, 1 when something differs or a request failed, 2 when there is nothing to test:
    bad arguments, no answer, a refused token, or no SCIM endpoint.
    """
    oauth = OAuthChoices(client_id, client_secret, client_assertion, token_endpoint)
    tenant = tenants.choose(url, token, oauth, state_dir, environment)
    rules = tenants.rules(expect, url, state_dir, environment)
    simulate_command.run(tenant, Choices(users, groups, dialect, concurrency, seed, clean_up), rules, output)
