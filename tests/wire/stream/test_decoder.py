from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.samples_cut import SAMPLES, cut_at, decoded

from tercet.wire.model import AnyModel
from tercet.wire.stream.decoder import EventDecoder
from tercet.wire.stream.events import (
    ErrorEvent,
    ProtocolFault,
    RawContentBlockDeltaEvent,
    RawMessageStopEvent,
    TextDelta,
)

START = b'event: message_start\ndata: {"type":"message_start","message":{"content":[]}}\n\n'
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
PING = b'event: ping\ndata: {"type": "ping"}\n\n'


def described(events: list[Any]) -> list[Any]:
    """Events with their classes, the class of a delta included."""
    return [
        (type(event), event if isinstance(event, ProtocolFault) else dict(event), type(getattr(event, "delta", None)))
        for event in events
    ]


def slowly(*chunks: bytes) -> list[Any]:
    """The same through the slow path alone."""
    decoder = EventDecoder()
    decoder._read_plain = None  # type: ignore[assignment,method-assign] # called, it raises TypeError: the slow path
    events: list[Any] = []
    for chunk in chunks:
        decoder._between = False
        events += decoder.feed(chunk)
    return events + decoder.close()


def test_events_are_typed_and_deltas_too() -> None:
    events = decoded(SAMPLES["text"])

    assert [event.type for event in events] == [
        *("message_start", "content_block_start", "content_block_delta", "content_block_delta"),
        *("content_block_stop", "message_delta", "message_stop"),
    ]
    assert (type(events[2]), type(events[2]["delta"]), events[2].delta.text) == (
        RawContentBlockDeltaEvent,
        TextDelta,
        "Hel",
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_split_anywhere_and_line_ends_of_any_kind_make_no_difference(name: str) -> None:
    expected = described(slowly(SAMPLES[name]))

    assert described(decoded(SAMPLES[name])) == expected
    for place in range(len(SAMPLES[name])):
        assert described(decoded(*cut_at(SAMPLES[name], place))) == expected
    for ending in (b"\r\n", b"\r"):
        stream = SAMPLES[name].replace(b"\n", ending)
        assert described(decoded(*[stream[i : i + 1] for i in range(len(stream))])) == expected


def test_whole_pairs_go_by_the_fast_path() -> None:
    decoder = EventDecoder()
    decoder._sse = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        decoder.feed(b": comment\n\n")

    decoder = EventDecoder()
    decoder._read = None  # type: ignore[assignment,method-assign]

    assert len(decoder.feed(SAMPLES["tool"])) == SAMPLES["tool"].count(b"\n\n") - 1  # the ping


def test_a_delta_that_comes_alone_goes_by_a_path_of_its_own() -> None:
    decoder = EventDecoder()
    delta = {"type": "text_delta", "text": "\u2028a"}
    alone = b"event: content_block_delta\ndata: " + json.dumps({"type": "content_block_delta", "delta": delta}).encode()
    decoder.feed(START)
    decoder._feed = None  # type: ignore[assignment,method-assign]

    for _ in range(2):
        assert described(decoder.feed(alone + b"\n\n")) == [
            (RawContentBlockDeltaEvent, {"type": "content_block_delta", "delta": delta}, TextDelta)
        ]


ODD = [
    *(
        START,
        STOP,
        PING,
        b"data: {}\n\n",
        b": c\n\n",
        b"event: ping\ndata: x\n\n",
        b"id: 1\n",
        b"data:\n\n",
        b"event: x\n\n",
    ),
    b'event: new\ndata: {"type":"new","a":1}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"},{"type":"message_stop"}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop","a":[1\n\n',
    b"event: message_stop\ndata: 2]}\n\n",
    b'event: ping\ndata: {"type":"message_stop"}\n\n',
    b'event: message_stop\ndata: {"a":1}\n\n',
    b'data: {"type":"message_stop"}\n\n',
    b'event: message_stop\ndata: {"type":\ndata: "message_stop"}\n\n',
    b'event: message_stop\nid: 5\ndata: {"type":"message_stop"}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud800"}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"new_delta"}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":[]}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":[]}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":5}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta"}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta"},\r"index":0}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0}\n\n',
    b'event: content_block_delta\ndata: {"type":"message_stop"}\n\n',
    b"event: content_block_delta\ndata: [5]\n\n",
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"a":'
    + b"[" * 600
    + b"]" * 600
    + b"}\n\n",
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":{}}}\n\n',
    b'event: message_start\ndata: {"type":"message_start","message":null}\n\n',
    b'event: message_stop\ndata: {"type":{"a":1}}\n\n',
    b'event: error\ndata: {"type":"error","error":{"type":"api_error"}}\n\n',
    b"event: error\ndata: out of order\n\n",
    *(
        b"data: [DONE]\n\n",
        b"data: null\n\n",
        b"event: message_stop\ndata: {\n\n",
        b'event: message_stop\ndata: "\xff"\n\n',
    ),
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"n":NaN}\n\n',
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(ODD), max_size=6), st.data())
def test_both_paths_give_the_same_on_any_chunking(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=5))

    expected = described(slowly(stream))
    assert described(decoded(stream)) == expected
    assert described(decoded(*pieces)) == expected
    assert described(decoded(*cut_at(stream, *places))) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_stream_gives_a_beginning_of_the_events_and_no_fault(name: str) -> None:
    expected = described(decoded(SAMPLES[name]))

    for cut in range(len(SAMPLES[name])):
        events = described(decoded(SAMPLES[name][:cut]))
        assert events == expected[: len(events)]


@pytest.mark.parametrize(
    "bad",
    [
        *(b"data: {nope}", b"data: [1]", b"data: null", b'data: {"type":"x"\xff}', b"data: [DONE]", b'data: {"a":NaN}'),
        *(
            b'data: {"type":5}',
            b'data: {"type":"message_start"}',
            b'data: {"type":"message_delta","delta":1}',
            b"data: a\0b",
        ),
    ],
)
def test_what_is_no_event_is_a_fault_after_the_events_before_and_nothing_follows(bad: bytes) -> None:
    decoder = EventDecoder()

    events = decoder.feed(START + b"event: message_start\n" + bad + b"\n\n" + STOP)

    assert (events[0]["type"], type(events[1]), len(events)) == ("message_start", ProtocolFault, 2)  # type: ignore[index]
    assert (decoder.feed(STOP), decoder.close()) == ([], [])


@pytest.mark.parametrize("values", [2, 3])
def test_a_line_of_several_values_is_one_fault_however_plain_each_value_is(values: int) -> None:
    line = b",".join([b'{"type":"message_stop"}'] * values)

    assert [type(event) for event in decoded(START + b"event: message_stop\ndata: " + line + b"\n\n")][1:] == [
        ProtocolFault
    ]


def test_lines_that_make_a_value_only_together_are_no_event() -> None:
    halves = b'event: x\ndata: {"type":"x","a":[1\n\nevent: x\ndata: 2]}\n\n'

    assert [type(event) for event in decoded(halves)] == [ProtocolFault]


def test_done_after_the_end_is_passed_over() -> None:
    assert [type(event) for event in decoded(STOP + b"data: [DONE]\n\n")] == [RawMessageStopEvent]


def test_an_error_event_ends_the_stream() -> None:
    error = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'

    events = decoded(START + error + STOP)

    assert [type(event) for event in events[1:]] == [ErrorEvent]
    assert events[1].error == {"type": "overloaded_error", "message": "Overloaded"}


def test_an_error_event_that_is_not_json_keeps_its_text() -> None:
    assert decoded(b"event: error\ndata: upstream broke\n\n") == [
        {"type": "error", "error": {"message": "upstream broke"}}
    ]
    assert decoded(b'event: error\ndata: {"message":"no"}\n\n') == [{"type": "error", "error": {"message": "no"}}]


def test_the_type_in_the_data_wins_over_the_name() -> None:
    assert decoded(b'event: ping\ndata: {"type":"message_stop"}\n\n') == [{"type": "message_stop"}]
    assert decoded(b'data: {"type":"message_stop"}\n\n') == [{"type": "message_stop"}]
    assert decoded(b"event: message_stop\ndata: {}\n\n") == [{"type": "message_stop"}]
    assert decoded(b'data: {"no":"type"}\n\n') == []


def test_unknown_events_and_deltas_have_attributes() -> None:
    (event,) = decoded(b'event: new\ndata: {"type":"new","a":{"b":1}}\n\n')

    assert (type(event), event.a.b) == (AnyModel, 1)


def test_a_lone_surrogate_passes() -> None:
    delta = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\\ud800"}}\n\n'

    assert decoded(delta)[0].delta.text == "a\ud800"


@pytest.mark.parametrize("depth", [513, 2000, 200_000])
def test_deep_nesting_is_a_fault(depth: int) -> None:
    line = b'{"type":"new","a":' + b"[" * depth + b"]" * depth + b"}"

    assert [type(event) for event in decoded(b"event: new\ndata: " + line + b"\n\n")] == [ProtocolFault]
    assert [
        type(event)
        for event in decoded(b"event: message_stop\ndata: " + line.replace(b"new", b"message_stop") + b"\n\n")
    ] == [ProtocolFault]


def test_a_line_without_end_is_a_fault() -> None:
    decoder = EventDecoder()
    events = [event for _ in range(18) for event in decoder.feed(b"x" * 1_048_576)]

    assert [type(event) for event in events] == [ProtocolFault]
