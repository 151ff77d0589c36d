"""Responses: resources, pages of them, and errors."""

from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from scim2_models import (
    BaseModel,
    Context,
    Error,
    ListResponse,
    Reference,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimProvider,
    SearchRequest,
)
from scim2_server.conditions import Conditions
from scim2_server.errors import MethodNotAllowedException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage

from lambdas.scim.answer_plans import AnswerPlans
from lambdas.scim.attributes import Attribute
from lambdas.scim.error_details import restate
from lambdas.scim.errors import BusyException, as_scim_exception
from lambdas.scim.found_resources import FoundPage, FoundResource
from lambdas.scim.members_in_responses import Sampled, sample
from lambdas.scim.models import is_group
from lambdas.scim.upstream import CursorSeal, SealedService


class Responses(SealedService):
    """The steps of a service that make responses."""

    def __init__(self, provider: ScimProvider, cursors: CursorSeal) -> None:
        super().__init__(provider, cursors)
        self.plans = AnswerPlans(self)

    def discover(self, request: ScimRequest, target: Target) -> ScimResponse:
        """Return the response of a discovery endpoint (RFC 7644 section 4)."""
        name = str(target.resource_id)
        match target.operation:
            case Operation.service_provider_config:
                return self.service_provider_config(request.url, request.query)
            case Operation.resource_types:
                return self.resource_types(request.url, request.query)
            case Operation.resource_type:
                return self.resource_type(request.url, name, request.query)
            case Operation.schemas:
                return self.schemas(request.url, request.query)
            case _:
                return self.schema(request.url, name, request.query)

    def error_response(self, exception: Exception) -> ScimResponse:
        """Return the SCIM Error response of an exception, with the headers that its status requires.

        405 has ``Allow``, 401 has ``WWW-Authenticate``, and 503 has ``Retry-After`` (RFC 9110 section 10.2.3).
        """
        exception = as_scim_exception(exception)
        response = super().error_response(exception)
        if isinstance(exception, BusyException):
            response.headers["Retry-After"] = str(exception.retry_after)
        if isinstance(exception, MethodNotAllowedException) and response.body is not None:
            allowed = response.headers["Allow"]
            response.body["detail"] = f"The endpoint does not support the method. Supported methods: {allowed}."
        return response

    @staticmethod
    def error_of(exception: Exception) -> Error:
        """Return the SCIM Error of an exception, with attribute names as clients write them."""
        exception = as_scim_exception(exception)
        if isinstance(exception, SCIMException):
            exception = restate(exception)
        return ScimService.error_of(exception)

    @staticmethod
    def resource_response(
        resource: Resource[Any],
        scim_ctx: Context,
        response_parameters: ResponseParameters[Any] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> ScimResponse:
        """Return the response with a published resource, with ``Location`` beside the library's ``Content-Location``.

        The examples of RFC 7644 sections 3.4.1 and 3.5.1 have ``Location``, and clients read it.
        """
        response = ScimService.resource_response(resource, scim_ctx, response_parameters, status)
        response.headers["Location"] = response.headers["Content-Location"]
        return response

    def creation_response(
        self, base_url: str, created: Resource[Any], response_parameters: ResponseParameters[Any] | None = None
    ) -> ScimResponse:
        """Return the response to a POST: the resource, projected (RFC 7644 section 3.9)."""
        sampled = sample(created)
        published = self.publish(base_url, sampled.resource)
        response = self.resource_response(
            published, Context.RESOURCE_CREATION_RESPONSE, response_parameters, HTTPStatus.CREATED
        )
        return self._complete(base_url, response, sampled)

    def query_response(
        self,
        base_url: str,
        resource: Resource[Any],
        response_parameters: ResponseParameters[Any],
        conditions: Conditions,
    ) -> ScimResponse:
        """Return the response to a GET: the resource, or 304."""
        sampled = sample(resource)
        response = super().query_response(base_url, sampled.resource, response_parameters, conditions)
        return self._complete(base_url, response, sampled)

    def found_response(
        self,
        base_url: str,
        found: FoundResource,
        response_parameters: ResponseParameters[Any],
        conditions: Conditions,
    ) -> ScimResponse:
        """Return the response to a GET of a resource as it was found: what :meth:`query_response` returns for its model."""
        body = self.plans.show(base_url, found, response_parameters)
        if body is None:
            return self.query_response(base_url, found.to_model(), response_parameters, conditions)
        tags = self._tags(found)
        if not conditions.check(tags.get("ETag"), "GET"):
            return ScimResponse(HTTPStatus.NOT_MODIFIED, None, tags)
        return self._shown_response(base_url, found, body)

    def created_response(
        self, base_url: str, created: FoundResource, response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the response to a POST: what :meth:`creation_response` returns for the resource's model."""
        body = self.plans.show(base_url, created, response_parameters)
        if body is None:
            return self.creation_response(base_url, created.to_model(), response_parameters)
        return self._shown_response(base_url, created, body, HTTPStatus.CREATED)

    def replaced_response(
        self, base_url: str, replaced: FoundResource, response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the response to a PUT: what :meth:`replacement_response` returns for the resource's model."""
        body = self.plans.show(base_url, replaced, response_parameters)
        if body is None:
            return self.replacement_response(base_url, replaced.to_model(), response_parameters)
        return self._shown_response(base_url, replaced, body)

    def patched_response(
        self, base_url: str, patched: FoundResource, response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the response to a PATCH: what :meth:`patch_response` returns for the resource's model."""
        asked = response_parameters.attributes or response_parameters.excluded_attributes
        if not asked and is_group(patched.resource_type):
            return ScimResponse(HTTPStatus.NO_CONTENT, None, self._tags(patched))
        body = self.plans.show(base_url, patched, response_parameters)
        if body is None:
            return self.patch_response(base_url, patched.to_model(), response_parameters)
        return self._shown_response(base_url, patched, body)

    def _shown_response(
        self, base_url: str, found: FoundResource, body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
    ) -> ScimResponse:
        location = self.resource_location(base_url, found.resource_type, found.id)
        return ScimResponse(status, body, {"Content-Location": location, "Location": location, **self._tags(found)})

    def _tags(self, found: FoundResource) -> dict[str, str]:
        """Return the header with the entity tag of a resource, where the service has versions and this one is known."""
        return {"ETag": found.version} if self.etag_supported and found.version else {}

    def replacement_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the response to a PUT: the resource."""
        sampled = sample(resource)
        response = super().replacement_response(base_url, sampled.resource, response_parameters)
        return self._complete(base_url, response, sampled)

    def patch_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the response to a PATCH: the resource for users, 204 for groups.

        RFC 7644 section 3.5.2 allows both. Okta and others read the user from the response; Entra expects 204 for groups, whose
        response would need all of their members.
        """
        asked = response_parameters.attributes or response_parameters.excluded_attributes
        if not asked and is_group(resource):
            return super().patch_response(base_url, resource, response_parameters)
        sampled = sample(resource)
        published = self.publish(base_url, sampled.resource)
        response = self.resource_response(published, Context.RESOURCE_REPLACEMENT_RESPONSE, response_parameters)
        return self._complete(base_url, response, sampled)

    def search_response(
        self, base_url: str, resource_types: list[ResourceType], page: SearchPage, search_request: SearchRequest[Any]
    ) -> ScimResponse:
        """Return the response to a search: a page of resources."""
        shown = [self._shown(base_url, each, search_request) for each in page.resources]
        return self.page_response(resource_types, page, search_request, shown)

    def found_page_response(
        self, base_url: str, resource_types: list[ResourceType], page: FoundPage, search_request: SearchRequest[Any]
    ) -> ScimResponse:
        """Return the response to a search of resources as they were found."""
        shown = [
            self.plans.show(base_url, each, search_request) or self._shown(base_url, each.to_model(), search_request)
            for each in page.resources
        ]
        return self.page_response(resource_types, page, search_request, shown)

    def page_response(
        self,
        resource_types: list[ResourceType],
        page: SearchPage | FoundPage,
        search_request: SearchRequest[Any],
        shown: list[dict[str, Any]],
    ) -> ScimResponse:
        """Return the response with a page of resources in the form that the client gets (RFC 7644 section 3.4.2).

        It is put together from what is valid already: the library would validate each resource again, and dump it again.
        """
        by_cursor = search_request.cursor is not None
        sealed = [
            self.seal_position(resource_types, search_request, each)
            if by_cursor and search_request.count != 0
            else None
            for each in (page.next, page.previous)
        ]
        fields = {
            "schemas": [str(ListResponse.__schema__)],
            "totalResults": page.total,
            "startIndex": None if by_cursor else search_request.start_index,
            "itemsPerPage": len(shown),
            "nextCursor": sealed[0],
            "previousCursor": sealed[1],
            "Resources": shown,
        }
        return ScimResponse(HTTPStatus.OK, {name: value for name, value in fields.items() if value is not None})

    def _shown(self, base_url: str, resource: Resource[Any], parameters: ResponseParameters[Any]) -> dict[str, Any]:
        """Return a stored resource in the form that the client gets."""
        sampled = sample(resource)
        published = self.publish(base_url, sampled.resource)
        shown = published.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)
        sampled.complete(shown, lambda reference: self.reference_location(base_url, reference))
        return shown

    def publish(self, base_url: str, resource: Resource[Any]) -> Resource[Any]:
        """Return a copy of a stored resource in the form sent to the client: with its location and absolute references.

        The values are copied only where a reference has to be changed; the library copies all of them every time.
        """
        if resource.meta is None or resource.id is None:
            raise ValueError("a stored resource has an id and meta")
        located = {"location": self.resource_location(base_url, self.get_resource_type_of(resource), resource.id)}
        meta = resource.meta.model_copy(update=located if self.etag_supported else {**located, "version": None})
        has_references = any(getattr(*each) is not None for each in _reference_holders(resource))
        published = resource.model_copy(update={"meta": meta}, deep=has_references)
        for holder, name in _reference_holders(published) if has_references else ():
            reference = getattr(holder, name)
            if reference is not None:
                setattr(holder, name, self.reference_location(base_url, reference))
        return published

    def _complete(self, base_url: str, response: ScimResponse, *sampled: Sampled) -> ScimResponse:
        """Add the members of groups to a response that was made with samples of them."""
        body = response.body or {}
        for each, shown in zip(sampled, body.get("Resources", [body]), strict=False):  # a 304 has no body
            each.complete(shown, lambda reference: self.reference_location(base_url, reference))
        return response


def _reference_holders(resource: Resource[Any]) -> Iterator[tuple[BaseModel, str]]:
    """Yield the objects inside a resource that can refer to another resource, each with the field of the reference."""
    for each in _references(type(resource)):
        yield from each.holders(resource)


@lru_cache(maxsize=32)
def _references(model: type[Resource[Any]]) -> tuple[Attribute, ...]:
    """Return the attributes of a model that refer to resources, rather than to anything outside of the directory."""
    found = Attribute.all_of(model, target_type=[Reference])
    return tuple(each for each in found if not _outside(cast("type[Reference[Any]]", each.binding.target_type)))


def _outside(reference: type[Reference[Any]]) -> bool:
    return not reference.__reference_types__ or not {"external", "uri"}.isdisjoint(reference.__reference_types__)
