"""What an answer used, read from its bytes, however they come."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tercet.flow.body import AsyncMeteredBody, MeteredBody
from tercet.flow.usage import (
    COUNTED,
    KEPT,
    Meter,
    ReportedUsage,
    is_sane,
    tokens_of,
    usage_in_stream,
    usage_of,
)
from tercet.transport.base import Lost

START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":12,'
    b'"cache_read_input_tokens":3,"output_tokens":1}}}\n\n'
)
TEXT = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"text":"abcdefghij"}}\n\n'
END = (
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
    b'"usage":{"input_tokens":null,"output_tokens":6}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'
)
WHOLE = ReportedUsage(
    {"input_tokens": 12, "cache_read_input_tokens": 3, "output_tokens": 6}, final=True, stop_reason="end_turn"
)
STARTED = ReportedUsage(
    {"input_tokens": 12, "cache_read_input_tokens": 3, "output_tokens": 1}, final=False, characters=10
)


class Body:
    def __init__(self, *chunks: Any) -> None:
        self._chunks = list(chunks)
        self.closed = False

    def read(self) -> Any:
        return self._chunks.pop(0) if self._chunks else None

    def close(self) -> None:
        self.closed = True


class AsyncBody(Body):
    async def read(self) -> Any:  # type: ignore[override]
        return super().read()

    async def close(self) -> None:  # type: ignore[override]
        self.closed = True


def metered(*chunks: Any, whole: bool = False) -> tuple[MeteredBody, list[ReportedUsage | None], list[Any]]:
    told: list[ReportedUsage | None] = []
    later: list[Any] = []
    return MeteredBody(Body(*chunks), Meter(told.append, later.append, whole=whole)), told, later


def test_a_whole_answer_tells_its_usage() -> None:
    assert usage_of(b'{"usage":{"input_tokens":1,"x":{}},"content":[]}') == ReportedUsage(
        {"input_tokens": 1, "x": {}}, final=True
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"usage":null}', b'{"usage":5}', b"{}", b"[" * 100_000])
def test_an_answer_without_usage_tells_none(content: bytes) -> None:
    assert usage_of(content) is None


def test_a_stream_s_usage_is_its_start_s_with_its_end_s_over_it() -> None:
    assert usage_in_stream(START + TEXT + END, b"") == WHOLE
    assert usage_in_stream(START + TEXT, b"") == STARTED
    assert usage_in_stream(TEXT, b"") is None
    assert usage_in_stream(
        b'data: {"usage"\ndata: {"type":"message_delta","usage":{"output_tokens":2}}', b""
    ) == ReportedUsage({"output_tokens": 2}, final=True)


def in_stream(start: dict[str, Any], *deltas: dict[str, Any]) -> ReportedUsage | None:
    events = [{"type": "message_start", "message": {"usage": start}}]
    events += [{"type": "message_delta", "delta": {}, "usage": usage} for usage in deltas]
    return usage_in_stream(b"".join(b"data: %s\n\n" % msgspec.json.encode(event) for event in events), b"")


@pytest.mark.parametrize("later", [{"input_tokens": 0}, {"input_tokens": 3}, {"cache_read_input_tokens": 0}])
def test_no_later_event_takes_back_a_count(later: dict[str, Any]) -> None:
    counts = {"input_tokens": 12, "cache_read_input_tokens": 7}
    used = in_stream({**counts, "output_tokens": 1}, {"output_tokens": 9}, {**later, "output_tokens": 6})

    assert used == ReportedUsage({**counts, "output_tokens": 9}, final=True)


@given(*[st.fixed_dictionaries({}, optional={name: st.integers(0, 99) for name in COUNTED})] * 3)
@settings(deadline=None)
def test_a_stream_counts_the_most_that_it_ever_told(start: Any, one: Any, two: Any) -> None:
    used = in_stream(start, one, two)
    told = {name: [each[name] for each in (start, one, two) if name in each] for name in COUNTED}

    assert (used.usage if used else {}) == {name: max(counts) for name, counts in told.items() if counts}


@pytest.mark.parametrize("end", [{}, {"input_tokens": 12}, {"output_tokens": None}])
def test_an_end_that_does_not_tell_the_output_leaves_it_open(end: dict[str, Any]) -> None:
    used = in_stream({"input_tokens": 12, "output_tokens": 1}, end)

    assert used is not None
    assert not used.final


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 10**6])
@pytest.mark.parametrize("deltas", [1, 150, 400])
def test_the_usage_is_found_in_long_and_short_streams_however_they_are_cut(size: int, deltas: int) -> None:
    stream = START + TEXT * deltas + END
    body, told, _ = metered(*(stream[at : at + size] for at in range(0, len(stream), size)))

    read = b""
    while chunk := body.read():
        assert isinstance(chunk, bytes)
        read += chunk

    assert (read, told) == (stream, [WHOLE])
    assert len(TEXT) * 150 < KEPT < len(TEXT) * 400


def test_it_is_told_once_at_the_end_or_when_closed() -> None:
    body, told, later = metered(START, END)
    body.read(), body.read()
    assert told == []

    body.close()
    body.close()
    del body
    assert (told, later) == ([WHOLE], [])


def test_a_break_tells_what_was_seen_until_then() -> None:
    body, told, _ = metered(START, TEXT, Lost("read", "cut", "it broke"))
    while isinstance(body.read(), bytes):
        pass

    assert told == [STARTED]


def test_a_stream_that_nobody_closed_is_settled_later_and_not_while_it_is_collected() -> None:
    body, told, later = metered(START)
    body.read()
    del body

    assert told == []
    for work in later:
        work()
    assert told == [replace(STARTED, characters=0)]


def test_a_json_body_where_a_stream_was_due_is_read_whole() -> None:
    content = b'{"content":"' + b"x" * (2 * KEPT) + b'","usage":{"output_tokens":4}}'
    body, told, _ = metered(content[:100], content[100:KEPT], content[KEPT:], whole=True)
    while body.read():
        pass

    assert told == [ReportedUsage({"output_tokens": 4}, final=True)]


@pytest.mark.anyio
@pytest.mark.parametrize("blocking", [False, True])
async def test_the_async_stream_tells_the_same(blocking: bool) -> None:
    told: list[ReportedUsage | None] = []
    body = AsyncBody(START, TEXT, END)
    stream = AsyncMeteredBody(body, Meter(told.append, lambda work: None), blocking)
    while await stream.read():
        pass
    await stream.close()

    assert (told, body.closed) == ([WHOLE], True)


def test_a_metered_stream_can_be_told_how_long_its_next_read_may_take_where_the_stream_can() -> None:
    class Bounded(Body):
        def bound(self, seconds: float) -> None:
            self.told = seconds

    body = Bounded(START)
    stream = MeteredBody(body, Meter(lambda used: None, lambda work: None))
    assert stream.bound is not None
    stream.bound(5.0)

    assert body.told == 5.0
    assert MeteredBody(Body(), Meter(lambda used: None, lambda work: None)).bound is None
    assert AsyncMeteredBody(AsyncBody(), Meter(lambda used: None, lambda work: None), False).bound is None


# --- what makes sense --------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"input_tokens": 12, "output_tokens": 6}
SPLIT = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 1}
STEP = {"type": "compaction", "input_tokens": 500, "output_tokens": 50}


def sane(usage: dict[str, Any], *, final: bool = True, searches: bool = True) -> bool:
    return is_sane(ReportedUsage(usage, final), 100, 1_000, searches=searches)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cache_creation_input_tokens": None, "cache_read_input_tokens": None, "cache_creation": None},
        {"cache_creation_input_tokens": 5, "cache_creation": SPLIT, "cache_read_input_tokens": 7},
        {"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": None}, "service_tier": "standard"},
        {"iterations": [STEP, {**GOOD, "type": "message", "model": "claude-opus-5"}]},
        {"iterations": []},
        {"iterations": None, "output_tokens_details": {"thinking_tokens": 3}, "brand_new": [1]},
        {"output_tokens": 0},
        {"output_tokens": 100},
    ],
)
def test_what_the_api_reports_makes_sense(more: dict[str, Any]) -> None:
    assert sane({**GOOD, **more})


NO_COUNTS = [-1, 1.0, True, "12", [], {}, 2**62, float("nan")]


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"input_tokens": 12},
        {"output_tokens": 6},
        {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18},
        *({**GOOD, name: value} for name in COUNTED for value in NO_COUNTS),
        {**GOOD, "input_tokens": None},
        {**GOOD, "output_tokens": None},
        {**GOOD, "output_tokens": 101},
        {**GOOD, "input_tokens": 995},
        {**GOOD, "cache_read_input_tokens": 990},
        {**GOOD, "cache_creation": SPLIT},
        {**GOOD, "cache_creation": "much"},
        {**GOOD, "cache_creation_input_tokens": 9, "cache_creation": {"ephemeral_5m_input_tokens": -1}},
        {"input_tokens": 0, "output_tokens": 6},
        {"input_tokens": 0, "output_tokens": 0},
        {**GOOD, "speed": 5},
        {**GOOD, "inference_geo": ["us"]},
        {**GOOD, "service_tier": ["batch"]},
        {**GOOD, "server_tool_use": 5},
        {**GOOD, "server_tool_use": {"web_search_requests": 2**62}},
        {**GOOD, "server_tool_use": {"web_search_requests": True}},
        {**GOOD, "iterations": "many"},
        {**GOOD, "iterations": [GOOD, None]},
        {**GOOD, "iterations": [{"type": "message"}]},
        {**GOOD, "iterations": [{**GOOD, "output_tokens": 5}]},
        {**GOOD, "iterations": [GOOD] * 2_000},
        {**GOOD, "iterations": [{**GOOD, "output_tokens": 2**62}]},
    ],
)
def test_what_no_answer_can_have_used_makes_none(usage: dict[str, Any]) -> None:
    assert not sane(usage)


def test_searches_make_sense_where_one_could_search() -> None:
    usage = {**GOOD, "server_tool_use": {"web_search_requests": 1}}

    assert (sane(usage), sane(usage, searches=False)) == (True, False)


def test_an_answer_that_broke_off_need_not_tell_its_output() -> None:
    assert sane({"input_tokens": 12}, final=False)
    assert not sane({"output_tokens": 1}, final=False)


def test_all_steps_are_counted_in_tokens() -> None:
    assert tokens_of({**GOOD, "iterations": [STEP, GOOD]}) == 568
    assert tokens_of({**GOOD, "cache_read_input_tokens": 5}) == 23


def test_an_answer_tells_who_gave_it() -> None:
    start = b'data: {"type":"message_start","message":{"model":"claude-opus-5","usage":{"input_tokens":1}}}\n\n'

    assert usage_of(b'{"model":"claude-opus-5","usage":{}}') == ReportedUsage({}, final=True, model="claude-opus-5")
    assert usage_in_stream(start + END, b"") == ReportedUsage(
        {"input_tokens": 1, "output_tokens": 6}, True, "claude-opus-5", stop_reason="end_turn"
    )
