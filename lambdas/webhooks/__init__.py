"""Sends change events to the URLs of the vendor's product, signed, and retries for three days."""
