"""How many examples a property is tried on."""

from hypothesis import settings

SHARES = {"quick": 0.2, "project": 0.5, "full": 4.0}
"""By the name of hypothesis's profile. `make quick` tries a fifth, `make test` half, and a release four times as many."""


def examples(number: int) -> int:
    """Return the number of examples of a property, given that of two runs of `make test`.

    Every run tries other examples, so what one run misses the next may find.
    """
    return max(1, round(number * SHARES.get(settings.get_current_profile_name(), 1)))


def is_release() -> bool:
    """Return whether this is the run of a release, which leaves out nothing."""
    return settings.get_current_profile_name() == "full"
