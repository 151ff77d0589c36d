"""The logger of this function: one JSON object per line, in the environment's one log group."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(use_rfc3339=True, utc=True, location=None)
"""Powertools' logger; its service name and level come from ``POWERTOOLS_SERVICE_NAME`` and ``LOG_LEVEL``."""


def write_record(record: Mapping[str, Any]) -> None:
    """Write a record that every request leaves: the line of ``logger.info(record["event"], **record)``, in a third of its time.

    A lone surrogate, which JSON can hold and UTF-8 cannot, is written as its JSON escape.
    """
    if logger.log_level > logging.INFO:
        return
    formatter: Any = logger.registered_formatter
    handler: Any = logger.registered_handler
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    line = {
        **formatter.get_current_keys(),
        "level": "INFO",
        "message": record["event"],
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **record,
        "xray_trace_id": trace.split(";")[0].replace("Root=", "") if trace else None,
    }
    text = formatter.serialize({name: value for name, value in line.items() if value is not None})
    text = text.encode(errors="backslashreplace").decode()
    with handler.lock:
        handler.stream.write(f"{text}\n")
        handler.flush()
