"""Log lines as JSON objects, and the events of a call as words and as fields. Loaded when somebody listens."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import msgspec

from tercet.flow.events import AttemptDetails, BreakerDetails, FallbackDetails, PaceDetails, WaitDetails
from tercet.wire.headers import without_credentials


class JSONFormatter(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, logger, message, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "tercet", {}),
        }
        if record.exc_info:
            fields["exception"] = without_credentials(self.formatException(record.exc_info))
        elif record.exc_text:
            fields["exception"] = record.exc_text
        return msgspec.json.encode(fields, enc_hook=repr).decode()


def as_fields(details: object) -> dict[str, Any]:
    """Return an event as plain values."""
    fields = msgspec.to_builtins(details, enc_hook=repr)
    return fields if isinstance(fields, dict) else {"event": type(details).__name__, "value": fields}


def describe_event(details: object) -> str:
    """Return an event as a sentence for people."""
    match details:
        case AttemptDetails():
            came = details.problem or details.status
            return f"attempt {details.number} of {details.method} {details.url}: {came}, {details.seconds:.3f} s"
        case WaitDetails():
            return f"waiting {details.seconds:.3f} s after attempt {details.number}: {details.problem}"
        case BreakerDetails():
            until = f" for {details.seconds:.1f} s" if details.seconds is not None else ""
            return f"breaker for {details.model} at {details.origin}: {details.was} -> {details.state}{until}"
        case FallbackDetails(passed_over=None):
            return f"asking {details.model} in place of {details.failed}: {details.problem}"
        case FallbackDetails():
            return f"passing over {details.model}: {details.passed_over}"
        case PaceDetails():
            return f"waiting {details.seconds:.3f} s for a turn: {details.reason}"
        case _:
            return repr(details)
