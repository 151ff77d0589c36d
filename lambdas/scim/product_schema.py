"""The URN of the schema of what the service adds to users for the product, for functions that build no models."""

PRODUCT_USER = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"
"""The schema of :class:`lambdas.scim.product_attributes.ProductUser`."""
