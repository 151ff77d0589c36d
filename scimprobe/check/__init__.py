"""`scimctl check`: what identity providers and their test programs ask of a SCIM endpoint, played and explained."""
