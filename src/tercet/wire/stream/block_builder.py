"""Builders of each kind of content block in a stream: deltas are appended to a list, the block is brought up to date
when somebody looks. Knows one block at a time; the order of blocks is `message_builder.py`'s."""

from __future__ import annotations

from typing import Any, ClassVar

from tercet.wire.model import Model
from tercet.wire.stream.decoder import decode_json
from tercet.wire.stream.events import (
    BlockPieces,
    CitationEvent,
    CitationsDelta,
    CompactionDelta,
    CompactionEvent,
    InputJSONDelta,
    InputJsonEvent,
    ProtocolFault,
    SignatureDelta,
    SignatureEvent,
    SnapshotEvent,
    TextDelta,
    TextEvent,
    ThinkingDelta,
    ThinkingEvent,
)
from tercet.wire.stream.partial import parse_partial

_set_source = SnapshotEvent._source.__set__  # type: ignore[attr-defined] # the slot itself: Model.__setattr__ is slower


class BlockBuilder(BlockPieces):
    """A block of a kind that has no appended part. Subclasses say which delta appends, and to what."""

    __slots__ = ("block", "synced", "trailing_strings")
    delta_class: ClassVar[type[Model] | None] = None
    delta_field: ClassVar[str] = ""

    def __init__(self, block: Model) -> None:
        super().__init__()
        self.block: Any = block
        self.synced = 0
        self.trailing_strings = False
        """Whether the readable part of tool input holds strings that are still open."""

    def other_delta(self, delta: Model) -> None:
        """Take a delta that is not of `delta_class`. Those that do not belong to the block change nothing."""

    def helper_event(self, delta: Model) -> Model | None:
        """Return the helper's event for a delta that was just taken."""
        return None

    def start_event(self) -> Model | None:
        """Return the helper's event for what the block held from its start; None if it began empty."""
        return None

    def sync(self) -> None:
        """Bring the block up to date."""

    def stop(self) -> ProtocolFault | None:
        """End the block: it is whole."""
        self.sync()
        return None

    def _event(self, cls: type[SnapshotEvent], kind: str, field: str, delta: Model, source: BlockPieces) -> Model:
        made = cls({"type": kind, field: delta[field]})
        _set_source(made, (source, len(source.pieces)))
        return made


def _joined(before: Any, piece: Any) -> Any:
    """Return a text that came in pieces, as it is so far; null adds nothing, and what is no text is replaced."""
    if piece is None:
        return before
    return before + piece if isinstance(before, str) and isinstance(piece, str) else piece


class _Joined(BlockBuilder):
    """A block with one text that grows."""

    __slots__ = ("_joined", "_joined_count")

    def __init__(self, block: Model) -> None:
        super().__init__(block)
        start = block.get(self.delta_field)
        self.pieces.append(start if isinstance(start, str) else "")
        self._joined, self._joined_count = "", 0

    def upto(self, count: int) -> str:
        """Return the text after `count` pieces. Reading in order joins each piece once."""
        if count < self._joined_count:
            return "".join(self.pieces[:count])
        if count > self._joined_count:
            self._joined += "".join(self.pieces[self._joined_count : count])
            self._joined_count = count
        return self._joined

    def sync(self) -> None:
        if self.synced != len(self.pieces):
            self.synced = len(self.pieces)
            self.block[self.delta_field] = self.upto(self.synced)


class _Citations(BlockPieces):
    __slots__ = ()

    def upto(self, count: int) -> list[Any]:
        return self.pieces[:count]


class _Text(_Joined):
    __slots__ = ("_citations",)
    delta_class = TextDelta
    delta_field = "text"

    def __init__(self, block: Model) -> None:
        super().__init__(block)
        self._citations = _Citations()

    def other_delta(self, delta: Model) -> None:
        if type(delta) is CitationsDelta and isinstance(delta.get("citation"), dict):
            self._citations.pieces.append(delta.citation)
            self.block["citations"] = [*(self.block.get("citations") or []), delta.citation]

    def start_event(self) -> Model | None:
        if not self.pieces[0]:
            return None
        made = TextEvent({"type": "text", "text": self.pieces[0]})
        _set_source(made, (self, 1))
        return made

    def helper_event(self, delta: Model) -> Model | None:
        if type(delta) is TextDelta:
            made = TextEvent({"type": "text", "text": delta["text"]})
            _set_source(made, (self, len(self.pieces)))
            return made
        if type(delta) is CitationsDelta and self._citations.pieces:
            return self._event(CitationEvent, "citation", "citation", delta, self._citations)
        return None


class _Thinking(_Joined):
    __slots__ = ()
    delta_class = ThinkingDelta
    delta_field = "thinking"

    def other_delta(self, delta: Model) -> None:
        if type(delta) is SignatureDelta:
            self.block["signature"] = _joined(self.block.get("signature"), delta["signature"])

    def helper_event(self, delta: Model) -> Model | None:
        if type(delta) is ThinkingDelta:
            return self._event(ThinkingEvent, "thinking", "thinking", delta, self)
        if type(delta) is SignatureDelta:
            return SignatureEvent({"type": "signature", "signature": self.block["signature"]})
        return None


class _Compaction(BlockBuilder):
    __slots__ = ()

    def other_delta(self, delta: Model) -> None:
        if type(delta) is CompactionDelta:
            for key, value in delta.items():
                if key != "type":
                    self.block[key] = _joined(self.block.get(key), value)

    def helper_event(self, delta: Model) -> Model | None:
        if type(delta) is not CompactionDelta:
            return None
        content, encrypted = delta.get("content"), delta.get("encrypted_content")
        return CompactionEvent({"type": "compaction", "content": content, "encrypted_content": encrypted})


class _ToolUse(BlockBuilder):
    __slots__ = ("_first_input",)
    delta_class = InputJSONDelta
    delta_field = "partial_json"

    def __init__(self, block: Model) -> None:
        super().__init__(block)
        self._first_input = block.get("input")
        self.block._input_complete = False
        self.block._input_text = ""

    def upto(self, count: int) -> Any:
        return self._readable("".join(self.pieces[:count]))

    def _readable(self, text: str) -> Any:
        if not text.strip():
            return self._first_input if self._first_input is not None else {}
        try:
            return parse_partial(text, trailing_strings=self.trailing_strings)
        except ValueError:
            return {}

    def helper_event(self, delta: Model) -> Model | None:
        if type(delta) is InputJSONDelta:
            return self._event(InputJsonEvent, "input_json", "partial_json", delta, self)
        return None

    def sync(self) -> None:
        if self.synced != len(self.pieces):
            self.synced = len(self.pieces)
            text = "".join(self.pieces)
            self.block._input_text = text
            try:
                self.block["input"] = decode_json(text.encode("utf-8", "surrogatepass"))
                self.block._input_complete = True
            except ValueError:
                self.block["input"] = self._readable(text)
                self.block._input_complete = False

    def stop(self) -> ProtocolFault | None:
        self.sync()
        text = self.block._input_text
        if not text.strip():
            self.block["input"] = self._readable("")
            self.block._input_complete = True
        elif not self.block._input_complete:
            try:  # a cut input is told by its stop_reason; one that can never become JSON is at fault itself
                parse_partial(text, refuse_rest=True)
            except ValueError as error:
                return ProtocolFault(f"the tool call's input is not JSON: {error}", text, "tool_input")
        return None


BUILDERS: dict[str, type[BlockBuilder]] = {
    "text": _Text,
    "thinking": _Thinking,
    "tool_use": _ToolUse,
    "server_tool_use": _ToolUse,
    "mcp_tool_use": _ToolUse,
    "compaction": _Compaction,
}
