"""What holds for every tier of tests: how hypothesis tries examples."""

from hypothesis import settings

# No deadline: an example is slow because the machine is busy, or because it is the first, and not because it is wrong.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
