"""Plans that turn stored documents into answers, without a model in between.

A stored document is what the model of its resource serialized to. To validate and serialize it again gives the same text, and takes
ten times as long as the rest of the answer. A plan does it to the plain JSON: it checks that the model would read every value as it
is, leaves out what the answer does not show (RFC 7644 section 3.9), and makes references absolute.

A plan is compiled once for each set of names in ``attributes`` and ``excludedAttributes``. The protocol library projects and
publishes one sample that has every attribute; the plan takes from it which attributes an answer shows, their order, and which of
them are references (:mod:`lambdas.scim.answer_rules`).

A plan shows a document exactly as the model does, or refuses it; then the model answers. It refuses values that the model would
change or not accept, attributes that the model does not declare, such as those that an earlier environment file declared, and
attributes of types without a rule: binary values, and those of open extensions.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from scim2_models import Context, Resource, ResourceType, ResponseParameters
from scim2_server.service import ScimService

from lambdas.scim.answer_rules import (
    InexpressibleError,
    Locate,
    ObjectRule,
    members_rule,
    object_rule,
    sample_of,
    schemas_rule,
)
from lambdas.scim.bounded_memory import BoundedMemory
from lambdas.scim.found_resources import FoundResource


class AnswerPlans:
    """The plans of a service, compiled when they are needed."""

    def __init__(self, service: ScimService) -> None:
        self._service = service
        self._plans: BoundedMemory[tuple[str, tuple[str, ...], tuple[str, ...]], AnswerPlan | None] = BoundedMemory()

    def __len__(self) -> int:
        """Return how many plans are kept."""
        return len(self._plans)

    def show(self, base_url: str, found: FoundResource, parameters: ResponseParameters[Any]) -> dict[str, Any] | None:
        """Return a resource in the form that the client gets; None when only its model can show it."""
        if found.document is None:
            return None
        service = self._service
        meta = {
            **found.document["meta"],
            "location": service.resource_location(base_url, found.resource_type, found.id),
        }
        if service.etag_supported:
            meta["version"] = found.version
        plan = self.plan(found.resource_type, parameters)
        if plan is None:
            return None
        try:
            return plan.show({**found.document, "meta": meta}, lambda each: service.reference_location(base_url, each))
        except InexpressibleError:
            return None

    def plan(self, resource_type: ResourceType, parameters: ResponseParameters[Any]) -> "AnswerPlan | None":
        """Return the plan of a resource type for the names in a request, compiled at its first use.

        :return: None when the model refuses the sample that plans are compiled from, because the type of an attribute accepts other
            values than the rules know; the model answers then.
        """
        attributes, excluded = parameters.attributes or (), parameters.excluded_attributes or ()
        key = (str(resource_type.name), tuple(map(str, attributes)), tuple(map(str, excluded)))
        if key not in self._plans:
            try:
                self._plans[key] = compile_plan(self._service, resource_type, parameters)
            except ValidationError:
                self._plans[key] = None
        return self._plans[key]


class AnswerPlan:
    """How documents of one resource type are shown for one set of names."""

    def __init__(self, model: type[Resource[Any]], rule: ObjectRule) -> None:
        self._rule = rule
        self._base = str(model.__schema__)
        self._extensions = list(model.get_extension_models())

    def show(self, document: Mapping[str, Any], locate: Locate) -> dict[str, Any]:
        """Return a document in the form that the client gets.

        :raises InexpressibleError: When the model would show it otherwise, or refuse it.
        """
        if "schemas" not in document:
            raise InexpressibleError
        shown = self._rule.members_of(document, locate)
        # As the library does, "schemas" lists what the answer holds (RFC 7643 section 3), in the order of the model.
        shown["schemas"] = [self._base, *(urn for urn in self._extensions if urn in shown)]
        return shown


def compile_plan(service: ScimService, resource_type: ResourceType, parameters: ResponseParameters[Any]) -> AnswerPlan:
    """Return the plan of a resource type for the names in a request."""
    model = service.get_model(resource_type)
    sample = sample_of(model)
    sample["meta"]["resourceType"] = resource_type.name
    published = service.publish("https://-", model.model_validate(sample))
    kept = published.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)
    rule = object_rule(model, kept)
    rule = rule.with_rule("schemas", schemas_rule(model), shown=True)
    if "members" in model.model_fields:
        rule = rule.with_rule("members", members_rule([*(kept.get("members") or [{}])[0]]), shown="members" in kept)
    return AnswerPlan(model, rule)
