"""What holds for each of the five worked environments, deployed side by side from their own files."""

import re
from dataclasses import dataclass

import pytest

from lambdas.credentials import tokens
from tests.e2e.conformance import check_conformance
from tests.e2e.endpoint import FIVE, SECRETS
from tests.e2e.leaks import everything_logged, leaked_in
from tests.e2e.scenarios.actors import Entra, refused
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf

EXTENSION = "urn:ietf:params:scim:schemas:extension"


@dataclass(frozen=True)
class Limit:
    """What scim2-tester 0.5.2 takes for a mistake and is none."""

    told: str
    """What it says of it, as a regular expression."""

    why: str
    """Why it is none."""


FILLED = Limit(
    r"unexpected value|did not remove",
    "It writes the whole extension without its read-only attribute, and wants it back so. RFC 7643 section 7: a readOnly "
    "attribute is not modified by clients, and is returned.",
)
EMPTY = Limit(
    r"Returned value: None",
    "It writes an extension without any attribute and wants it back. RFC 7643 section 2.5: what holds nothing is unassigned, "
    "and unassigned attributes are left out.",
)
ADDED = Limit(
    r"Returned value: \['[0-9a-f-]+', '[0-9a-f-]+'\]",
    "It adds a value with the extension, adds another, and wants the second alone. RFC 7644 section 3.5.2.1: new values are "
    "appended.",
)
LIMITS: dict[str, dict[str, Limit]] = {
    "forms-mobile": {
        f"User check_add_attribute {EXTENSION}:serverless-scim:2.0:User": FILLED,
        f"User check_replace_attribute {EXTENSION}:serverless-scim:2.0:User": FILLED,
        f"User check_remove_attribute {EXTENSION}:serverless-scim:2.0:User": FILLED,
        f"User check_add_attribute {EXTENSION}:2.0:Metadata": EMPTY,
        f"User check_replace_attribute {EXTENSION}:2.0:Metadata": EMPTY,
        f"User check_add_attribute {EXTENSION}:2.0:CustomExtensionName:folders": ADDED,
    },
}
"""By environment, the checks that fail there; each of them is to fail, so that none stays here when the suite learns better."""


RICHEST = "forms-mobile"
"""The environment that declares most. The suite runs there; for a release on all, and in `test_endpoint.py` on the smallest."""


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=[] if each == RICHEST else pytest.mark.full) for each in FIVE]
)
def test_the_conformance_suite_passes(entra_of: EntraOf, name: str) -> None:
    endpoint = entra_of(name).endpoint
    found = check_conformance(endpoint.seen_by(endpoint.create_connection(directory="conformance")))
    limits = LIMITS.get(name, {})
    assert {check: reason for check, reason in found.failed.items() if check not in limits} == {}
    assert set(found.failed) == set(limits)
    assert all(re.search(limits[check].told, reason) for check, reason in found.failed.items())
    assert found.passed > 100


def test_one_user_name_is_five_people_and_none_sees_another(entra_of: EntraOf) -> None:
    jobs = {name: entra_of(name) for name in FIVE}
    ids = {name: entra.provision("same.name@everywhere.example") for name, entra in jobs.items()}
    assert len(set(ids.values())) == len(FIVE)
    for name, entra in jobs.items():
        assert [each["id"] for each in entra.match("User", "same.name@everywhere.example")] == [ids[name]]
        for other in FIVE:
            assert entra.endpoint.send("GET", f"/Users/{ids[other]}").status == (200 if other == name else 404)


def test_a_token_of_one_is_refused_by_another(entra_of: EntraOf) -> None:
    for mine, theirs in zip(FIVE, [*FIVE[1:], FIVE[0]], strict=True):
        token = entra_of(mine).endpoint.token
        refused(entra_of(theirs).endpoint.send("GET", "/Users?count=1", token=token), 401)
        assert entra_of(mine).endpoint.send("GET", "/Users?count=1").status == 200


@pytest.mark.last
@pytest.mark.parametrize("name", FIVE)
def test_everything_that_is_stored_agrees_in_the_end(entra_of: EntraOf, operator_of: OperatorOf, name: str) -> None:
    entra: Entra = entra_of(name)
    told = operator_of(name).read("directories verify")
    assert (told["passed"], told["differences"]) == (True, [])
    assert told["resources"]["User"] == entra.endpoint.send("GET", "/Users?count=0").json["totalResults"] > 0


@pytest.mark.last
@pytest.mark.parametrize("name", FIVE)
def test_no_secret_of_this_run_is_in_any_log(entra_of: EntraOf, name: str) -> None:
    endpoint = entra_of(name).endpoint
    logged = everything_logged(endpoint)
    token = tokens.parse(endpoint.token)
    assert token is not None
    assert token.id in logged  # what may be logged of a token is found by this search
    assert endpoint.token in SECRETS
    assert leaked_in(logged) == []
