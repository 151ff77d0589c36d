"""The logger of this function: one JSON object per line, in the environment's one log group."""

from aws_lambda_powertools import Logger

logger = Logger(use_rfc3339=True, utc=True, location=None)
"""Powertools' logger; its service name and level come from ``POWERTOOLS_SERVICE_NAME`` and ``LOG_LEVEL``."""
