"""Errors that end a stream, other than by an `error` event: cut short, silent, off the protocol, or with unusable tool
input. Each keeps what had come. The tree is drawn in `tree.py`."""

from __future__ import annotations

from typing import Any

from tercet.wire.errors.tree import APIConnectionError, APIError, APITimeoutError


class _StreamError(APIError):
    """An error in the midst of a stream. It keeps the Message so far, its usage, and how many events came."""

    def _keep(self, partial_message: Any, usage: Any, events_seen: int) -> None:
        self.partial_message = partial_message
        self.usage = getattr(partial_message, "usage", None) if usage is None else usage
        self.events_seen = events_seen


class IncompleteStreamError(_StreamError, APIConnectionError):
    """The stream ended before its `stop_reason`: what came is a beginning, not an answer."""

    def __init__(
        self,
        message: str = "The stream ended before the message was complete.",
        request: Any = None,
        *,
        partial_message: Any = None,
        usage: Any = None,
        events_seen: int = 0,
    ) -> None:
        super().__init__(message, request=request)
        self._keep(partial_message, usage, events_seen)


class StreamIdleTimeoutError(_StreamError, APITimeoutError):
    """The stream stayed open and said nothing for longer than its limit."""

    def __init__(
        self,
        message: str = "The stream fell silent.",
        request: Any = None,
        *,
        partial_message: Any = None,
        usage: Any = None,
        events_seen: int = 0,
    ) -> None:
        super().__init__(request, message=message)
        self._keep(partial_message, usage, events_seen)


class StreamProtocolError(_StreamError):
    """The stream broke the protocol: not JSON, not UTF-8, or events that do not fit together."""

    def __init__(
        self,
        message: str = "The stream does not follow the protocol.",
        request: Any = None,
        *,
        body: object | None = None,
        partial_message: Any = None,
        usage: Any = None,
        events_seen: int = 0,
    ) -> None:
        super().__init__(message, request, body=body)
        self._keep(partial_message, usage, events_seen)


class ToolInputError(_StreamError, ValueError):
    """A tool call's input is not JSON. `raw_input` is its text as it came. Also a ValueError, which is what the
    official SDK raises."""

    raw_input: str

    def __init__(
        self,
        message: str = "The tool call's input is not valid JSON.",
        request: Any = None,
        *,
        raw_input: str = "",
        partial_message: Any = None,
        usage: Any = None,
        events_seen: int = 0,
    ) -> None:
        super().__init__(message, request)
        self.raw_input = raw_input
        self._keep(partial_message, usage, events_seen)
