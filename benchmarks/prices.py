"""The price list that costs are computed from: list prices of us-east-1 as of November 2026, in USD, without free tiers."""

REQUEST = 3.50 / 1_000_000
"""API Gateway, a request to a REST API."""

INVOCATION = 0.20 / 1_000_000
GB_SECOND = 0.0000133334
"""Lambda on arm64."""

SNAPSHOT_GB_SECOND = 0.0000015046
"""Lambda SnapStart, a GB of a function's memory in a cached snapshot for a second."""

RESTORED_GB = 0.0001397998
"""Lambda SnapStart, a GB of a function's memory restored from its snapshot."""

EVENT = 1.00 / 1_000_000
"""EventBridge, a custom event of up to 64 KB. Rules and SQS targets in the account cost nothing."""

QUEUE_REQUEST = 0.40 / 1_000_000
"""SQS, a request to a standard queue."""

READ_UNIT = 0.125 / 1_000_000
WRITE_UNIT = 0.625 / 1_000_000
"""DynamoDB on demand."""

STORED_GB = 0.25
RECOVERABLE_GB = 0.20
"""DynamoDB, a GB stored, and a GB in point-in-time recovery, for a month."""

LOGGED_GB = 0.50
KEPT_LOG_GB = 0.03
"""CloudWatch Logs, a GB written, and a GB kept for a month."""

ALARM_METRIC = 0.10
"""CloudWatch, a metric that an alarm evaluates, for a month."""

METRIC = 0.30
"""CloudWatch, a custom metric for a month, prorated by the hours in which there is data. An account has 10 free."""

TRACE = 5.00 / 1_000_000
"""X-Ray, a trace recorded. An account has 100,000 free in a month."""

KEPT_BACKUP_GB = 0.10
"""AWS Backup, a GB of a DynamoDB backup in warm storage for a month."""

KEY_REQUEST = 0.03 / 10_000
"""KMS, a request that uses a key. An account has 20,000 free in a month."""
