"""Replays what a client sends, from a JSON file, against any transport, and checks every answer.

A file is one script: a sequence of requests, played in an empty directory from top to bottom::

    {
      "title": "what happens, as a sentence",
      "source": "where it was seen: a section of idp-behaviour, a link",
      "headers": {"Content-Type": "application/scim+json"},          sent with every request, nothing else is
      "steps": [
        {
          "case": [23],                                    numbers of idp-behaviour section 4 that this step shows
          "do": "PATCH /Users/${user}?aadOptscim062020",   method and target below the tenant URL, as on the wire
          "body": {...},                                   JSON; or "raw": "{not JSON"
          "status": [200, 204],                            the only statuses that are right
          "answer": {"active": false},                     what the body holds at least; lists in any order, but whole
          "includes": {"/Resources": [{"id": "x"}]},       what lists of the body hold among others
          "absent": ["/password"], "present": ["/meta/location"],        JSON pointers into the body
          "answer_headers": {"WWW-Authenticate": "Bearer"},              what a header holds, in any case
          "keep": {"user": "/id"}                          values of the answer that later steps name as ${user}
        },
        {"times": 11, "do": ...},                          the same 11 times, with ${n} from 1 on
        {"together": [{"do": ...}, {"do": ...}]}           requests that are under way at the same time
      ]
    }

``"needs": "gateway"`` marks a sequence about what stands before the functions (credentials), which only a deployed stack
has; ``"needs": "extension"`` one about the extensions of an environment, which ``extensions.toml`` declares.

``"deployed": "reason"`` marks a sequence that is also replayed against the deployed stack, because something between client
and function could break it: an encoding, a header, requests at the same time. All others are replayed in process only;
``scimprobe check`` and ``scimprobe simulate`` send requests of the same shapes through the deployed stack.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent / "clients"

Answer = tuple[int, Mapping[str, str], Any]
"""Status, headers, and the body's decoded JSON (None without a body)."""

Send = Callable[[str, str, Mapping[str, str], bytes | None], Answer]
"""Sends one request: method, raw target below the tenant URL (query included), headers, body.

The transport adds what it needs itself (Host, and Authorization unless the headers hold it), but no User-Agent.
"""

WORDS = {
    *("case", "do", "headers", "body", "raw", "status", "answer", "includes", "absent", "present", "answer_headers"),
    *("keep", "times", "together"),
}
"""Everything that a step may say."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_MISSING = object()


@dataclass(frozen=True)
class Script:
    """One file of requests and answers."""

    path: Path
    """Where it lies."""

    document: dict[str, Any]
    """What it says: the shape that this module's docstring shows."""

    @property
    def name(self) -> str:
        """The file below the clients' folder, such as ``entra/update-user``."""
        return str(self.path.relative_to(CLIENTS).with_suffix(""))

    @property
    def needs(self) -> str | None:
        """What the transport must have beyond the endpoint itself."""
        return self.document.get("needs")

    @property
    def is_deployed(self) -> bool:
        """Whether it is replayed against the deployed stack."""
        return self.needs == "gateway" or "deployed" in self.document

    @property
    def cases(self) -> set[int]:
        """The numbers of idp-behaviour section 4 that the sequence shows."""
        steps = [each for step in self.document["steps"] for each in (step, *step.get("together", ()))]
        return {number for step in steps for number in step.get("case", ())}


def scripts() -> list[Script]:
    """Return every sequence of every client, in a stable order."""
    return [Script(path, json.loads(path.read_text())) for path in sorted(CLIENTS.glob("*/*.json"))]


def replay(script: Script, send: Send) -> None:
    """Play a sequence.

    :raises AssertionError: When an answer is not as expected; says file, step, request and answer.
    """
    player = _Player(script, send)
    for number, step in enumerate(script.document["steps"], start=1):
        player.play(step, f"{script.name} step {number}")


@dataclass
class _Player:
    script: Script
    send: Send
    variables: dict[str, Any] = field(default_factory=dict)

    def play(self, step: dict[str, Any], where: str) -> None:
        if "together" in step:
            with ThreadPoolExecutor(len(step["together"])) as threads:
                list(threads.map(lambda each: self._one(each, where), step["together"]))
            return
        for number in range(1, step.get("times", 1) + 1):
            self.variables["n"] = number
            self._one(step, where)

    def _one(self, step: dict[str, Any], where: str) -> None:
        method, _, target = self._fill(step["do"]).partition(" ")
        headers = {**self.script.document.get("headers", {}), **self._fill(step.get("headers", {}))}
        status, received, body = self.send(method, target, headers, self._body(step))
        about = f"{where}: {step['do']}\n  answered {status}: {json.dumps(body)[:2000]}"
        statuses = step["status"] if isinstance(step["status"], list) else [step["status"]]
        assert status in statuses, f"{about}\n  expected {statuses}"
        difference = _difference(self._fill(step.get("answer", {})), body if body is not None else {}, "")
        assert difference is None, f"{about}\n  {difference}"
        for pointer, entries in self._fill(step.get("includes", {})).items():
            found = _at(body, pointer)
            for entry in entries:
                among = isinstance(found, list) and any(_difference(entry, each, "") is None for each in found)
                assert among, f"{about}\n  {pointer} lacks {entry!r}"
        for pointer in step.get("absent", ()):
            assert _at(body, pointer) is _MISSING, f"{about}\n  {pointer} is there"
        for pointer in step.get("present", ()):
            assert _at(body, pointer) not in (_MISSING, None, ""), f"{about}\n  {pointer} is not there"
        lowered = {name.lower(): value for name, value in received.items()}
        for name, part in self._fill(step.get("answer_headers", {})).items():
            assert part.lower() in lowered.get(name.lower(), "").lower(), (
                f"{about}\n  {name}: {lowered.get(name.lower())}"
            )
        for name, pointer in step.get("keep", {}).items():
            value = self.variables[self._fill(name)] = _at(body, pointer)
            assert value is not _MISSING, f"{about}\n  {pointer} is not there"

    def _body(self, step: dict[str, Any]) -> bytes | None:
        if "raw" in step:
            return str(step["raw"]).encode()
        return json.dumps(self._fill(step["body"])).encode() if "body" in step else None

    def _fill(self, value: Any) -> Any:
        """Return a JSON value with its ``${variables}`` filled in, in keys and strings."""
        if isinstance(value, str):
            return _VARIABLE.sub(lambda found: str(self.variables[found[1]]), value)
        if isinstance(value, list):
            return [self._fill(each) for each in value]
        if isinstance(value, dict):
            return {self._fill(key): self._fill(item) for key, item in value.items()}
        return value


def _at(body: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) leads to, or a mark when it leads nowhere."""
    for part in pointer.removeprefix("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(body, dict) and key in body:
            body = body[key]
        elif isinstance(body, list) and key.isdigit() and int(key) < len(body):
            body = body[int(key)]
        else:
            return _MISSING
    return body


def _difference(expected: Any, actual: Any, where: str) -> str | None:
    """Return where an answer is not what was expected, or None when it holds at least that."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return f"{where or '/'} is {actual!r}, expected an object"
        differences = (_difference(item, actual.get(key, _MISSING), f"{where}/{key}") for key, item in expected.items())
        return next((each for each in differences if each), None)
    if isinstance(expected, list):
        return _list_difference(expected, actual, where)
    same = actual is not _MISSING and type(expected) is type(actual) and expected == actual
    return None if same else f"{where} is {'absent' if actual is _MISSING else repr(actual)}, expected {expected!r}"


def _list_difference(expected: Sequence[Any], actual: Any, where: str) -> str | None:
    """Compare lists as sets: every expected entry has a counterpart of its own, and none is left over."""
    if not isinstance(actual, list):
        return f"{where} is {'absent' if actual is _MISSING else repr(actual)}, expected an array"
    left = list(actual)
    for entry in expected:
        found = next((each for each in left if _difference(entry, each, where) is None), _MISSING)
        if found is _MISSING:
            return f"{where} is {actual!r}, which lacks {entry!r}"
        left.remove(found)
    return f"{where} holds more than expected: {left!r}" if left else None
