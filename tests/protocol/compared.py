"""What is answered and stored without a model, each compared with what the model gives as it is made."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch as replaced

from scim2_models import ResourceType, ResponseParameters
from scim2_server.conditions import Conditions
from scim2_server.responses import ScimResponse

from lambdas.scim.answer_plans import AnswerPlans
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.plain_patches import PlainPatch
from lambdas.scim.responses import Responses
from lambdas.scim.service import DirectoryService
from lambdas.scim.value_checks import check_values
from lambdas.store.documents import document_of

WRITES = {
    "created_response": "creation_response",
    "replaced_response": "replacement_response",
    "patched_response": "patch_response",
}
"""What answers the writes of stored documents, and of models."""


@contextmanager
def comparing_answers() -> Iterator[list[FoundResource]]:
    """Compare every resource that a plan shows with what its model gives, byte for byte; yield the list of those compared.

    The answers to writes are compared as a whole: status, body and headers. States that a write computes without a model are
    compared with those that the protocol library computes.
    """
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

    with ExitStack() as stack:
        for name, by_model in WRITES.items():
            answered = _answered(getattr(Responses, name), by_model)
            stack.enter_context(replaced.object(Responses, name, answered))
        stack.enter_context(replaced.object(AnswerPlans, "show", checked))
        stack.enter_context(replaced.object(DirectoryService, "apply_plain_patch", _patched))
        stack.enter_context(replaced.object(DirectoryService, "read_plain_body", _created))
        yield compared


def _answered(answer: Callable[..., ScimResponse], by_model: str) -> Callable[..., ScimResponse]:
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


_apply_plain_patch = DirectoryService.apply_plain_patch
_read_plain_body = DirectoryService.read_plain_body


def _patched(
    self: DirectoryService, found: FoundResource, patch: PlainPatch, conditions: Conditions
) -> tuple[PlainResource, PlainResource | None]:
    current, plain = _apply_plain_patch(self, found, patch, conditions)
    patch_op = self.validate_patch(found.resource_type, {"Operations": list(patch.operations)})
    right = self.apply_patch(found.to_model().model_copy(deep=True), patch_op, conditions)
    assert document_of(current) == document_of(found.to_model())
    assert (plain and document_of(plain)) == (right and document_of(right))
    return current, plain


def _created(self: DirectoryService, resource_type: ResourceType, payload: Any) -> PlainBody | None:
    plain = _read_plain_body(self, resource_type, payload)
    if plain is not None:
        model = self.get_model(resource_type)
        right: Any = self.validate_creation(resource_type, self._read_dialect(model, payload))
        check_values(self.described, right)
        self.rules.check_creation(right)
        if right.active is None:
            right.active = True
        assert document_of(plain.resource) == document_of(right)
    return plain
