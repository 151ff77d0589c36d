"""Simulates the provisioning jobs of an identity provider, and verifies that the endpoint kept everything."""
