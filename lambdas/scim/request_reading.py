"""Reading requests: JSON, the limits of size, the client's dialect, then strict validation."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar, Union, cast

from pydantic import ValidationError
from scim2_models import (
    BaseModel,
    BulkRequest,
    Context,
    NotImplementedException,
    PatchOp,
    PayloadTooLargeException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
)
from scim2_server.conditions import Conditions
from scim2_server.requests import ScimRequest
from scim2_server.service import ScimService

from lambdas.scim import dialects, limits
from lambdas.scim.bounded_memory import MAX_LENGTH, BoundedMemory
from lambdas.scim.detail import Detail
from lambdas.scim.dialects import groups_as_roles
from lambdas.scim.error_details import explain, restating
from lambdas.scim.error_places import explain_patch
from lambdas.scim.json_body import parse_json
from lambdas.scim.plain_bodies import PlainBody, is_settled
from lambdas.scim.plain_patches import PlainPatch, read_plain_patch
from lambdas.scim.request_size import check_bulk, check_patch, check_resource, check_search
from lambdas.scim.search_forms import SearchForms
from lambdas.scim.search_parameters import read_search_parameters
from lambdas.scim.trace import ignored_attributes
from lambdas.scim.upstream import hold_generic

ModelT = TypeVar("ModelT", bound=BaseModel)


class RequestReading(ScimService):
    """The steps of a service that read requests."""

    reads_groups_as_roles = False
    """Whether the groups in a user's body are read as roles."""

    @staticmethod
    def ensure_supported(capability: Any, operation: str) -> None:
        """Raise an error when the environment has switched a capability off.

        :raises NotImplementedException: Naming the capability (RFC 7644 section 3.12).
        """
        if capability is None or not capability.supported:
            raise NotImplementedException(
                detail=Detail(
                    "{name} is not supported here. /ServiceProviderConfig lists what is supported.", name=operation
                )
            )

    def read_conditions(self, request: ScimRequest) -> Conditions:  # type: ignore[override]  # it depends on the service
        """Return the conditional headers of a request; none where resources have no versions."""
        return super().read_conditions(request) if self.etag_supported else Conditions()

    def read_body(self, model: type[ModelT], body: bytes, content_type: str | None, scim_ctx: Context) -> ModelT:
        """Return a validated request body.

        :raises SCIMException: When it is not JSON, exceeds a limit, or breaks a rule that no dialect relaxes.
        """
        return self._validate(model, self._read_dialect(model, self.decode_body(body, content_type)), scim_ctx)

    def decode_body(self, body: bytes, content_type: str | None) -> Any:
        """Return the JSON value of a request body.

        :raises InvalidSyntaxException: When it is not JSON, or JSON that SCIM has no meaning for.
        :raises PayloadTooLargeException: When it is larger than :data:`limits.MAX_BODY_BYTES`.
        """
        self.ensure_json(content_type)
        if len(body) > limits.MAX_BODY_BYTES:
            raise PayloadTooLargeException(
                detail=Detail(
                    "The body has {number:,} bytes; the limit is {limit:,}. Send several requests.",
                    number=len(body),
                    limit=limits.MAX_BODY_BYTES,
                )
            )
        return parse_json(body)

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> "PatchOp[Any]":
        """Return the validated body of a PATCH; an empty list of operations changes nothing (idp-behaviour case 46)."""
        self.ensure_patch_supported()
        return self.validate_patch(resource_type, self._read_patch_dialect(resource_type, body, content_type))

    def read_any_creation(
        self, resource_type: ResourceType, body: bytes, content_type: str | None
    ) -> Resource[Any] | PlainBody:
        """Return the body of a POST: validated, or as one that needs no model, which is valid."""
        model = self.get_model(resource_type)
        sent = self.decode_body(body, content_type)
        check_resource(sent, model)
        if not self.reads_groups_as_roles and is_settled(sent):  # a plain body is read by no dialect then
            plain = self.read_plain_body(resource_type, sent)
            if plain is not None:
                return plain
        payload = self._read_dialect(model, sent)
        return self.read_plain_body(resource_type, payload) or self.validate_creation(resource_type, payload)

    def read_plain_body(self, resource_type: ResourceType, payload: Any) -> PlainBody | None:
        """Return the body of a POST that needs no model; None when there is no such body."""
        return None

    def validate_creation(self, resource_type: ResourceType, payload: Any) -> Resource[Any]:
        """Return the validated body of a POST.

        :param payload: The body, read by all dialects.
        :raises SCIMException: When it breaks a rule.
        """
        return self._validate(self.get_model(resource_type), payload, Context.RESOURCE_CREATION_REQUEST)

    def read_any_patch(
        self, resource_type: ResourceType, body: bytes, content_type: str | None
    ) -> "PatchOp[Any] | PlainPatch":
        """Return the body of a PATCH: as :meth:`read_patch`, or as one that needs no model, which is valid."""
        self.ensure_patch_supported()
        payload = self._read_patch_dialect(resource_type, body, content_type)
        return read_plain_patch(payload, self.get_model(resource_type)) or self.validate_patch(resource_type, payload)

    def _read_patch_dialect(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Any:
        model: type[PatchOp[Any]] = hold_generic(PatchOp, self.get_model(resource_type))
        return self._read_dialect(model, self.decode_body(body, content_type))

    def validate_patch(self, resource_type: ResourceType, payload: Any) -> "PatchOp[Any]":
        """Return the validated body of a PATCH.

        :param payload: The body, read by all dialects.
        :raises SCIMException: When it breaks a rule.
        """
        model: type[PatchOp[Any]] = hold_generic(PatchOp, self.get_model(resource_type))
        if isinstance(payload, dict) and payload.get("Operations") == []:
            return model.model_construct(operations=[])
        try:
            return model.model_validate(payload, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
        except ValidationError as error:
            raise explain_patch(self.get_model(resource_type), payload, error) from None

    def read_response_parameters(
        self, resource_type: ResourceType, query: Mapping[str, str]
    ) -> ResponseParameters[Any]:
        """Return the query's ``attributes`` and ``excludedAttributes``.

        :raises InvalidValueException: When there are too many names, or one is not that of an attribute.
        """
        named = {name: query[name] for name in ("attributes", "excludedAttributes") if name in query}
        if sum(map(len, named.values())) > MAX_LENGTH:
            return self._read_response_parameters(resource_type, named)
        key = (str(resource_type.name), *named.items())
        parameters = self._response_parameters.get(key)
        if parameters is None:
            parameters = self._response_parameters[key] = self._read_response_parameters(resource_type, named)
        return parameters

    @cached_property
    def _response_parameters(self) -> BoundedMemory[tuple[Any, ...], ResponseParameters[Any]]:
        return BoundedMemory()

    def _read_response_parameters(
        self, resource_type: ResourceType, named: Mapping[str, str]
    ) -> ResponseParameters[Any]:
        check_search(named)
        model = self.get_model(resource_type)
        parameters: type[ResponseParameters[Any]] = hold_generic(ResponseParameters, model)
        if not named:
            return parameters()
        with restating():
            return super().read_response_parameters(resource_type, dialects.read_query(named, [model]))

    def read_search_query(
        self, resource_types: list[ResourceType], query: Mapping[str, str]
    ) -> tuple[SearchRequest[Any], Any]:
        """Return the validated search of a GET, and the position that its cursor stands for; errors as :meth:`read_search`."""
        return self._search_forms.read(resource_types, query)

    @cached_property
    def _search_forms(self) -> SearchForms:
        return SearchForms(super().read_search_query)

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        """Return a validated search, and the position that its cursor stands for.

        :param payload: The query, or the decoded body.
        :raises SCIMException: When it exceeds a limit, or is not a search.
        """
        payload = read_search_parameters(payload)
        check_search(payload)
        models = self.search_models(resource_types)
        hold_generic(SearchRequest, Union[tuple(models)])  # noqa: UP007 -- as many as there are
        with restating():
            return super().read_search(resource_types, dialects.read_search(payload, models))

    def _read_dialect(self, model: type[BaseModel], payload: Any) -> Any:
        """Return a body in the form of the RFCs; what no dialect knows is left to the validation."""
        if issubclass(model, BulkRequest):
            check_bulk(payload)
        elif issubclass(model, PatchOp):
            check_patch(payload, _parameter(model))
        else:
            check_resource(payload, model)
        if self.reads_groups_as_roles:
            payload = groups_as_roles.read(payload, model)
        if issubclass(model, BulkRequest):
            return dialects.read_bulk(payload, self._model_at, ignored_attributes())
        if issubclass(model, PatchOp):
            return dialects.read_patch(payload, _parameter(model), ignored_attributes())
        return dialects.read_resource(payload, cast("type[Resource[Any]]", model), ignored_attributes())

    @staticmethod
    def _validate(model: type[ModelT], payload: Any, scim_ctx: Context) -> ModelT:
        try:
            return model.model_validate(payload, scim_ctx=scim_ctx)
        except ValidationError as error:
            raise explain(error) from None

    def _model_at(self, path: str) -> type[Resource[Any]] | None:
        """Return the model that is served at the path of a bulk operation."""
        resource_type = self.get_resource_type_by_endpoint(path.strip("/").split("/")[0])
        return self.get_model(resource_type) if resource_type else None


def _parameter(model: type[BaseModel]) -> type[Resource[Any]]:
    """Return the resource model that a message model such as ``PatchOp[User]`` was made for."""
    return cast("type[Resource[Any]]", model.__pydantic_generic_metadata__["args"][0])
