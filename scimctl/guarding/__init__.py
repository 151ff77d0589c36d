"""`scimctl guard`: the guard against mass deprovisioning."""
