"""Answers from stored documents, each compared with the answer of the model as it is made."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim2_models import ResponseParameters

from lambdas.scim.answer_plans import AnswerPlans
from lambdas.scim.found_resources import FoundResource


@contextmanager
def comparing_answers() -> Iterator[list[FoundResource]]:
    """Compare every resource that a plan shows with what its model gives, byte for byte; yield the list of those compared."""
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
    try:
        yield compared
    finally:
        AnswerPlans.show = show
