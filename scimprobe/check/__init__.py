"""Checks an endpoint with the requests of identity providers and their test programs, and explains each failure."""
