"""The proof that saved queries run."""

from typing import Any

from botocore.stub import ANY

from infra.queries import FOLDER as SAVED_IN
from infra.queries import QUERIES
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome
from scimctl.proof.queries import FOLDER, call, prove_queries
from tests.unit.scimctl.proof.conftest import Aws


def saves(aws: Aws, *queries: tuple[str, str], after: str | None = None, more: str | None = None) -> None:
    definitions = [{"name": name, "queryString": text} for name, text in queries]
    answer: dict[str, Any] = {"queryDefinitions": definitions, **({"nextToken": more} if more else {})}
    expected = {"queryDefinitionNamePrefix": "scim/", **({"nextToken": after} if after else {})}
    aws.answers("logs", "describe_query_definitions", answer, expected)


def starts(aws: Aws, text: str) -> None:
    expected = {"logGroupName": "/scim/example", "startTime": ANY, "endTime": ANY, "queryString": text, "limit": 1}
    aws.answers("logs", "start_query", {"queryId": "q"}, expected)


def has_status(aws: Aws, *statuses: str) -> None:
    for status in statuses:
        aws.answers("logs", "get_query_results", {"status": status}, {"queryId": "q"})


def test_every_saved_query_of_the_account_is_run_to_its_end(aws: Aws, deployed: Deployed):
    saves(aws, ("scim/One", "fields @timestamp"), more="next")
    saves(aws, ("scim/Two", "filter user = {{user}}"), after="next")
    starts(aws, "fields @timestamp")
    has_status(aws, "Running", "Complete")
    starts(aws, '$`scim/Two`(user = "nobody@example.com")')
    has_status(aws, "Complete")
    result = prove_queries(deployed)
    assert result.outcome is Outcome.PROVED
    assert result.details == ("2 saved queries run.",)


def test_a_query_that_cannot_be_read_or_fails_is_named(aws: Aws, deployed: Deployed):
    saves(aws, ("scim/One", "x"), ("scim/Two", "y"))
    aws.refuses("logs", "start_query", "MalformedQueryException", "unexpected symbol")
    starts(aws, "y")
    has_status(aws, "Failed")
    result = prove_queries(deployed)
    assert result.outcome is Outcome.FAILED
    assert result.details == ("scim/One: unexpected symbol", "scim/Two: Failed")


def test_an_account_without_queries_fails_with_the_command_that_deploys_them(aws: Aws, deployed: Deployed):
    saves(aws)
    result = prove_queries(deployed)
    assert result.outcome is Outcome.FAILED
    assert "`npx cdk deploy -c account-of=example`" in result.details[0]


def test_the_queries_of_the_project_are_called_with_their_parameters():
    assert f"{SAVED_IN}/" == FOLDER
    for query in QUERIES:
        called = call(f"{FOLDER}{query.name}", query.text)
        assert all(f"{name} = " in called for name in query.parameters)
        assert called.startswith("$") == bool(query.parameters)
