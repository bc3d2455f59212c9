"""`accumulate_event` of the official SDK, which tracing libraries call: a message made of raw events, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tercet.wire.responses.parsed import ParsedMessage, ParsedMessageBuilder
from tercet.wire.stream.events import event_model


class AccumulatedMessage(ParsedMessage[Any]):
    """A message so far, which holds what makes it grow."""

    __slots__ = ("_assembler",)


class _Accumulator(ParsedMessageBuilder):
    message_class = AccumulatedMessage


def accumulate_event(
    *,
    event: Mapping[str, Any],
    current_snapshot: ParsedMessage[Any] | None,
    json_bufs: dict[int, bytes] | None = None,
    output_format: Any = None,
) -> ParsedMessage[Any]:
    """Return the message so far, after one more raw event: the same object each time, begun with None.

    Raises ValueError for an event that does not fit; a tool's input that is cut is as much as can be read. `json_bufs` and `output_format` are taken and not needed.
    """
    raw = event_model(dict(event))  # of its class and with a typed delta, however it was made
    assembler = _Accumulator() if current_snapshot is None else getattr(current_snapshot, "_assembler", None)
    if assembler is None:
        raise TypeError("current_snapshot must be what accumulate_event returned before, or None to begin")
    if (fault := assembler.add(raw)) and fault.kind == "protocol":
        raise ValueError(f"{fault.reason}: {fault.data}")
    if not assembler.started:
        raise ValueError(f"a stream begins with message_start, not with {raw.get('type')!r}")
    message = cast(AccumulatedMessage, assembler.message)
    if current_snapshot is None:
        AccumulatedMessage._assembler.__set__(message, assembler)  # type: ignore[attr-defined] # the slot, not a field
    return message
