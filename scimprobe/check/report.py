"""The findings of a run, for people or as JSON for programs. Neither shows a secret, whatever the endpoint answers."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from scimprobe.check.job import Outcome, Result, Run
from scimprobe.check.reply import Difference, Reply, Request
from scimprobe.check.suite import Level, Suite
from scimprobe.credentials import redact
from scimprobe.printable import json_text, printable

LONG = 600
"""Characters of a body that are shown without --verbose."""


class Report:
    """The report of one run."""

    def __init__(self, run: Run, secrets: Iterable[str], *, is_verbose: bool) -> None:
        """Initialize the report; an endpoint might repeat the secrets in its answers."""
        self._run = run
        self._secrets = tuple(secrets)
        self._is_verbose = is_verbose

    # For programs ------------------------------------------------------------------------------------------------

    def as_json(self) -> str:
        """Return the run as one JSON object."""
        run = self._run
        facts = {
            "passed": run.passed,
            "stopped": run.stopped or None,
            "tenant_url": run.tenant_url,
            "run": run.marker,
            "seconds": round(run.seconds, 2),
            "requests": run.requests,
            "expectations": run.rules or None,
            "checks": _counts(run.all_results),
            "left_behind": run.left,
            "kept_by_expectations": run.kept,
            "suites": [
                {"suite": suite.name, "title": suite.title, "checks": [self._result(each) for each in results]}
                for suite, results in run.results
            ],
        }
        return redact(json_text(facts, indent=2), self._secrets)

    def _result(self, result: Result) -> dict[str, Any]:
        check = result.check
        facts: dict[str, Any] = {
            "name": check.name,
            "level": check.level.value,
            "outcome": result.outcome.value,
            "requirement": check.requirement,
            "matters": check.matters,
            "differences": [_difference(each) for each in result.differences],
            "blocked": result.reason if result.outcome is Outcome.BLOCKED else None,
            "ruled_out": result.reason if result.outcome is Outcome.RULED_OUT else None,
        }
        return facts | ({"exchanges": [_exchange(each) for each in result.replies]} if self._is_verbose else {})

    # For people --------------------------------------------------------------------------------------------------

    def print(self, console: Console) -> None:
        """Print the run: every check by suite; of each that failed, the request, the differences and why they matter."""
        for suite, results in self._run.results:
            self._print_suite(suite, results, console)
        self._print_verdict(console)

    def _print_suite(self, suite: Suite, results: list[Result], console: Console) -> None:
        passed = sum(result.outcome is Outcome.PASSED for result in results)
        console.print(Text.assemble("\n", (suite.title, "bold"), f"  {passed} of {len(suite.checks)} passed"))
        for result in results:
            mark, style = _mark(result)
            level = "" if result.check.level is Level.MANDATORY else f"  ({result.check.level})"
            console.print(Text.assemble("  ", (mark, style), f" {result.check.name}", (level, "dim")), soft_wrap=True)
            for line in self._lines(result):
                console.print(Text(f"      {line}"), soft_wrap=True)

    def _lines(self, result: Result) -> Iterator[str]:
        """Return the lines below the name of a check."""
        if result.outcome is Outcome.RULED_OUT:
            yield f"Ruled out by {self._run.rules}: {self._safe(result.reason)}"
        elif result.outcome is Outcome.BLOCKED:
            yield f"Not run:   {self._shortened(result.reason)}"
        elif result.outcome is Outcome.FAILED:
            yield f"Required:  {result.check.requirement}"
            before: Request | None = None
            for each in result.differences:
                if each.request is not before:
                    yield f"Request:   {self._shortened(each.request)}"
                    if each.request.body is not None:
                        yield f"           {self._shortened(_text(each.request.body))}"
                before = each.request
                expected, found = self._safe(each.expected), self._shortened(each.found)
                yield f"Differs:   {self._safe(each.what)}: expected {expected}, found {found}"
            if result.reason:
                yield f"Stopped:   {self._shortened(result.reason)}"
            yield f"Matters:   {result.check.matters}"
        if self._is_verbose:
            yield from (self._safe(line) for reply in result.replies for line in _conversation(reply))

    def _print_verdict(self, console: Console) -> None:
        run = self._run
        counts = _counts(run.all_results)
        summary = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        console.print(Text(f"\n{run.tenant_url}"), soft_wrap=True)
        console.print(
            f"{summary or 'no check was run'}; {run.requests} requests in {run.seconds:.1f} s", highlight=False
        )
        if run.left:
            console.print(Text(f"Left behind, because it could not be removed ({len(run.left)}):", style="bold red"))
            for created in run.left:
                console.print(Text(f"  {self._safe(created)}"), soft_wrap=True)
        elif run.results:
            console.print(f"Everything that was created (named {run.marker}) is removed.", highlight=False)
        if run.kept:
            kept = f"{run.kept} deleted users stay, disabled, as {run.rules} requires (named {run.marker})."
            console.print(Text(self._safe(kept)), soft_wrap=True)
        if run.stopped:
            console.print(Text(f"Stopped: {self._safe(run.stopped)}", style="bold red"), soft_wrap=True)
        elif run.passed:
            console.print(Text("The endpoint passes.", style="bold green"))
        else:
            console.print(Text("The endpoint does not pass.", style="bold red"))

    def _shortened(self, value: object) -> str:
        text = self._safe(str(value))
        return text if self._is_verbose or len(text) <= LONG else f"{text[:LONG]}… (--verbose shows all)"

    def _safe(self, text: str) -> str:
        """Return a text of the endpoint as it may be printed: one line, nothing that a terminal obeys, no secret."""
        return printable(redact(_one_line(text), self._secrets))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _mark(result: Result) -> tuple[str, str]:
    if result.outcome is Outcome.PASSED:
        return "✓", "green"
    if result.outcome is Outcome.RULED_OUT:
        return "-", "dim"
    return ("✗", "red") if result.counts else ("!", "yellow")


def _counts(results: list[Result]) -> dict[str, int]:
    """Return how many checks have each outcome; failures that do not count are counted apart."""
    found = Counter(
        result.outcome.value if result.is_fine or result.counts else "not passed, not mandatory" for result in results
    )
    names = [*(outcome.value for outcome in Outcome), "not passed, not mandatory"]
    return {name: found[name] for name in names}


def _text(body: object) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False)


def _request(request: Request) -> dict[str, Any]:
    body = request.body.decode(errors="replace") if isinstance(request.body, bytes) else request.body
    return {"method": request.method, "target": request.target, "body": body}


def _difference(each: Difference) -> dict[str, Any]:
    return {"request": _request(each.request), "what": each.what, "expected": each.expected, "found": each.found}


def _exchange(reply: Reply) -> dict[str, Any]:
    answer = reply.answer
    body = answer.resource if answer.resource is not None else answer.body.decode(errors="replace")
    return {
        "request": _request(reply.request),
        "status": answer.status,
        "body": body or None,
        "milliseconds": round(reply.seconds * 1000, 1),
    }


def _conversation(reply: Reply) -> Iterator[str]:
    """Return a request and its answer, one line for each part."""
    yield f"> {reply.request}"
    if reply.request.body is not None:
        yield f"> {_text(reply.request.body)}"
    status = reply.answer.status or f"no answer ({reply.answer.failure})"
    yield f"< {status} in {reply.seconds * 1000:.0f} ms"
    if reply.answer.body:
        yield f"< {reply.answer.body.decode(errors='replace').strip()}"
