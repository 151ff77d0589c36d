"""The version of the project, which every log record and every stack names."""

VERSION = "0.2.0"
"""The version in pyproject.toml. Functions cannot read it there: their code has no package metadata."""
