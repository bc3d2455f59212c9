"""`accumulate_event`: the message that `messages.stream()` would make, event by event, as tracing libraries make it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.samples_cut import SAMPLES, assembled, decoded

from tercet._models import construct_type
from tercet.lib.streaming._messages import accumulate_event
from tercet.types import Message, RawMessageStreamEvent
from tercet.wire.model import Model

START = {"type": "message_start", "message": {"type": "message", "content": [], "usage": {"output_tokens": 1}}}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("plain", [False, True])
def test_the_message_is_the_one_that_a_stream_makes(sample: str, plain: bool) -> None:
    events = [event for event in decoded(SAMPLES[sample]) if isinstance(event, Model)]
    message: Any = None
    bufs: dict[int, bytes] = {}
    for event in events:
        taken = event.to_dict() if plain else event
        message = accumulate_event(event=taken, current_snapshot=message, json_bufs=bufs)

    assert message == assembled(events)[0].message
    assert isinstance(message, Message)


def test_it_is_the_same_object_and_grows() -> None:
    first = accumulate_event(event=START, current_snapshot=None)
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}
    accumulate_event(event=start, current_snapshot=first)
    second = accumulate_event(event=construct_type(value=delta, type_=RawMessageStreamEvent), current_snapshot=first)

    assert second is first
    assert first.content[0].text == "a"
    assert START["message"] == {"type": "message", "content": [], "usage": {"output_tokens": 1}}


def test_what_does_not_fit_is_said() -> None:
    stray = {"type": "content_block_stop", "index": 3}
    message = accumulate_event(event=START, current_snapshot=None)

    with pytest.raises(ValueError, match="a stream begins with message_start, not with 'content_block_stop'"):
        accumulate_event(event=stray, current_snapshot=None)
    with pytest.raises(ValueError, match="block 3 stops before it started"):
        accumulate_event(event=stray, current_snapshot=message)
    with pytest.raises(TypeError, match="what accumulate_event returned before, or None to begin"):
        accumulate_event(event=stray, current_snapshot=construct_type(value={}, type_=Message))
