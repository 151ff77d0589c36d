"""Answers from stored documents, each compared with the answer of the model as it is made."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from scim2_models import ResponseParameters
from scim2_server.responses import ScimResponse

from lambdas.scim.answer_plans import AnswerPlans
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.responses import Responses

WRITES = {
    "created_response": "creation_response",
    "replaced_response": "replacement_response",
    "patched_response": "patch_response",
}
"""What answers the writes of stored documents, and of models."""


@contextmanager
def comparing_answers() -> Iterator[list[FoundResource]]:
    """Compare every resource that a plan shows with what its model gives, byte for byte; yield the list of those compared.

    The answers to writes are compared as a whole: status, body and headers.
    """
    before = {name: getattr(Responses, name) for name in WRITES}
    show = AnswerPlans.show
    compared: list[FoundResource] = []

    def checked(
        self: AnswerPlans, base_url: str, found: FoundResource, parameters: ResponseParameters[Any]
    ) -> dict[str, Any] | None:
        shown = show(self, base_url, found, parameters)
        if shown is not None:
            by_model = self._service._shown(base_url, found.to_model(), parameters)
            assert json.dumps(shown) == json.dumps(by_model)
            compared.append(found)
        return shown

    AnswerPlans.show = checked
    for name, by_model in WRITES.items():
        setattr(Responses, name, _compared(before[name], by_model))
    try:
        yield compared
    finally:
        AnswerPlans.show = show
        for name, answer in before.items():
            setattr(Responses, name, answer)


def _compared(answer: Callable[..., ScimResponse], by_model: str) -> Callable[..., ScimResponse]:
    def answered(
        self: Responses, base_url: str, written: FoundResource, parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        given = answer(self, base_url, written, parameters)
        right = getattr(self, by_model)(base_url, written.to_model(), parameters)
        assert _parts(given) == _parts(right)
        return given

    return answered


def _parts(response: ScimResponse) -> tuple[int, str, dict[str, str]]:
    return response.status, json.dumps(response.body), dict(response.headers)
