"""Simulates an identity provider against a SCIM endpoint, and verifies that the endpoint kept all of it."""
