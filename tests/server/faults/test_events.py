"""Edits of events: the one that is named is edited, all others pass, however the bytes come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.server.endpoints.bedrock import chunk
from tercet.server.faults.events import PING, Events, name_of, split
from tercet.server.faults.spec import parse_faults
from tercet.server.faults.steps import Action, End, Pause, run

NAMES = [
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_stop",
]
EVENTS = [f'event: {name}\ndata: {{"n":{number}}}\n\n'.encode() for number, name in enumerate(NAMES)]
BODY = b"".join(EVENTS)


def edited(words: str, body: bytes = BODY, at: int = 0) -> list[Action]:
    step = Events(parse_faults(words)[0])
    actions = run([step], body[:at], last=False)
    if actions and isinstance(actions[-1], End):
        return actions
    return actions + run([step], body[at:], last=True)


def order(words: str) -> list[int]:
    passed = b"".join(action for action in edited(words) if isinstance(action, bytes))
    return [EVENTS.index(event) for event in split(passed)[0] if event in EVENTS]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("drop@1", [0, 2, 3, 4, 5, 6]),
        ("drop@content_block_delta", [0, 1, 2, 4, 5, 6]),
        ("duplicate@0", [0, 0, 1, 2, 3, 4, 5, 6]),
        ("swap@2", [0, 1, 3, 2, 4, 5, 6]),
        ("swap@6", [0, 1, 2, 3, 4, 5, 6]),
        ("end@message_stop", [0, 1, 2, 3, 4, 5]),
        ("rst@event:3", [0, 1, 2]),
        ("drop@99", [0, 1, 2, 3, 4, 5, 6]),
        ("error@content_block_stop", [0, 1, 2, 3, 4]),
    ],
)
def test_the_event_that_is_named_is_edited(words: str, left: list[int]) -> None:
    assert order(words) == left


@given(st.integers(0, len(BODY)), st.sampled_from(["drop@1", "swap@2", "duplicate@0", "error@3", "insert@2:comment"]))
def test_it_does_not_matter_where_the_pieces_end(at: int, words: str) -> None:
    whole, parted = edited(words), edited(words, at=at)
    assert b"".join(part for part in whole if isinstance(part, bytes)) == b"".join(
        part for part in parted if isinstance(part, bytes)
    )


def test_an_error_is_told_in_the_stream_which_ends_then() -> None:
    actions = edited("error@1:rate_limit_error,error_code=abc,message=Slow down")
    assert actions[1] == (
        b'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Slow down",'
        b'"details":{"error_code":"abc"}},"request_id":null}\n\n'
    )
    assert actions[2] == End("end")


def test_silence_is_pings_and_nothing_else() -> None:
    assert edited("silence@1:2s")[1:5] == [PING, Pause(1.0), PING, Pause(1.0)]


def test_a_pace_pauses_after_every_event() -> None:
    assert edited("pace:20")[:3] == [EVENTS[0], Pause(0.05), EVENTS[1]]


def test_frames_of_amazon_are_told_apart_by_their_length() -> None:
    frames = [chunk(b'{"a":1}'), chunk(b'{"b":22}')]
    assert split(b"".join(frames) + frames[0][:5]) == (frames, frames[0][:5])
    assert name_of(frames[0]) == ""
    assert edited("drop@0", b"".join(frames)) == [frames[1]]
