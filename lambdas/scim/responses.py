"""Responses: resources, pages of them, and errors."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from scim2_models import Context, Error, Resource, ResourceType, ResponseParameters, SCIMException, SearchRequest
from scim2_server.conditions import Conditions
from scim2_server.errors import MethodNotAllowedException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage

from lambdas.scim.error_details import restate
from lambdas.scim.errors import BusyException, as_scim_exception
from lambdas.scim.members_in_responses import Sampled, sample
from lambdas.scim.models import is_group


class Responses(ScimService):
    """The steps of a service that make responses."""

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
        sampled = [sample(each) for each in page.resources]
        page = replace(page, resources=[each.resource for each in sampled])
        return self._complete(
            base_url, super().search_response(base_url, resource_types, page, search_request), *sampled
        )

    def _complete(self, base_url: str, response: ScimResponse, *sampled: Sampled) -> ScimResponse:
        """Add the members of groups to a response that was made with samples of them."""
        body = response.body or {}
        for each, shown in zip(sampled, body.get("Resources", [body]), strict=False):  # a 304 has no body
            each.complete(shown, lambda reference: self.reference_location(base_url, reference))
        return response
