"""The usage of an answer, read from its bytes: whole or streamed, without decoding what lies between.

Knows the shape of answers, and what of it makes sense; no prices, no limits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

KEPT = 16_384
"""Bytes kept of a stream's beginning and of its end: `message_start` and `message_delta` are far shorter."""
LARGEST = 32 * 1024 * 1024


class _Whole(msgspec.Struct):
    usage: dict[str, Any] | None = None
    model: Any = None
    stop_reason: Any = None


class _Delta(msgspec.Struct):
    text: str = ""
    thinking: str = ""
    partial_json: str = ""


class _Progress(msgspec.Struct):
    delta: _Delta


class _Event(msgspec.Struct):
    type: str = ""
    usage: dict[str, Any] | None = None
    message: _Whole | None = None
    delta: Any = None


class ReportedUsage(msgspec.Struct, frozen=True):
    """Keep the usage that an answer reported. `final`: nothing more was to come. `model`: who answered, as it says.
    `characters`: the answer's text that was received, about, of one that is not final."""

    usage: dict[str, Any]
    final: bool
    model: Any = None
    characters: int = 0
    stop_reason: Any = None


_whole = msgspec.json.Decoder(_Whole)
_event = msgspec.json.Decoder(_Event)
_progress = msgspec.json.Decoder(_Progress)


def usage_of(content: bytes) -> ReportedUsage | None:
    """Return the usage of a message that was read whole; None if it reports none."""
    try:
        whole = _whole.decode(content)
    except (ValueError, RecursionError):
        return None
    return (
        None
        if whole.usage is None
        else ReportedUsage(whole.usage, final=True, model=whole.model, stop_reason=whole.stop_reason)
    )


def usage_in_stream(head: bytes, tail: bytes, size: int = 0) -> ReportedUsage | None:
    """Return the usage in the first and last bytes of a stream: the start's, with what the last `message_delta` says over it.
    It is final once a `message_delta` tells the output.

    `size`: how many bytes there were in all, where some were dropped between them.
    """
    found: dict[str, Any] = {}
    final, model, reason = False, None, None
    for line in (*head.splitlines(), *tail.splitlines()):
        if not line.startswith(b"data:") or b'"usage"' not in line:
            continue
        try:
            event = _event.decode(line[5:])
        except (ValueError, RecursionError):
            continue
        usage = event.usage
        if event.message is not None:
            usage, model = event.message.usage, event.message.model
        if isinstance(event.delta, dict):
            reason = event.delta.get("stop_reason") or reason
        if usage:
            found |= {name: _larger(found.get(name), value) for name, value in usage.items() if value is not None}
            final = final or (event.type == "message_delta" and usage.get("output_tokens") is not None)
    if not found:
        return None
    return ReportedUsage(found, final, model, 0 if final else _characters(head, size), reason)


def _larger(before: Any, value: Any) -> Any:
    """Return what a later event says, but no count below an earlier one: counts of a stream only grow."""
    return before if type(before) is type(value) is int and before > value else value


def _characters(head: bytes, size: int) -> int:
    """Return how long the answer's own text is, in a stream of so many bytes that begins like this."""
    found = 0
    for line in head.splitlines():
        if line.startswith(b"data:") and b'"content_block_delta"' in line:
            try:
                delta = _progress.decode(line[5:]).delta
            except (ValueError, RecursionError):
                continue
            found += len(delta.text) + len(delta.thinking) + len(delta.partial_json)
    return found * max(size, len(head)) // max(1, len(head))


# --- what makes sense --------------------------------------------------------------------------------------------------

COUNTED = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
_NEEDED = ("input_tokens", "output_tokens")
PRICED_BY = ("service_tier", "inference_geo", "speed")
"""Fields that choose the price."""
_TEXT_OR_NONE = (str, type(None))
MOST_STEPS = 1_000
"""Steps of one answer, and calls of a server's tool: nobody makes so many."""


def is_sane(used: ReportedUsage, most_output: int, most_context: int, *, searches: bool) -> bool:
    """Return whether an answer can have used what it reports: every count a count, none beyond what was asked for.

    `most_output` bounds the output of each step, `most_context` its input and output together. `searches`: whether it
    could search at all.
    """
    usage = used.usage
    tools = usage.get("server_tool_use")
    if isinstance(tools, dict) and tools.get("web_search_requests") and not searches:
        return False
    if not _is_counted(usage, _NEEDED if used.final else _NEEDED[:1], most_output, most_context):
        return False
    if any(type(usage.get(name)) not in _TEXT_OR_NONE for name in PRICED_BY):
        return False
    steps = usage.get("iterations")
    if used.final and not steps and _sum(usage) == (usage.get("output_tokens") or 0):
        return False  # whoever asks sends something
    if steps is None:
        return True
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        return False
    if not all(isinstance(step, dict) and _is_counted(step, _NEEDED, most_output, most_context) for step in steps):
        return False
    written = sum(step["output_tokens"] for step in steps)
    return not steps or (written >= (usage.get("output_tokens") or 0) and sum(map(_sum, steps)) >= _sum(usage))


def tokens_of(usage: dict[str, Any]) -> int:
    """Return the tokens of a sane usage, those of its steps included."""
    steps = usage.get("iterations")
    return max(_sum(usage), sum(map(_sum, steps))) if steps else _sum(usage)


def _sum(usage: dict[str, Any]) -> int:
    get = usage.get
    total: int = (
        (get("input_tokens") or 0)
        + (get("cache_creation_input_tokens") or 0)
        + (get("cache_read_input_tokens") or 0)
        + (get("output_tokens") or 0)
    )
    return total


def _is_counted(usage: dict[str, Any], needed: tuple[str, ...], most_output: int, most_context: int) -> bool:
    get = usage.get
    for name in COUNTED:
        value = get(name)
        if (type(value) is not int or value < 0) and (value is not None or name in needed):
            return False
    if (get("output_tokens") or 0) > most_output or _sum(usage) > most_context:
        return False
    written, tools = get("cache_creation"), get("server_tool_use")
    return (written is None or _holds_counts(written, get("cache_creation_input_tokens") or 0)) and (
        tools is None or _holds_counts(tools, MOST_STEPS)
    )


def _holds_counts(value: Any, most: int) -> bool:
    """Return whether this is an object of counts whose sum is no more than `most`."""
    if not isinstance(value, dict):
        return False
    counts = [count for count in value.values() if count is not None]
    return all(type(count) is int and count >= 0 for count in counts) and sum(counts) <= most


class Meter:
    """Look on while a stream is read, keep its beginning and end, and tell once what it used."""

    __slots__ = ("_head", "_size", "_tail", "_tell", "_whole", "later")

    def __init__(
        self,
        tell: Callable[[ReportedUsage | None], None],
        later: Callable[[Callable[[], None]], None],
        *,
        whole: bool = False,
    ) -> None:
        self._tell: Callable[[ReportedUsage | None], None] | None = tell
        self.later = later
        """Takes work that must not be done here: a collector may come at any moment, also while we hold a lock."""
        self._head: list[bytes] = []
        self._size, self._tail = 0, b""
        self._whole = whole
        """Whether the body is one JSON document, where a stream was due."""

    def see(self, chunk: bytes) -> None:
        """Note bytes that were read."""
        if self._size < (LARGEST if self._whole else KEPT):
            self._head.append(chunk)
        else:
            self._tail = (self._tail + chunk)[-KEPT:]
        self._size += len(chunk)

    @property
    def last(self) -> bytes:
        """Return the end of what was read."""
        return (b"".join(self._head) + self._tail)[-KEPT:]

    def finish(self) -> Callable[[], None] | None:
        """Return the work that is left when nothing more is read: to tell what was used. None if that was done."""
        tell, self._tell = self._tell, None
        if tell is None:
            return None
        head, tail = b"".join(self._head), self._tail
        if len(tail) < KEPT:
            head, tail = head + tail, b""  # nothing was dropped between them
        used = usage_of(head) if self._whole else usage_in_stream(head, tail, self._size)
        return lambda: tell(used)
