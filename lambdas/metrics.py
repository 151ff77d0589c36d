"""The environment's metrics: fields of log records that CloudWatch reads as such (its Embedded Metric Format).

The directive is part of the record. Powertools' Metrics would print a second line for each, with every value again.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

NAMESPACE = "ServerlessScim"
"""The CloudWatch namespace of the environment's metrics."""

BY_ENVIRONMENT: Sequence[Sequence[str]] = (("environment",),)
"""The dimensions of most metrics: the field ``environment`` alone."""


def directive(units: Mapping[str, str], dimensions: Sequence[Sequence[str]] = BY_ENVIRONMENT) -> dict[str, Any]:
    """Return what makes CloudWatch read fields of a record as metrics: the record's field ``_aws``.

    :param units: The fields to be read, each with its unit, such as ``Count`` or ``Milliseconds``.
    :param dimensions: The sets of fields that metrics are kept by. Each value of a field is a metric to be paid for.
    """
    metrics = [{"Name": name, "Unit": unit} for name, unit in units.items()]
    described = {"Namespace": NAMESPACE, "Dimensions": [list(each) for each in dimensions], "Metrics": metrics}
    return {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [described]}
