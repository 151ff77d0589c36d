"""The console's pages, one module each; every module adds its routes with ``add_routes``."""

from lambdas.console.pages import (
    activity,
    connections,
    environment,
    files,
    groups,
    log,
    overview,
    permission_sets,
    set_up,
    set_up_links,
    users,
)

ALL = (overview, connections, set_up_links, users, groups, permission_sets, log, activity, environment, set_up, files)
"""In the order of the navigation."""
