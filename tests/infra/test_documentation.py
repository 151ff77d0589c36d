"""What operators are told of the stack is what the stack is."""

import re
from pathlib import Path

from aws_cdk.assertions import Template

from infra.queries import QUERIES
from lambdas.environment import file as settings
from tests.infra.conftest import Assembly, stack_of

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_operators_are_told_what_to_do_on_each_alarm_and_on_no_other(aws: Assembly):
    with_events = Template.from_stack(
        stack_of(settings.load("example").model_copy(update={"webhooks": ()}), events=True)
    )
    found = aws.all("AWS::CloudWatch::Alarm").keys() | with_events.find_resources("AWS::CloudWatch::Alarm").keys()
    alarms = {re.sub(r"^Alarms|[0-9A-F]{8}$", "", each) for each in found}
    table = (DOCS / "operator" / "operations.md").read_text().partition("### Alarms")[2].partition("\n### ")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == alarms


def test_operators_are_told_of_each_saved_query():
    text = " ".join((DOCS / "operator" / "troubleshooting.md").read_text().split())
    assert [query.name for query in QUERIES if f"*{query.name}*" not in text] == []
