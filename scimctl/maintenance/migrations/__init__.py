"""Migrations: how what is stored under one schema becomes what the next one stores.

To add one: raise :data:`lambdas.store.schema.CURRENT`, let the code read both schemas and write the new one, and append a
:class:`Migration` to :data:`ALL`. The environment is deployed first, so that everything written meanwhile has the new schema, and
then migrated (:mod:`.runner`).
"""

from scimctl.maintenance.migrations.migration import Migration, rewritten

__all__ = ["ALL", "Migration", "rewritten"]

ALL: tuple[Migration, ...] = ()
"""All migrations in the order of their schemas. Schema 1 is that of 0.1.0 and 0.2.0, so there is none yet."""
