"""Reads the message out of a response's bytes: plain JSON, or put together from a stream's events. For journals only."""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]
TEXTS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
"""Type of a delta -> its field."""


def message_of_body(body: bytes, content_type: str) -> Json | None:
    """Return the message that this body is or streams; None if it is none. A stream that was cut gives what had
    come."""
    if content_type.startswith("text/event-stream"):
        return _Stream().read(body)
    found = _decoded(body) if body[:1] == b"{" else None
    return found if isinstance(found, dict) and found.get("type") == "message" else None


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Stream:
    def __init__(self) -> None:
        self._message: Json | None = None
        self._content: list[Json] = []
        self._pieces: dict[tuple[int, str], list[str]] = {}

    def read(self, body: bytes) -> Json | None:
        for line in body.split(b"\n"):
            event = _decoded(line[5:]) if line.startswith(b"data:") else None
            if isinstance(event, dict):
                self._take(event)
        if self._message is None:
            return None
        for (index, name), pieces in self._pieces.items():
            self._finish(self._content[index], name, "".join(pieces))
        self._message["content"] = self._content
        return self._message

    def _take(self, event: Json) -> None:
        kind, index = event.get("type"), event.get("index")
        if kind == "message_start" and isinstance(event.get("message"), dict):
            self._message = event["message"]
        elif kind == "content_block_start" and isinstance(event.get("content_block"), dict):
            self._content.append(event["content_block"])
        elif kind == "content_block_delta" and type(index) is int and 0 <= index < len(self._content):
            self._take_delta(index, event.get("delta") or {})
        elif kind == "message_delta" and self._message is not None:
            self._message.update(event.get("delta") or {})
            self._message["usage"] = {**(self._message.get("usage") or {}), **(event.get("usage") or {})}

    def _take_delta(self, index: int, delta: Json) -> None:
        name = TEXTS.get(str(delta.get("type")))
        if name is not None:
            self._pieces.setdefault((index, name), []).append(str(delta.get(name, "")))
        elif delta.get("type") == "citations_delta":
            self._content[index].setdefault("citations", []).append(delta.get("citation"))

    @staticmethod
    def _finish(block: Json, name: str, text: str) -> None:
        if name == "partial_json":
            block["input"] = (_decoded(text.encode("utf-8", "replace")) if text else {}) or {}
        else:
            block[name] = str(block.get(name) or "") + text
