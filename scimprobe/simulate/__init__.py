"""What an identity provider sends, played against a SCIM endpoint, and the proof that the endpoint kept all of it."""
