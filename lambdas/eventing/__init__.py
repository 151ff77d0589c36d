"""Change events for the vendor's product: their types, their shape (RFC 9967) and how they are published."""
