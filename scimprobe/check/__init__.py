"""`scimctl check`: sends what identity providers and their test programs send to a SCIM endpoint, and explains each failure."""
