"""The option `--local` of the command that runs."""

from contextvars import ContextVar

IS_LOCAL: ContextVar[bool] = ContextVar("is_local", default=False)
"""Whether the command acts in the local cloud, also where an environment's file names AWS."""
