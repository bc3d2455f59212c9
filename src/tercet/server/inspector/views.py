"""An entry of the journal as the inspector's page gets it: one line for the list, everything for the one looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tercet.catalog.cost import price
from tercet.server.inspector.replay import as_curl, as_python
from tercet.server.journal.journal import Entry
from tercet.server.responders.matching import last_text

MOST_TEXT = 200_000
"""Characters of a body that is shown as it is."""
PREVIEW = 160
Json = dict[str, Any]


def line(entry: Entry) -> Json:
    """Return what the list shows of an exchange. Counts are null where the answer tells none, the cost where it is
    not known."""
    asked, usage = entry.json, entry.usage or {}
    said = asked if isinstance(asked, dict) else {}
    counted = _counted(entry)
    return {
        "id": entry.id,
        "number": entry.number,
        "started_at": entry.started_at,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "model": entry.model,
        "stream": said.get("stream") is True,
        "input_tokens": _count(usage, "input_tokens") if usage else counted,
        "output_tokens": _count(usage, "output_tokens"),
        "cache_read": _count(usage, "cache_read_input_tokens"),
        "cache_written": _count(usage, "cache_creation_input_tokens"),
        "cost": cost(entry),
        "seconds": entry.seconds,
        "first_byte_seconds": entry.first_byte_seconds,
        "stop_reason": (entry.message or {}).get("stop_reason"),
        "error": error_of(entry),
        "fault": entry.fault,
        "whole": entry.whole,
        "truncated": entry.truncated,
        "preview": preview(said),
    }


def detail(entry: Entry, base_url: str) -> Json:
    """Everything that is kept of an exchange."""
    answered = _decoded(entry.response)
    return {
        "line": line(entry),
        "request": {"headers": entry.headers, "body": entry.json, "text": _text(entry.content)},
        "response": {
            "headers": entry.response_headers,
            "message": entry.message,
            "body": answered,
            "text": _text(entry.response),
        },
        "curl": as_curl(entry, base_url),
        "python": as_python(entry, base_url),
    }


def cost(entry: Entry) -> str | None:
    """Return what the answer would have cost at list prices, in US dollars; None where that is not known."""
    usage, model = entry.usage, entry.model
    if not usage or not model:
        return None
    amount = price(model, usage, datetime.fromtimestamp(entry.started_at, UTC).date())
    return None if amount is None else f"{amount:f}"


def error_of(entry: Entry) -> Json | None:
    """Type and message of the error that was answered, in the body or in the stream."""
    for found in _errors(entry):
        error = found.get("error") if isinstance(found, dict) else None
        if isinstance(error, dict):
            return {"type": str(error.get("type", "")), "message": str(error.get("message", ""))[:2000]}
    return None


def preview(asked: Json) -> str:
    """Return the beginning of the last thing that was said; of a request without words, what it brings."""
    said = last_text(asked)[:PREVIEW]
    messages = asked.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    kinds = (
        {str(block.get("type")) for block in content if isinstance(block, dict)} if isinstance(content, list) else set()
    )
    return said or ", ".join(sorted(kind.replace("_", " ")[:40] for kind in kinds))[:PREVIEW]


def _errors(entry: Entry) -> list[Any]:
    if entry.response_headers.get("content-type", "").startswith("text/event-stream"):
        lines = entry.response.split(b"\n") if b'"error"' in entry.response else []
        return [_decoded(part[5:]) for part in lines if part.startswith(b"data:") and b'"error"' in part]
    return [_decoded(entry.response)] if (entry.status or 0) >= 400 else []


def _counted(entry: Entry) -> int | None:
    """Return what a request for a token count was answered."""
    answered = _decoded(entry.response) if entry.path.endswith(("/count_tokens", "count-tokens")) else None
    return _count(answered, "input_tokens") if isinstance(answered, dict) else None


def _count(holder: Json, name: str) -> int | None:
    value = holder.get(name)
    return value if type(value) is int else None


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data) if data else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(data: bytes) -> str:
    text = data[: 4 * MOST_TEXT].decode("utf-8", "replace")
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n… {len(data):,} bytes in all"
