"""How tolerantly requests are read."""

from scim2_models import ScimPolicy

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""The policy of every request, as Microsoft Entra expects it:

- ``unknown=ignore``: an attribute that no schema declares is ignored; it does not fail the rest of the request.
- ``remove_value_as_filter=apply``: a PATCH ``remove`` with a value removes that value only.
- ``unmatched_path_filter=create``: an ``add`` or ``replace`` whose path filter matches nothing creates the value it describes.
"""
