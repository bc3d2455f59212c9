"""Raw events to a message, step by step. Deltas are only appended; the message is brought up to date when somebody
looks, so the whole stays linear. Knows nothing about bytes, and does not judge how a stream ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast

from tercet.wire.model import Model
from tercet.wire.responses.blocks import TextBlock
from tercet.wire.responses.message import Message
from tercet.wire.responses.usage import Usage
from tercet.wire.stream.block_builder import BUILDERS, BlockBuilder
from tercet.wire.stream.events import (
    ContentBlockStopEvent,
    MessageStopEvent,
    ProtocolFault,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    TextDelta,
)


class MessageBuilder:
    """Takes raw events, gives the message so far. `add` returns a Fault if an event does not fit, and then took
    nothing.

    Events before `message_start` pass. A second `message_start`, block start or block stop changes nothing. Content
    after the stop reason and anything after `message_stop` is counted in `late` and changes nothing.
    """

    message_class: ClassVar[type[Message]] = Message
    text_class: ClassVar[type[TextBlock]] = TextBlock
    block_stop_class: ClassVar[type[ContentBlockStopEvent]] = ContentBlockStopEvent
    message_stop_class: ClassVar[type[MessageStopEvent]] = MessageStopEvent

    def __init__(self) -> None:
        self.started = False
        """Whether `message_start` was seen."""
        self.complete = False
        """Whether a stop reason was seen: only then the message is whole."""
        self.stopped = False
        """Whether `message_stop` was seen."""
        self.late = 0
        self._message: Message = self.message_class()
        self._blocks: list[BlockBuilder] = []
        self._open: dict[int, BlockBuilder] = {}
        self._target: BlockBuilder | None = None
        """The block that the last event added a delta to."""
        self._begun: BlockBuilder | None = None
        """The block that the last event began."""
        self.trailing_strings = False
        """Whether snapshots of tool input hold strings that are still open, as fine-grained streaming of tools has them."""

    def add(self, event: Model) -> ProtocolFault | None:
        """Take the next raw event."""
        if type(event) is RawContentBlockDeltaEvent:
            try:
                block = self._open[event["index"]]
                delta = event["delta"]
                if type(delta) is block.delta_class and type(piece := delta[block.delta_field]) is str:
                    block.pieces.append(piece)
                    self._target = block
                    return None
            except (KeyError, TypeError):
                pass
            return self._add_other_delta(event)
        self._target = self._begun = None
        step = _STEPS.get(type(event))
        if step is None:
            return None
        if self.stopped:
            self.late += 1
            return None
        return step(self, event) if self.started or step is MessageBuilder._start else None

    @property
    def message(self) -> Message:
        """Return the message so far: always the same object, brought up to date."""
        for block in self._open.values():
            block.sync()
        return self._message

    @property
    def usage(self) -> Usage | None:
        """Return the usage so far; None if none was told."""
        return self._message.usage if "usage" in self._message else None

    @property
    def text(self) -> str:
        """Return the text so far, of all text blocks."""
        return self.message.text if self.started else ""

    def helper_events(self, event: Model) -> Sequence[Model]:
        """Return what `stream()` yields for a raw event that was just added: the event itself, and what it brought."""
        block = self._target
        if block is not None:
            made = block.helper_event(event["delta"])
            return (event,) if made is None else (event, made)
        kind = type(event)
        if self._begun is not None:
            made = self._begun.start_event()
            return (event,) if made is None else (event, made)
        if kind is RawContentBlockStopEvent and self._is_known(event.get("index")):
            return (self.block_stop_class({**event, "content_block": self._blocks[event["index"]].block}),)
        if kind is RawMessageStopEvent and self.started:
            return (self.message_stop_class({**event, "message": self.message}),)
        return (event,)

    def text_of(self, event: Model) -> str:
        """Return the text that a raw event, which was just added, brought to the message."""
        if self._target is not None:
            delta = event["delta"]
            return cast("str", delta["text"]) if type(delta) is self._target.delta_class is TextDelta else ""
        if self._begun is None or type(self._begun.block) is not self.text_class:
            return ""
        text = self._begun.block.get("text")
        return text if isinstance(text, str) else ""

    # --- one step for each kind of event ---------------------------------------------------------------------------

    def _start(self, event: Model) -> ProtocolFault | None:
        if self.started:
            return None
        if not isinstance(event.get("message"), dict):
            return ProtocolFault("a message_start has no message", repr(event))
        self._message = self.message_class(event["message"])
        content = self._message.get("content") or []
        if not isinstance(content, list):
            return ProtocolFault("a message_start has content that is no list", repr(event))
        self._message["content"] = [*content]
        usage = self._message.get("usage")
        if isinstance(usage, dict):
            self._message["usage"] = dict(usage)
        else:  # gateways send null: then the first counts are those of a message_delta
            self._message.pop("usage", None)
        self.started = True
        return None

    def _start_block(self, event: RawContentBlockStartEvent) -> ProtocolFault | None:
        index = event.get("index")
        if self.complete or self._is_known(index):
            self.late += self.complete
            return None
        if type(index) is not int or index != len(self._blocks):
            return ProtocolFault(f"block {index!r} starts where block {len(self._blocks)} was due", repr(event))
        if not isinstance(event.get("content_block"), dict):
            return ProtocolFault("a content_block_start has no content_block", repr(event))
        block = cast(Model, event.content_block).model_copy(deep=True)
        kind = block.get("type")
        if kind == "text":
            block = self.text_class(block)
        builder = BUILDERS.get(kind, BlockBuilder)(block) if isinstance(kind, str) else BlockBuilder(block)
        builder.trailing_strings = self.trailing_strings
        self._blocks.append(builder)
        self._open[index] = self._begun = builder
        self._message["content"].append(block)
        if kind == "fallback" and isinstance(block.get("to"), dict) and "model" in block["to"]:
            self._message["model"] = block["to"]["model"]  # as the API answers without streaming
        return None

    def _stop_block(self, event: Model) -> ProtocolFault | None:
        index = event.get("index")
        if self.complete or not self._is_known(index):
            self.late += self.complete
            return None if self.complete else ProtocolFault(f"block {index!r} stops before it started", repr(event))
        block = self._open.pop(event["index"], None)
        return block.stop() if block is not None else None

    def _change(self, event: Model) -> ProtocolFault | None:
        delta, usage = event.get("delta"), event.get("usage")
        if not isinstance(delta, dict) or not isinstance(delta.get("stop_reason"), str | None):
            return ProtocolFault("a message_delta has no delta, or a stop_reason that is not text", repr(event))
        beside = {key: value for key, value in event.items() if key not in ("type", "delta", "usage")}
        _lay_over(self._message, {**beside, **delta})
        if isinstance(usage, dict):
            counts = self._message.setdefault("usage", {})
            _lay_over(counts, usage)
        if delta.get("stop_reason") is not None:
            self.complete = True
            for block in self._open.values():
                block.sync()
            self._open.clear()
        return None

    def _stop(self, event: Model) -> ProtocolFault | None:
        self.stopped = True
        return None

    # --- deltas that are not appended ------------------------------------------------------------------------------

    def _add_other_delta(self, event: Model) -> ProtocolFault | None:
        self._target = None
        try:
            block, delta = self._open[event["index"]], event["delta"]
        except (KeyError, TypeError):
            return self._stray_delta(event)
        if type(delta) is block.delta_class:
            return ProtocolFault(f"a {delta['type']} has no {block.delta_field}", repr(event))
        try:
            block.other_delta(delta)
        except KeyError as missing:
            return ProtocolFault(f"a {delta.get('type')} delta has no {missing.args[0]}", repr(delta))
        self._target = block
        return None

    def _stray_delta(self, event: Model) -> ProtocolFault | None:
        if not self.started:
            return None
        if self.complete or self.stopped:
            self.late += 1
            return None
        index = event.get("index")
        when = "after its end" if self._is_known(index) else "before its start"
        return ProtocolFault(f"a delta for block {index!r} came {when}", repr(event))

    def _is_known(self, index: Any) -> bool:
        return type(index) is int and 0 <= index < len(self._blocks)


def _lay_over(fields: dict[str, Any], new: dict[str, Any]) -> None:
    """Replace what `new` holds. Null never takes the place of a value: what a delta leaves out stays."""
    for key, value in new.items():
        if value is not None or fields.get(key) is None:
            fields[key] = value


_STEPS: dict[type[Model], Callable[[MessageBuilder, Any], ProtocolFault | None]] = {
    RawMessageStartEvent: MessageBuilder._start,
    RawContentBlockStartEvent: MessageBuilder._start_block,
    RawContentBlockStopEvent: MessageBuilder._stop_block,
    RawMessageDeltaEvent: MessageBuilder._change,
    RawMessageStopEvent: MessageBuilder._stop,
}
