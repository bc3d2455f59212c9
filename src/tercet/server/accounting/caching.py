"""Prompt caching by real prefix hashes: breakpoints, minimum sizes, a look back of 20 blocks, two lifetimes.

Knows blocks and their sizes; what a token costs in money is not its business.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from threading import Lock
from typing import Any

import msgspec

from tercet.server.accounting.tokens import (
    TOKENIZERS,
    Weight,
    block_weight,
    last_question,
    tokens_of,
    tool_prompt_tokens,
    tool_weight,
)
from tercet.server.service.context_editing import visible_messages
from tercet.server.service.model_facts import served

LOOK_BACK = 20
"""Positions, the breakpoint included, at which an earlier entry is looked for."""
LIFETIMES = {"5m": 300.0, "1h": 3600.0}
MOST_ENTRIES = 20_000
NEVER_MARKED = frozenset({"thinking", "redacted_thinking"})


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Input tokens of one request by how they are billed."""

    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def total(self) -> int:
        """Everything up to the last breakpoint."""
        return self.read + self.written_5m + self.written_1h


@dataclass(slots=True)
class _Position:
    """The end of one block: the hash of everything up to it, its size, and its mark (`5m`, `1h` or none)."""

    digest: bytes
    tokens: int
    mark: str | None
    section: str
    markable: bool


@dataclass(slots=True)
class _Entry:
    expires: float
    lifetime: float


UNCACHED = CacheUse()


class PromptCache:
    """The prefixes written so far, by key, on a clock of seconds. Safe for several threads; bounded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[tuple[str, bytes], _Entry] = OrderedDict()
        self._lock = Lock()

    def use(self, request: Mapping[str, Any], key: str = "", *, write: bool = True) -> CacheUse:
        """Look the request up, write what its breakpoints ask for, and say what is billed how.

        `key` isolates: equal prompts under different keys do not share. Without `write`, it is a look alone.
        """
        if not has_breakpoints(request):
            return UNCACHED
        model = str(request.get("model", ""))
        positions = list(islice(_positions(request, model), _as_far_as_marked(request)))
        _mark_automatically(request, positions)
        least = served(model).least_cacheable
        marks = [place for place, position in enumerate(positions) if position.mark and position.tokens >= least]
        if not marks:
            return UNCACHED
        with self._lock:
            return self._account(positions, marks, key, write=write)

    def clear(self) -> None:
        """Forget every prefix."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def _account(self, positions: list[_Position], marks: list[int], key: str, *, write: bool) -> CacheUse:
        now = self._clock()
        hit = max(
            (found for mark in marks if (found := self._look_back(positions, mark, key, now)) is not None), default=-1
        )
        read = positions[hit].tokens if hit >= 0 else 0
        later = [mark for mark in marks if mark > hit]
        hours = [positions[mark].tokens for mark in later if positions[mark].mark == "1h"]
        end = positions[later[-1]].tokens if later else read
        middle = max(hours, default=read)
        if write:
            for mark in marks:
                self._write(positions[mark], key, now)
            if hit >= 0:
                self._refresh((key, positions[hit].digest), now)
        return CacheUse(read, end - middle, middle - read)

    def _look_back(self, positions: list[_Position], mark: int, key: str, now: float) -> int | None:
        for place in range(mark, max(-1, mark - LOOK_BACK), -1):
            entry = self._entries.get((key, positions[place].digest))
            if entry is not None and entry.expires > now:
                return place
        return None

    def _write(self, position: _Position, key: str, now: float) -> None:
        name = (key, position.digest)
        entry = self._entries.get(name)
        lifetime = LIFETIMES[position.mark or "5m"]
        if entry is not None and entry.expires > now:
            lifetime = max(lifetime, entry.lifetime)
        self._entries[name] = _Entry(now + lifetime, lifetime)
        self._entries.move_to_end(name)
        while len(self._entries) > MOST_ENTRIES:
            self._entries.popitem(last=False)

    def _refresh(self, name: tuple[str, bytes], now: float) -> None:
        entry = self._entries[name]
        entry.expires = now + entry.lifetime


# --- the prefix of a request -------------------------------------------------------------------------------------------


def has_breakpoints(request: Mapping[str, Any]) -> bool:
    """Return whether anything in the request asks for caching."""
    if request.get("cache_control"):
        return True
    system = request.get("system")
    several = [request.get("tools"), system if type(system) is list else None]
    several += [message["content"] for message in visible_messages(request) if type(message["content"]) is not str]
    return any(map(_mark_of, chain.from_iterable(filter(None, several))))


def _as_far_as_marked(request: Mapping[str, Any]) -> int | None:
    """Return how many blocks there are up to the last breakpoint: what comes after it is not looked at. None: all of
    them."""
    if request.get("cache_control"):
        return None
    return max((number for number, (_, block) in enumerate(_blocks(request), 1) if _mark_of(block)), default=0)


def _blocks(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for tool in request.get("tools") or []:
        yield "tools", tool
    system = request.get("system") or []
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield "system", block
    for message in visible_messages(request):
        content = message["content"]
        if isinstance(content, str):
            yield message["role"], {"type": "text", "text": content}
        else:
            for block in content:
                yield message["role"], block


def _mark_of(block: Mapping[str, Any]) -> str | None:
    control = block.get("cache_control")
    if control:
        return str(control.get("ttl") or "5m")
    inner = block.get("content")
    if block.get("type") in ("tool_result", "document", "search_result") and isinstance(inner, list):
        return next((mark for each in reversed(inner) if isinstance(each, Mapping) and (mark := _mark_of(each))), None)
    return None


def _positions(request: Mapping[str, Any], model: str) -> Iterator[_Position]:
    facts = served(model)
    frame = TOKENIZERS[facts.tokenizer].message_frame
    hasher = hashlib.sha256(model.encode())
    weight, section, previous = Weight(0, tool_prompt_tokens(request)), "", ""
    thinking_from = _first_counted_thinking(request)
    for number, (role, block) in enumerate(_blocks(request)):
        now_in = role if role in ("tools", "system") else "messages"
        if now_in != section:
            hasher.update(_settings(request, now_in))
            section = now_in
        is_tool = role == "tools"
        weight = weight.plus(
            tool_weight(block, model)
            if is_tool
            else block_weight(block, facts, thinking_counts=number >= thinking_from)
        )
        if section == "messages" and role != previous:
            weight = weight.plus(Weight(0, frame))
        previous = role
        hasher.update(role.encode() + _json_unmarked(block))
        markable = block.get("type") not in NEVER_MARKED and block.get("text") != ""
        yield _Position(hasher.digest(), tokens_of(weight, model), _mark_of(block), section, markable)


def _first_counted_thinking(request: Mapping[str, Any]) -> int:
    """Return the block number from which thinking counts as input: after the last question."""
    messages = visible_messages(request)
    before = messages[: last_question(messages) + 1]
    return sum(1 for _ in _blocks({**request, "messages": before}))


def _settings(request: Mapping[str, Any], section: str) -> bytes:
    """Return what else changes the prefix from this section on."""
    if section == "tools":
        return b"tools"
    if section == "system":
        return msgspec.json.encode(["system", request.get("speed"), _cites(request)])
    output = request.get("output_config") or {}
    parts = [request.get("tool_choice"), request.get("thinking"), output, _shows_images(request)]
    return msgspec.json.encode(["messages", *parts])


def _cites(request: Mapping[str, Any]) -> bool:
    return any(
        (block.get("citations") or {}) == {"enabled": True} for _, block in _blocks({"messages": request["messages"]})
    )


def _shows_images(request: Mapping[str, Any]) -> bool:
    return any(block.get("type") == "image" for _, block in _blocks({"messages": request["messages"]}))


def _json_unmarked(block: Mapping[str, Any]) -> bytes:
    """Return the block's JSON without cache marks: taken out one by one only where there can be any."""
    written = msgspec.json.encode(block)
    return msgspec.json.encode(_unmarked(block)) if b'"cache_control"' in written else written


def _unmarked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unmarked(item) for key, item in value.items() if key != "cache_control"}
    return [_unmarked(item) for item in value] if isinstance(value, list) else value


def _mark_automatically(request: Mapping[str, Any], positions: list[_Position]) -> None:
    control = request.get("cache_control")
    if not control:
        return
    for position in reversed(positions):
        if position.markable:
            position.mark = position.mark or str(control.get("ttl") or "5m")
            return
