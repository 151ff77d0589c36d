"""The SCIM log as an operator reads it: the records of an environment's log group, found, joined and told in words."""
