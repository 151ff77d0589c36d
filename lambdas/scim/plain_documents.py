"""Stored documents that are handled without a model of their resource.

The document of a resource is plain when its model would read every value as it is, and write the same document again. A plain
document is read, changed and stored as JSON, in a tenth of the time that the model takes. Any other document is left to the model:
one with values that it would change or refuse, with attributes that it does not declare, or with attributes of types that have no
rule (:mod:`lambdas.scim.answer_rules`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from scim2_models import Context, Resource

from lambdas.scim.answer_rules import InexpressibleError, object_rule, sample_of

Document = dict[str, Any]


@dataclass(frozen=True)
class PlainResource:
    """The state of a user as a plain document, without what is stored separately."""

    id: str
    """Its id; empty until the resource is created."""

    document: Document


class PlainDocuments:
    """The plain documents of one resource model."""

    def __init__(self, model: type[Resource[Any]]) -> None:
        self._base = str(model.__schema__)
        self._extensions = list(model.get_extension_models())
        try:
            whole = model.model_validate(sample_of(model)).model_dump(scim_ctx=Context.DEFAULT)
        except ValidationError:  # the type of an attribute accepts other values than the rules know
            self._rule = None
        else:
            self._rule = object_rule(model, whole)

    def read_stored(self, text: str) -> Document | None:
        """Return the plain document in a JSON text; None when it is not plain."""
        try:
            document = from_json(text)
        except ValueError:
            return None
        return self.read(document) if isinstance(document, dict) else None

    def read(self, document: Mapping[str, Any]) -> Document | None:
        """Return what the model would write for a document, in its order; None when the document is not plain."""
        read = self.read_parts(document)
        return read if read is not None and document.get("schemas") == read["schemas"] else None

    def read_parts(self, document: Mapping[str, Any]) -> Document | None:
        """Return what :meth:`read` returns, whatever the ``schemas`` of the document are: those of its parts."""
        if self._rule is None:
            return None
        parts = {name: value for name, value in document.items() if name != "schemas"}
        try:
            read = self._rule.members_of(parts, str)
        except InexpressibleError:
            return None
        return {"schemas": [self._base, *(urn for urn in self._extensions if urn in read)], **read}
