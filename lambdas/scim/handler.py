"""Serving one request to a directory: routing, and the order of reading, acting and answering."""

from typing import cast

from scim2_models import NotImplementedException, ResourceType
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation, Target

from lambdas.scim.bulk import BulkRun
from lambdas.scim.detail import Detail
from lambdas.scim.errors import TakenValueException
from lambdas.scim.groups import Groups
from lambdas.scim.models import is_group
from lambdas.scim.resource_operations import ResourceOperations
from lambdas.scim.service import DirectoryService
from lambdas.scim.storage import DirectoryStorage
from lambdas.scim.trace import Trace
from lambdas.scim.users import Users


class DirectoryHandler:
    """Serves one request to a directory, and records in its trace what the request was about."""

    def __init__(self, service: DirectoryService, storage: DirectoryStorage, trace: Trace) -> None:
        self.service = service
        self.storage = storage
        self.trace = trace
        self._operations: dict[str, ResourceOperations] = {}

    def handle(self, request: ScimRequest) -> ScimResponse:
        """Serve a request and return its response.

        :raises SCIMException: When it is refused; :meth:`DirectoryService.error_response` makes the response.
        """
        with self.service.provider, self.trace.collecting():
            target = self.service.match(request)
            self._trace(target)
            try:
                return self._serve(request, target)
            except TakenValueException as taken:
                self.trace.owner = taken.owner
                raise
            finally:
                self.trace.guard = self.storage.guard.result if self.storage.guard else None

    def _serve(self, request: ScimRequest, target: Target) -> ScimResponse:
        match target.operation:
            case Operation.search | Operation.search_with_body:
                return self._search(request, target)
            case Operation.bulk:
                return BulkRun(self.service, self.operations_on, request).run()
            case Operation.create | Operation.query | Operation.replace | Operation.patch | Operation.delete:
                return self._serve_resource(request, target)
            case _:
                return self.service.discover(request, target)

    def operations_on(self, resource_type: ResourceType) -> ResourceOperations:
        """Return the operations on the resources of a type, the same ones for the whole request."""
        name = str(resource_type.name)
        if name not in self._operations:
            kind = Groups if is_group(resource_type) else Users
            self._operations[name] = kind(resource_type, self.service, self.storage, self.trace)
        return self._operations[name]

    def _trace(self, target: Target) -> None:
        resource_type = self.service.get_resource_type_by_endpoint(target.endpoint or "")
        if resource_type is not None:
            self.trace.about(resource_type, target.resource_id)

    def _serve_resource(self, request: ScimRequest, target: Target) -> ScimResponse:
        """Serve a request for one resource (RFC 7644 sections 3.3, 3.4.1, 3.5 and 3.6)."""
        if target.me:
            raise NotImplementedException(
                detail=Detail("/Me is not supported. Request the user by its id, such as /Users/2819c223.")
            )
        resource_type = self.service.resource_type_at(cast("str", target.endpoint))
        self.service.authorize(request, target, resource_type)
        resources = self.operations_on(resource_type)
        match target.operation:
            case Operation.create:
                return self._create(request, resources)
            case Operation.query:
                return self._query(request, resources, cast("str", target.resource_id))
            case Operation.replace:
                return self._replace(request, resources, cast("str", target.resource_id))
            case Operation.patch:
                return self._patch(request, resources, cast("str", target.resource_id))
            case _:
                resources.delete(cast("str", target.resource_id), self.service.read_conditions(request))
                return self.service.deletion_response()

    def _create(self, request: ScimRequest, resources: ResourceOperations) -> ScimResponse:
        resource_type = resources.resource_type
        parameters = self.service.read_response_parameters(resource_type, request.query)
        body = self.service.read_any_creation(resource_type, request.body, request.header("Content-Type"))
        created = resources.create(body, parameters)
        return self.service.created_response(request.base_url, created, parameters)

    def _query(self, request: ScimRequest, resources: ResourceOperations, resource_id: str) -> ScimResponse:
        parameters = self.service.read_response_parameters(resources.resource_type, request.query)
        found = resources.read(resource_id, parameters)
        conditions = self.service.read_conditions(request)
        return self.service.found_response(request.base_url, found, parameters, conditions)

    def _replace(self, request: ScimRequest, resources: ResourceOperations, resource_id: str) -> ScimResponse:
        resource_type = resources.resource_type
        parameters = self.service.read_response_parameters(resource_type, request.query)
        replacement = self.service.read_replacement(resource_type, request.body, request.header("Content-Type"))
        replaced = resources.replace(resource_id, replacement, self.service.read_conditions(request))
        replaced = resources.reload(replaced, parameters)
        return self.service.replaced_response(request.base_url, replaced, parameters)

    def _patch(self, request: ScimRequest, resources: ResourceOperations, resource_id: str) -> ScimResponse:
        resource_type = resources.resource_type
        parameters = self.service.read_response_parameters(resource_type, request.query)
        patch = self.service.read_any_patch(resource_type, request.body, request.header("Content-Type"))
        patched = resources.patch(resource_id, patch, self.service.read_conditions(request))
        if parameters.attributes or parameters.excluded_attributes:
            patched = resources.reload(patched, parameters)
        return self.service.patched_response(request.base_url, patched, parameters)

    def _search(self, request: ScimRequest, target: Target) -> ScimResponse:
        """Serve a search with GET or with POST on ``.search`` (RFC 7644 sections 3.4.2 and 3.4.3)."""
        resource_types = self.service.searched_types(target.endpoint)
        searched = self.service.authorized_types(request, target, resource_types)
        if target.operation is Operation.search:
            asked, position = self.service.read_search_query(resource_types, request.query)
        else:
            content_type = request.header("Content-Type")
            asked, position = self.service.read_search_body(resource_types, request.body, content_type)
        page = self.storage.find(searched, asked, position=position)
        response = self.service.found_page_response(request.base_url, resource_types, page, asked)
        self.trace.results = len((response.body or {}).get("Resources") or [])
        return response
