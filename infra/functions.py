"""The functions of an environment, one :class:`Spec` each. :mod:`infra.versioned_function` makes them.

To add a function: add its :class:`Spec` here and to :data:`ALL`, its statements to :mod:`infra.permissions`, and a call of
``_function`` to :mod:`infra.stack`. Its code asset holds what its handler imports (:mod:`infra.imports`).
"""

from dataclasses import dataclass

from infra.layers import AUTHORIZER, EVENTS, SCIM, TOKEN, WEBHOOKS, Dependencies
from infra.layers import CONSOLE as CONSOLE_PACKAGES
from infra.layers import WATCH as WATCH_PACKAGES


@dataclass(frozen=True)
class Spec:
    """One function."""

    module: str
    """The handler's module, such as ``lambdas.api.handler``; Lambda calls its function ``handler``."""

    description: str
    """The description in the Lambda console."""

    memory: int
    """Megabytes. Lambda allocates processor time in proportion: 1,769 MB correspond to one processor."""

    timeout: int
    """Seconds."""

    dependencies: Dependencies
    """The layer with its locked packages."""

    reads_environment: bool = True
    """Whether it gets the layer with the environment's settings (:func:`lambdas.environment.file.load_deployed`)."""

    waited_for: bool = True
    """Whether people or provisioning cycles wait for it. Only then does SnapStart pay: a snapshot is charged for as long as it is
    kept."""

    serves_scim: bool = False
    """Whether every SCIM request runs it, so that ``api.reserved_concurrency`` is reserved for it."""

    files: tuple[str, ...] = ()
    """Patterns of further files in its code, such as ``lambdas/console/templates/**/*``."""


# More than half a processor: requests wait for parsing, validation and projection. Not more, because a snapshot is charged by
# its memory. One second less than API Gateway's time-out of 29 seconds, so that the record of a time-out is written while the
# client still waits.
API = Spec("lambdas.api.handler", "SCIM API", memory=1024, timeout=28, dependencies=SCIM, serves_scim=True)

# One read and one hash. The time-out allows three attempts at the read.
TOKEN_CHECK = Spec(
    "lambdas.authorizer.handler",
    "Checks the token of a SCIM request",
    memory=512,
    timeout=10,
    dependencies=AUTHORIZER,
    reads_environment=False,
    serves_scim=True,
)

# Mostly waits for DynamoDB while it sweeps the memberships of a large deleted group.
CHANGES = Spec(
    "lambdas.changes.handler",
    "Completes changes of the directory",
    memory=256,
    timeout=300,
    dependencies=SCIM,
    waited_for=False,
)

# Reads a batch of changes and publishes their events. The time-out allows to list the members of the largest group.
CHANGE_EVENTS = Spec(
    "lambdas.events.handler",
    "Publishes change events",
    memory=256,
    timeout=120,
    dependencies=EVENTS,
    waited_for=False,
)

# Waits for receivers: up to five events one after another, each for 13 seconds at most.
DELIVERY = Spec(
    "lambdas.webhooks.handler",
    "Delivers change events to webhooks",
    memory=256,
    timeout=90,
    dependencies=WEBHOOKS,
    waited_for=False,
)

# One read, one write and one signature; rarely the keys of an issuer. The time-out is above the retries of one request. An
# identity provider asks once an hour, in the background: two seconds do not matter, and a snapshot would cost 2 USD a month.
TOKEN_ENDPOINT = Spec(
    "lambdas.token.handler",
    "Issues OAuth 2.0 access tokens",
    memory=512,
    timeout=20,
    dependencies=TOKEN,
    waited_for=False,
)

# Renders pages, for which somebody waits: a list of 50 takes 40 ms of a processor (benchmarks/results/console.md), and 1,024 MB are
# 0.6 of one. The price of a page is the same with half of it, which takes twice as long; that of SnapStart's snapshot is not.
CONSOLE = Spec(
    "lambdas.console.handler",
    "Console",
    memory=1024,
    timeout=28,
    dependencies=CONSOLE_PACKAGES,
    files=(
        "lambdas/console/templates/*.html",
        "lambdas/console/static/*.*",
        "node_modules/@tabler/core/dist/css/tabler.min.css",
        "node_modules/htmx.org/dist/htmx.min.js",
    ),
)

# Reads the connections and a day of refused requests. Nobody waits for it.
WATCH = Spec(
    "lambdas.watch.handler",
    "Watches provisioning",
    memory=256,
    timeout=120,
    dependencies=WATCH_PACKAGES,
    waited_for=False,
)

ALL = (API, TOKEN_CHECK, CHANGES, TOKEN_ENDPOINT)
"""The functions of every environment. :data:`CONSOLE`, :data:`WATCH`, :data:`CHANGE_EVENTS` and :data:`DELIVERY` are deployed where
the file has tables ``[console]``, ``[watch]``, ``[events]`` or ``[[webhooks]]``."""
