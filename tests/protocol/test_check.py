"""`scimprobe check` against our own function: every check passes, and the directory is left as it was."""

from rich.console import Console

from scimprobe.check import job
from scimprobe.check.job import Outcome
from scimprobe.check.suites import SUITES
from scimprobe.wire import Tenant
from tests.protocol.client import Api
from tests.protocol.served import TOKEN, serving


def test_our_endpoint_passes_every_check_and_nothing_is_left_behind(api: Api) -> None:
    api.post("/Users", {"userName": "somebody@example.com", "name": {"familyName": "S"}})
    api.post("/Groups", {"displayName": "Somebody's"})
    before = [api.get(path).json["Resources"] for path in ("/Users", "/Groups")]
    with serving(api) as url:
        run = job.run(Tenant.parse(url, TOKEN), SUITES, Console(quiet=True))
    failed = [
        f"{result.check.name}: {result.blocked} {result.differences}"
        for result in run.all_results
        if result.outcome is not Outcome.PASSED
    ]
    assert failed == []
    assert len(run.all_results) == sum(len(suite.checks) for suite in SUITES)
    assert run.passed
    assert run.left == []
    assert [api.get(path).json["Resources"] for path in ("/Users", "/Groups")] == before
