"""A small product whose users are provisioned by SCIM and sign in by OpenID Connect."""
