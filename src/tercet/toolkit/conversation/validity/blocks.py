"""Single blocks by their shapes: fields that do not belong there go, what cannot be sent becomes text that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.toolkit.conversation.validity.history import (
    Json,
    PlacedBlock,
    PlacedMessage,
    call_in_words,
    shown,
    text_block,
    words_of,
)
from tercet.toolkit.conversation.validity.pictures import MANY, fault_of, pictures_in
from tercet.toolkit.conversation.validity.problems import Problems, listed
from tercet.toolkit.conversation.validity.shapes import ANSWER_ONLY, ASSISTANTS, INNER, PLAIN, SHAPES, BlockShape

Place = tuple[int, int | None]
_NOT_IN_AN_ID = re.compile(r"[^a-zA-Z0-9_-]")


def check_blocks(history: list[PlacedMessage], problems: Problems) -> None:
    """Make every block one that the API takes where it stands, and drop messages that hold nothing then."""
    pictures = sum(pictures_in(piece.block for piece in said.pieces) for said in history)
    walk = _Blocks(problems, many=pictures > MANY)
    for said in history:
        if not said.pieces:
            problems.tell((said.index, None), "empty_message", "the message is empty", "it is left out")
        said.pieces[:] = [piece for each in said.pieces if (piece := walk.piece(said.role, each)) is not None]
    history[:] = [said for said in history if said.pieces]


class _Blocks:
    """One walk over the blocks of a history."""

    def __init__(self, problems: Problems, *, many: bool) -> None:
        self._problems, self._many = problems, many

    def piece(self, role: str, piece: PlacedBlock) -> PlacedBlock | None:
        """Return a block that may stand in a message of this role; None for one that is left out."""
        block, place = piece.block, piece.place
        if role == "user" and piece.kind in ASSISTANTS:
            what = f"a {piece.kind} block stands in a user's message"
            if piece.kind in ("thinking", "redacted_thinking"):
                self._problems.tell(place, "thinking", what, "it is left out")
                return None
            self._problems.tell(place, "call_in_user", what, "it becomes text that tells the call")
            return PlacedBlock(text_block(call_in_words(block)), place)
        made = self.legal(block, SHAPES, place)
        return None if made is None else PlacedBlock(made, place)

    def legal(self, block: Any, shapes: Mapping[str, BlockShape], place: Place) -> Json | None:
        """Return a block of one of these shapes; None if it is left out."""
        kind = block.get("type") if type(block) is dict else None
        if type(kind) is not str or kind not in shapes:
            return self._unknown(block, kind, place)
        if kind == "text" and not str(block.get("text") or "").strip() and type(block.get("text")) in (str, type(None)):
            self._problems.tell(place, "blank_text", "the text is empty, or blank", "it is left out")
            return None
        if kind == "thinking" and not (type(block.get("signature")) is str and block["signature"]):
            what = "the thinking has no signature, as of an answer that was cut"
            self._problems.tell(place, "thinking", what, "it is left out")
            return None
        block = self._mended(kind, block, place)
        block = self._fields(kind, block, shapes[kind], place)
        missing = [name for name, test in shapes[kind].needed.items() if name not in block or not test(block[name])]
        if missing:
            what = f"the {kind} block has no {listed(missing)} that could be sent"
            self._problems.tell(place, "missing_field", what, "it becomes text that says so")
            return text_block(_stub(block, kind))
        return self._media(self._inner(kind, block, place), place)

    def _unknown(self, block: Any, kind: Any, place: Place) -> Json | None:
        if type(block) is str or (type(block) is dict and kind is None and type(block.get("text")) is str):
            words = block if isinstance(block, str) else str(block["text"])
            if words.strip():
                self._problems.tell(place, "wrong_type", "the block has no type", "it becomes a block of text")
                return text_block(words)
            self._problems.tell(place, "blank_text", "the text is empty, or blank", "it is left out")
            return None
        what = f"a block of type {str(kind)[:40]!r} cannot stand here" if kind is not None else "the block has no type"
        self._problems.tell(place, "unknown_type", what, "it becomes text that says so")
        return text_block(_stub(block, str(kind or "unknown")))

    def _mended(self, kind: str, block: Json, place: Place) -> Json:
        """Return the block with fields put right of which it is known what they were to be."""
        if kind in ("tool_use", "server_tool_use", "mcp_tool_use") and type(block.get("input")) is not dict:
            what = f"the input of the call is {shown(block.get('input'))}, and must be an object"
            given = _as_object(block.get("input"))
            self._problems.tell(place, "tool_input", what, f"it becomes {shown(given)}")
            block = {**block, "input": given}
        name = {
            "tool_use": "id",
            "mcp_tool_use": "id",
            "tool_result": "tool_use_id",
            "mcp_tool_result": "tool_use_id",
        }.get(kind)
        if name is not None:
            block = self._with_id(name, block, place)
        if kind == "tool_result" and block.get("is_error") and not block.get("content"):
            self._problems.tell(place, "missing_field", "an error of a tool says nothing", "it says that it failed")
            block = {**block, "content": "The tool failed, and said nothing."}
        return block

    def _with_id(self, name: str, block: Json, place: Place) -> Json:
        given = block.get(name)
        if type(given) is str and given and not _NOT_IN_AN_ID.search(given):
            return block
        made = _NOT_IN_AN_ID.sub("_", str(given)) if given not in (None, "") else f"toolu_{place[0]}_{place[1] or 0}"
        what = f"{name} is {shown(given)}, and ids are made of letters, digits, _ and -"
        self._problems.tell(place, "tool_id", what, f"it becomes {made[:60]!r}")
        return {**block, name: made}

    def _fields(self, kind: str, block: Json, shape: BlockShape, place: Place) -> Json:
        """Return the block without fields that may not be there, or are not what they must be."""
        kept: Json = {}
        for name, value in block.items():
            test = shape.allowed.get(name)
            if name == "type" or name in shape.needed or (test is not None and (value is None or test(value))):
                kept[name] = value
            elif name == "cache_control":
                what = (
                    "a mark of the cache cannot stand here"
                    if test is None
                    else f"{shown(value)} is no mark of the cache"
                )
                self._problems.tell(place, "mark", what, "it is left out")
            elif test is not None:
                what = f"the field {name!r} of the {kind} block is {shown(value)}, which cannot be sent"
                self._problems.tell(place, "wrong_type", what, "it is left out")
            else:
                whose = "only answers have" if name in ANSWER_ONLY else f"{kind} blocks do not have"
                what = f"the field {name[:60]!r} is one that {whose}"
                self._problems.tell(place, "extra_field", what, "it is left out")
        return kept

    def _inner(self, kind: str, block: Json, place: Place) -> Json:
        """Return the block with the blocks within it put right."""
        if kind == "document" and block["source"]["type"] == "content" and type(block["source"]["content"]) is list:
            source = {**block["source"], "content": self._list(block["source"]["content"], PLAIN, place)}
            return {**block, "source": source}
        within = {"tool_result": INNER, "mcp_tool_result": PLAIN, "search_result": {"text": SHAPES["text"]}}.get(kind)
        if within is not None and type(block.get("content")) is list:
            content = self._list(block["content"], within, place)
            if not content and block.get("is_error"):
                return {**block, "content": "The tool failed, and said nothing."}
            return {**block, "content": content}
        return block

    def _list(self, blocks: list[Any], shapes: Mapping[str, BlockShape], place: Place) -> list[Json]:
        return [made for each in blocks if (made := self.legal(each, shapes, place)) is not None]

    def _media(self, block: Json, place: Place) -> Json:
        """Return a picture or PDF with the type that it has; text in the place of one that cannot be read."""
        source = block.get("source")
        if block["type"] not in ("image", "document") or source is None or source["type"] != "base64":
            return block
        fault = fault_of(source, many=self._many)
        if fault is None:
            return block
        kind = block["type"]
        if fault[1] is not None:
            self._problems.tell(place, "media", f"the {kind} {fault[0]}", "it says what it is")
            return {**block, "source": {**source, "media_type": fault[1]}}
        self._problems.tell(place, "media", f"the {kind} {fault[0]}", "it becomes text that says so")
        return text_block(f"[There was {'an image' if kind == 'image' else 'a document'} here that {fault[0]}.]")


def result_in_words(block: Mapping[str, Any], why: str) -> str:
    """Return a tool's result as text, for where it cannot stand as one."""
    words = words_of(block.get("content"))
    return f"[{why}{': ' + words if words.strip() else '; it was empty.'}]"


def _stub(block: Any, kind: str) -> str:
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use") and type(block) is dict:
        return call_in_words(block)
    words = words_of(block) if type(block) is dict and ("text" in block or "content" in block) else ""
    told = f": {words}" if words.strip() else ""
    return f"[There was a block of type {kind[:40]!r} here that cannot be sent{told}]"


def _as_object(value: Any) -> Json:
    if value is None or value == "":
        return {}
    if type(value) is str:
        try:
            found = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            found = None
        if type(found) is dict:
            return found
    return {"input": value}
