"""The cost of a request in DynamoDB calls and capacity units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass
class Meter:
    """DynamoDB calls and capacity units, exact, as DynamoDB returned them."""

    calls: int = 0
    read_units: float = 0.0
    write_units: float = 0.0

    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def reset(self) -> None:
        """Set all to zero."""
        self.calls, self.read_units, self.write_units = 0, 0.0, 0.0

    def fields(self) -> dict[str, float]:
        """Return the cost as fields of a log record."""
        return {"dynamodb_calls": self.calls, "read_units": self.read_units, "write_units": self.write_units}

    def count(self, answer: Mapping[str, Any], *, writes: bool) -> None:
        """Count one call and the units that its answer reports."""
        consumed = answer.get("ConsumedCapacity") or []
        with self._lock:  # several threads read at once
            self.calls += 1
            for each in consumed if isinstance(consumed, list) else [consumed]:
                self._add(each, writes=writes)

    def _add(self, consumed: Mapping[str, Any], *, writes: bool) -> None:
        units = float(consumed.get("CapacityUnits") or 0.0)
        reads, written = consumed.get("ReadCapacityUnits"), consumed.get("WriteCapacityUnits")
        if writes:
            # A transaction that is sent again after it took effect consumes read units (AWS).
            self.write_units += float(written) if written is not None else units - float(reads or 0.0)
            self.read_units += float(reads or 0.0)
        else:
            self.read_units += float(reads) if reads is not None else units
