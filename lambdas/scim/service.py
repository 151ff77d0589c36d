"""The protocol as we speak it: scim2-server's service, with the dialects before its strict reading and the limits around it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from scim2_models import (
    BaseModel,
    BulkRequest,
    Context,
    Error,
    InvalidValueException,
    MutabilityException,
    NotFoundException,
    NotImplementedException,
    PatchOp,
    PayloadTooLargeException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    SearchRequest,
    TooManyException,
)
from scim2_server.conditions import Conditions
from scim2_server.errors import MethodNotAllowedException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation, Target
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage
from scim2_server.utils import parametrize

from lambdas.scim import dialects, limits
from lambdas.scim.cursors import SealedCursors
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.error_details import explain, path_of, restate
from lambdas.scim.errors import as_scim_exception
from lambdas.scim.extensions.escaped_names import unescape_all
from lambdas.scim.extensions.open_extension import check_open_names
from lambdas.scim.filters import check_filter
from lambdas.scim.json_body import parse_json
from lambdas.scim.members_in_responses import Sampled, sample
from lambdas.scim.rules import Rules

ModelT = TypeVar("ModelT", bound=BaseModel)

SEARCHES = (Operation.search, Operation.search_with_body)


class DirectoryService(ScimService):
    """The SCIM protocol for one directory, without input or output."""

    def __init__(self, provider: DirectoryProvider, secret: Callable[[], bytes], rules: Rules | None = None) -> None:
        """Take the description of the service, what gives the secret that seals cursors, and the directory's own rules.

        :param secret: Called when the first cursor is sealed or opened, so that requests without cursors cost no read.
        """
        super().__init__(provider, secret=b"given later")
        self.described = provider
        self.rules = rules or Rules()
        self._cursors = cast("Any", SealedCursors(secret))

    @staticmethod
    def _build_cursors(secret: str | bytes | None) -> Any:
        """Leave the cursors to :meth:`__init__`: the library would ask for a cryptography package here."""
        return None

    @staticmethod
    def match(request: ScimRequest) -> Target:
        """Return the operation that a request asks for.

        :raises MethodNotAllowedException: When the path has no such method. ``.search`` only takes POST (RFC 7644 section
            3.4.3); the library takes it for an id otherwise, and answers 404.
        """
        if request.path.rstrip("/").endswith("/.search") and request.method.upper() != "POST":
            raise MethodNotAllowedException(allowed=["POST"])
        return ScimService.match(request)

    # -- What is served ---------------------------------------------------------------------------------------------

    def get_resource_type_by_endpoint(self, endpoint: str) -> ResourceType | None:
        """Return the resource type of an endpoint, also of one that is known and not served."""
        wanted = endpoint.strip("/").lower()
        known = self.described.known_types
        return next((each for each in known if str(each.endpoint).strip("/").lower() == wanted), None)

    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """Refuse what is done with a resource of a type that is not served.

        400, because identity providers take 401 and 403 for bad credentials, which end all provisioning (idp-behaviour 1.9),
        and treat a 405 as a defect of the endpoint (getsentry/self-hosted#2280, where Microsoft asks for 400). 501 is for what is
        supported of no resource, and a 5xx is repeated by clients and rings the operator's alarm.

        :raises NotFoundException: When it is to be read.
        :raises MutabilityException: When it is to be changed.
        """
        if self.described.serves(resource_type) or target.operation in SEARCHES:
            return
        if target.operation is Operation.query:
            raise NotFoundException(detail=f"This directory has no {resource_type.name}s")
        raise MutabilityException(
            detail=f"This directory has no {resource_type.name}s. Switch their provisioning off in the identity provider."
        )

    def authorized_types(
        self, request: ScimRequest, target: Target, resource_types: list[ResourceType]
    ) -> list[ResourceType]:
        """Return the types that a search looks at.

        A type that is not served is searched and never found: identity providers test a connection by searching for groups too,
        and 404 would end all provisioning (idp-behaviour 1.2).
        """
        return [each for each in resource_types if self.described.serves(each)]

    @staticmethod
    def ensure_supported(capability: Any, operation: str) -> None:
        """Refuse what the environment has switched off.

        :raises NotImplementedException: Naming it (RFC 7644 section 3.12).
        """
        if capability is None or not capability.supported:
            raise NotImplementedException(
                detail=f"{operation} is not supported here; /ServiceProviderConfig tells what is"
            )

    def read_conditions(self, request: ScimRequest) -> Conditions:  # type: ignore[override]  # it depends on the service
        """Return the conditional headers of a request; none where resources have no versions."""
        return super().read_conditions(request) if self.etag_supported else Conditions()

    # -- Reading ----------------------------------------------------------------------------------------------------

    def read_body(self, model: type[ModelT], body: bytes, content_type: str | None, scim_ctx: Context) -> ModelT:
        """Read a request body: parsed, brought from the client's dialect to the RFCs' form, validated strictly.

        :raises SCIMException: When it is no JSON, exceeds a limit, or breaks a rule that no dialect mends.
        """
        payload = self._read_dialect(model, self.decode_body(body, content_type))
        try:
            return model.model_validate(payload, scim_ctx=scim_ctx)
        except ValidationError as error:
            raise explain(error) from None

    def decode_body(self, body: bytes, content_type: str | None) -> Any:
        """Return the JSON value of a request body.

        :raises InvalidSyntaxException: When it is no JSON that SCIM can mean.
        :raises PayloadTooLargeException: When it is larger than :data:`limits.MAX_BODY_BYTES`.
        """
        self.ensure_json(content_type)
        if len(body) > limits.MAX_BODY_BYTES:
            raise PayloadTooLargeException(
                detail=f"The body has {len(body):,} bytes; up to {limits.MAX_BODY_BYTES:,} are read. Send it in parts."
            )
        return parse_json(body)

    def _read_dialect(self, model: type[BaseModel], payload: Any) -> Any:
        """Bring a body to the form that the RFCs give it; what no dialect understands is left to the strict reading."""
        if issubclass(model, BulkRequest):
            operations = _member(payload, "operations")
            _check_paths(
                sum(_paths_in(_member(each, "data")) for each in operations) if isinstance(operations, list) else 0
            )
            return dialects.read_bulk(payload, self._model_at)
        if issubclass(model, PatchOp):
            _check_operations(payload)
            return dialects.read_patch(payload, _parameter(model))
        return dialects.read_resource(payload, cast("type[Resource[Any]]", model))

    def _model_at(self, path: str) -> type[Resource[Any]] | None:
        """Return the model served at the path of a bulk operation."""
        resource_type = self.get_resource_type_by_endpoint(path.strip("/").split("/")[0])
        return self.get_model(resource_type) if resource_type else None

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> "PatchOp[Any]":
        """Read the body of a PATCH; one without operations asks for nothing (idp-behaviour case 46)."""
        self.ensure_patch_supported()
        model = parametrize(PatchOp, self.get_model(resource_type))
        payload = self._read_dialect(model, self.decode_body(body, content_type))
        if isinstance(payload, dict) and payload.get("Operations") == []:
            return model.model_construct(operations=[])
        try:
            return model.model_validate(payload, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
        except ValidationError as error:
            raise explain(error) from None

    def read_response_parameters(
        self, resource_type: ResourceType, query: Mapping[str, str]
    ) -> ResponseParameters[Any]:
        """Read ``attributes`` and ``excludedAttributes``."""
        _check_search({name: query[name] for name in ("attributes", "excludedAttributes") if name in query})
        with _in_our_words():
            return super().read_response_parameters(
                resource_type, dialects.read_query(query, [self.get_model(resource_type)])
            )

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        """Read a search, its filter within the limits and brought to the RFCs' form."""
        _check_search(payload)
        with _in_our_words():
            return super().read_search(
                resource_types, dialects.read_search(payload, self.search_models(resource_types))
            )

    # -- Changing ---------------------------------------------------------------------------------------------------

    def apply_patch(
        self, current: Resource[Any], patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any] | None:
        """Apply a PATCH to a stored resource; None when it changes nothing."""
        before = _head(current).model_copy(deep=True)  # the library applies a PATCH in place
        with _in_our_words():
            patched = super().apply_patch(current, patch_op, conditions)
        if patched is not None:
            check_open_names(patched)
            self.rules.check_change(before, patched, patched=True)
        return patched

    def apply_replacement(
        self, current: Resource[Any], replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any] | None:
        """Apply a PUT to a stored resource; None when it changes nothing."""
        check_open_names(replacement)
        for extension in type(current).get_extension_models().values():
            # One that the PUT leaves out keeps what a client cannot remove: its readOnly and immutable attributes.
            if current[extension] is not None and replacement[extension] is None:
                replacement[extension] = extension()
        try:
            replaced = super().apply_replacement(current, replacement, conditions)
        except MutabilityException as error:
            raise MutabilityException(
                detail=f"{path_of((error.attribute,))} was set once and cannot be changed; leave it out, or send what is stored"
            ) from None
        if replaced is not None:
            self.rules.check_change(_head(current), replaced, patched=False)
        return replaced

    # -- Answering --------------------------------------------------------------------------------------------------

    @staticmethod
    def error_of(exception: Exception) -> Error:
        """Return the SCIM Error of an exception, with the names of attributes as clients write them."""
        error = ScimService.error_of(as_scim_exception(exception))
        error.detail = unescape_all(error.detail or "")
        return error

    def creation_response(self, base_url: str, created: Resource[Any]) -> ScimResponse:
        """Return the answer to a POST: the resource."""
        sampled = sample(created)
        return self._complete(base_url, super().creation_response(base_url, sampled.resource), sampled)

    def query_response(
        self,
        base_url: str,
        resource: Resource[Any],
        response_parameters: ResponseParameters[Any],
        conditions: Conditions,
    ) -> ScimResponse:
        """Return the answer to a GET: the resource, or 304."""
        sampled = sample(resource)
        response = super().query_response(base_url, sampled.resource, response_parameters, conditions)
        return self._complete(base_url, response, sampled)

    def replacement_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the answer to a PUT: the resource."""
        sampled = sample(resource)
        response = super().replacement_response(base_url, sampled.resource, response_parameters)
        return self._complete(base_url, response, sampled)

    def patch_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Return the answer to a PATCH: the resource for users, 204 for groups.

        RFC 7644 section 3.5.2 allows both. Okta and others read the user from the answer; Entra expects 204 for groups, and
        building a group's answer would mean reading all of its members.
        """
        asked = response_parameters.attributes or response_parameters.excluded_attributes
        if not asked and "members" in type(resource).model_fields:
            return super().patch_response(base_url, resource, response_parameters)
        sampled = sample(resource)
        published = self.publish(base_url, sampled.resource)
        response = self.resource_response(published, Context.RESOURCE_REPLACEMENT_RESPONSE, response_parameters)
        return self._complete(base_url, response, sampled)

    def search_response(
        self, base_url: str, resource_types: list[ResourceType], page: SearchPage, search_request: SearchRequest[Any]
    ) -> ScimResponse:
        """Return the answer to a search: a page of resources."""
        sampled = [sample(each) for each in page.resources]
        page = replace(page, resources=[each.resource for each in sampled])
        return self._complete(
            base_url, super().search_response(base_url, resource_types, page, search_request), *sampled
        )

    def _complete(self, base_url: str, response: ScimResponse, *sampled: Sampled) -> ScimResponse:
        """Put the members of groups into an answer that was made with samples of them."""
        body = response.body or {}
        for each, shown in zip(sampled, body.get("Resources", [body]), strict=False):  # a 304 has no body
            each.complete(shown, lambda reference: self.reference_location(base_url, reference))
        return response


def _head(resource: Resource[Any]) -> Resource[Any]:
    """Return a resource without a group's members, which may be a hundred thousand."""
    return resource.model_copy(update={"members": None}) if "members" in type(resource).model_fields else resource


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Restate the errors of the protocol library for an administrator."""
    try:
        yield
    except SCIMException as error:
        raise restate(error) from None


def _parameter(model: type[BaseModel]) -> type[Resource[Any]]:
    """Return the resource model that a message model such as ``PatchOp[User]`` was made for."""
    return cast("type[Resource[Any]]", model.__pydantic_generic_metadata__["args"][0])


def _check_operations(payload: Any) -> None:
    """Refuse a PATCH with more operations than one request may take time for, before anything reads them."""
    operations = _member(payload, "operations")
    if isinstance(operations, list) and len(operations) > limits.MAX_PATCH_OPERATIONS:
        raise TooManyException(
            detail=f"The PATCH has {len(operations):,} operations; up to {limits.MAX_PATCH_OPERATIONS:,} are applied. "
            "Send it in parts; many members can be one operation."
        )
    _check_paths(_paths_in(payload))


def _paths_in(payload: Any) -> int:
    """Return how many keys the objects have that a PATCH writes: each is a path, or the name of an attribute in an extension."""
    operations = _member(payload, "operations")
    values = [_member(each, "value") for each in operations] if isinstance(operations, list) else []
    objects = [each for each in values if isinstance(each, dict)]
    inside = [each for one in objects for each in one.values() if isinstance(each, dict)]
    return sum(map(len, [*objects, *inside]))


def _check_paths(number: int) -> None:
    """Refuse more paths than one request may take time for."""
    if number > limits.MAX_PATCH_PATHS:
        raise TooManyException(
            detail=f"The PATCH names {number:,} attributes; up to {limits.MAX_PATCH_PATHS:,} are read. Send it in parts."
        )


def _check_search(payload: Any) -> None:
    """Refuse a search whose filter or lists of attributes exceed the limits, before anything reads them."""
    text = _member(payload, "filter")
    if isinstance(text, str):
        check_filter(text)
    for name in ("attributes", "excludedAttributes"):
        paths = _member(payload, name)
        number = len(paths) if isinstance(paths, list) else str(paths or "").count(",") + 1
        if number > limits.MAX_ATTRIBUTES:
            raise InvalidValueException(detail=f"{name} has {number:,} names; up to {limits.MAX_ATTRIBUTES} are read")


def _member(payload: Any, name: str) -> Any:
    """Return a member of a message, whatever the case of its name."""
    if not isinstance(payload, dict):
        return None
    return next((value for key, value in payload.items() if str(key).lower() == name.lower()), None)
