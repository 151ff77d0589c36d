"""`scimctl log`: the SCIM log, printed."""
