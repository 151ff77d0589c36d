"""The console's pages, one module each; every module adds its routes with ``add_routes``."""

from lambdas.console.pages import (
    activity,
    clients,
    connections,
    environment,
    files,
    groups,
    guard,
    log,
    new_user,
    overview,
    permission_sets,
    sessions,
    set_up,
    set_up_links,
    users,
    webhooks,
)

ALL = (
    overview,
    connections,
    clients,
    set_up_links,
    users,
    new_user,
    groups,
    permission_sets,
    guard,
    log,
    webhooks,
    activity,
    environment,
    sessions,
    set_up,
    files,
)
"""In the order of the navigation."""
