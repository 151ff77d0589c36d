"""How tolerantly requests are read."""

from scim2_models import ScimPolicy

from lambdas.scim.dialects.ignored_attributes import UNKNOWN

POLICY = ScimPolicy(
    unknown=UNKNOWN,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""The policy of every request, as Microsoft Entra expects it:

- ``unknown=ignore``: see :mod:`lambdas.scim.dialects.ignored_attributes`.
- ``remove_value_as_filter=apply``: a PATCH ``remove`` with a value removes that value only.
- ``unmatched_path_filter=create``: an ``add`` or ``replace`` whose path filter matches nothing creates the value it describes.
"""
