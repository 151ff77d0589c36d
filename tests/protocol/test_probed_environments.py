"""`scimprobe` against the function in each worked environment, and in one for each rule: all pass by what their file says.

The rules reach scimprobe as `scimctl environments expectations NAME` prints them. An endpoint that does not follow them fails,
and without them a deviation is a failure: a foreign endpoint is judged by the RFCs.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from scimctl.environments.expectations import expectations
from scimprobe.check import job as checking
from scimprobe.check.job import Outcome
from scimprobe.check.suites import suites
from scimprobe.endpoint import rules
from scimprobe.endpoint.rules import NO_RULES, Rules
from scimprobe.simulate import job as simulating
from scimprobe.simulate.dialect import FLAG, Dialect
from scimprobe.simulate.report import Run
from scimprobe.wire import Tenant
from support.environments import environment_of
from tests.protocol.client import Api, Handler
from tests.protocol.conftest import endpoint
from tests.protocol.served import TOKEN, serving

Build = Callable[[Environment], Api]

DOCUMENTED = Path(__file__).parents[2] / "docs" / "operator" / "environments.md"
QUIET = Console(quiet=True)

OWN = "urn:ietf:params:scim:schemas:extension:own:2.0"
EVERY_KIND = f"""
[users]
required = ["title", "externalId", "phoneNumbers.value", "{OWN}:User:number"]
unique = ["nickName", "externalId", "displayName"]
[users.allowed]
title = ["A", "B", "C"]
preferredLanguage = ["en-GB"]
[users.defaults]
locale = "de-DE"
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter" = "7"
[groups]
required = ["externalId"]
[[extensions]]
urn = "{OWN}:User"
open = true
attributes = [
    {{ name = "number", type = "integer" }}, {{ name = "flag", type = "boolean" }},
    {{ name = "share", type = "decimal" }}, {{ name = "moment", type = "dateTime" }},
    {{ name = "link", type = "reference" }}, {{ name = "list", multi_valued = true, shape = "objects" }},
    {{ name = "once", mutability = "immutable" }}, {{ name = "given", mutability = "readOnly" }},
]
[[extensions]]
urn = "{OWN}:Group"
resource = "Group"
attributes = [{{ name = "text" }}]
[permissions]
sources = ["roles"]
unknown_role = "refuse"
sets = [{{ id = "one", name = "One" }}]
[capabilities]
bulk = false
sort = false
etag = false
cursor = false
"""
ROLES = """
[permissions]
sources = ["roles"]
base = ["app"]
default = ["reader"]
roles_from = "groups"
one_role = true
sets = [{ id = "app", name = "App" }, { id = "reader", name = "Reader" }, { id = "admin", name = "Admin" }]
"""
SYSTEM_GROUPS = """
[groups]
created_by_clients = false
[permissions]
sources = ["system-groups", "roles"]
default = ["viewer"]
sets = [{ id = "owner", name = "Owner" }, { id = "viewer", name = "Viewer" }]
"""
LEAVING = "[users.deprovisioning]\n"

RULES = {
    "the disabled are removed": LEAVING + 'deactivated = "remove"',
    "the deleted stay": LEAVING + 'deleted = "disable"\nmemberships = "remove"',
    "no client creates groups": "[groups]\ncreated_by_clients = false",
    "system groups alone": SYSTEM_GROUPS,
    "one role, also by groups": ROLES,
    "every kind of rule": EVERY_KIND,
}
IN_BOTH_DIALECTS = ("every kind of rule", "forms-mobile")
"""The environments with the most kinds of attributes. A release simulates the worked environments in both dialects."""

DEPLOYED = ("compliance", "devices", "forms-admin", "local")
"""The worked environments that the end-to-end tests provision into by themselves, and that have no rule of their own."""

RULING_NOTHING_OUT = ("every kind of rule", "one role, also by groups")
BY_EVERY_CLIENT = ("compliance", "forms-mobile", "formulation", "documented")
"""The worked environments with the most rules. The end-to-end tests check ``compliance`` by every client, too."""

WORKED = ["local", *sorted(each for each in settings.names() if each != "local"), "documented"]


@pytest.fixture
def serve(function: Handler, table: object) -> Build:
    """Gives the endpoint of an environment, over an empty table."""
    return lambda environment: Api(endpoint(environment))


def environment(name: str) -> Environment:
    """Return a worked environment, the one of the documentation, or one that is made of a single rule."""
    if name in RULES:
        return environment_of(RULES[name])
    if name != "documented":
        return settings.load(name)
    (example,) = re.findall(r"```toml\n(name = .*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.DOTALL)
    document = re.sub(r"^name = .*\ndescription = .*\n\n\[aws\]\n.*\n.*\n", "", example)
    return environment_of(document)


def expected(name: str) -> Rules:
    """Return the rules of an environment, through the file that an operator passes."""
    return rules.read(json.loads(json.dumps(expectations(environment(name)))))


def simulate(api: Api, known: Rules, dialect: Dialect = Dialect.ENTRA, users: int = 14) -> Run:
    with serving(api) as url:
        tenant = Tenant.parse(f"{url}?{FLAG}" if dialect is Dialect.ENTRA_FLAG else url, TOKEN)
        return simulating.run(tenant, simulating.Plan(users, min(3, users), dialect, rules=known), QUIET)


def check(api: Api, known: Rules, *names: str) -> checking.Run:
    with serving(api) as url:
        tenant = Tenant.parse(url, TOKEN)
        chosen = [each for each in suites(known, tenant.credential) if not names or each.name in names]
        return checking.run(tenant, chosen, QUIET, known)


def outcomes(run: checking.Run, outcome: Outcome) -> list[str]:
    return [
        f"{each.check.name}: {each.reason} {each.differences}" for each in run.all_results if each.outcome is outcome
    ]


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        *(
            pytest.param(name, Dialect.ENTRA, marks=[pytest.mark.full] if name in DEPLOYED else [])
            for name in (*WORKED, *RULES)
        ),
        *((name, Dialect.ENTRA_FLAG) for name in IN_BOTH_DIALECTS),
        *(
            pytest.param(name, Dialect.ENTRA_FLAG, marks=pytest.mark.full)
            for name in WORKED
            if name not in IN_BOTH_DIALECTS
        ),
    ],
)
def test_a_simulation_finds_no_difference(serve: Build, name: str, dialect: Dialect) -> None:
    run = simulate(serve(environment(name)), expected(name), dialect)
    assert (list(run.differences), run.stopped) == ([], None)


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=[pytest.mark.full] if each != "forms-mobile" else []) for each in BY_EVERY_CLIENT],
)
def test_every_check_passes_or_is_ruled_out_by_the_file(serve: Build, name: str) -> None:
    run = check(serve(environment(name)), expected(name))
    assert_passed(run, name)


@pytest.mark.full
@pytest.mark.parametrize("name", sorted({*WORKED, *RULES} - {*BY_EVERY_CLIENT}))
def test_every_check_of_every_client_passes_elsewhere_too(serve: Build, name: str) -> None:
    assert_passed(check(serve(environment(name)), expected(name)), name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=[pytest.mark.full] if each in DEPLOYED else [])
        for each in sorted({*WORKED, *RULES} - {*BY_EVERY_CLIENT})
    ],
)
def test_every_check_of_entra_and_of_the_rules_passes(serve: Build, name: str) -> None:
    run = check(serve(environment(name)), expected(name), "entra", "rules")
    assert_passed(run, name)
    assert bool(outcomes(run, Outcome.RULED_OUT)) == (name in RULES and name not in RULING_NOTHING_OUT)


def assert_passed(run: checking.Run, name: str) -> None:
    assert outcomes(run, Outcome.FAILED) + outcomes(run, Outcome.BLOCKED) == []
    assert run.passed
    assert run.left == []
    assert (run.kept > 0) == (name == "the deleted stay")


@pytest.mark.parametrize("name", ["compliance", "devices", "forms-mobile", "formulation", "documented", *RULES])
def test_every_check_of_the_rules_fails_where_the_endpoint_does_not_follow_them(serve: Build, name: str) -> None:
    run = check(serve(environment_of()), expected(name), "rules")
    assert outcomes(run, Outcome.PASSED) == []
    assert run.all_results


@pytest.mark.parametrize("name", ["compliance", "documented", "the disabled are removed", "the deleted stay"])
def test_without_the_file_its_deviations_are_failures(serve: Build, name: str) -> None:
    api = serve(environment(name))
    assert not check(api, NO_RULES, "entra").passed
    if name != "documented":
        assert not simulate(api, NO_RULES, users=8).passed


def test_required_values_and_roles_are_read_from_the_schemas_alone(serve: Build) -> None:
    api = serve(environment("forms-mobile"))
    assert simulate(api, NO_RULES).passed
    assert check(api, NO_RULES, "entra", "validator").passed


LOST = {
    "folders": (rb'"folders": ?\["list 0", ?', b'"folders": ['),
    "costCentre": (rb'"costCentre"', b'"costcentre"'),
    "userType": (rb'"userType": ?"Standard"', b'"userType": "Premium"'),
    "roles": (rb'"value": ?"User"', b'"value": "Admin"'),
    "entitlements": (rb'"entitlements": ?\[[^]]*\]', b'"entitlements": []'),
}
"""By attribute, what an endpoint answers, and what a wrong one answers in its place."""


def test_a_lost_value_of_the_endpoint_s_own_is_a_difference(serve: Build) -> None:
    api = serve(environment("forms-mobile"))
    right = api.send

    def wrong(*request: object) -> object:
        reply = right(*request)  # type: ignore[arg-type]
        if "/Schemas" in str(request[1]):
            return reply
        body = reply.body
        for pattern, replacement in LOST.values():
            body = re.sub(pattern, replacement, body)
        return type(reply)(reply.status, reply.headers, body)

    api.send = wrong  # type: ignore[method-assign, assignment]
    run = simulate(api, expected("forms-mobile"))
    found = {each.attribute for each in run.differences}
    assert {name for name in LOST if any(name in attribute for attribute in found)} == set(LOST)


def test_what_the_file_changes_of_a_simulation_is_reported(serve: Build) -> None:
    run = simulate(serve(environment("compliance")), expected("compliance"), users=3)
    assert run.rules == "compliance.toml"
    assert run.by_rules == ["groups.served is false: no group is created"]
