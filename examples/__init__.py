"""Examples for developers of products."""
