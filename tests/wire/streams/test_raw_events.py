from __future__ import annotations

from tercet.wire.objects import AnyModel
from tercet.wire.streams.raw_events import RawContentBlockDeltaEvent, TextDelta, event_model


def test_a_dict_becomes_the_event_that_its_type_names() -> None:
    event = event_model({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}})

    assert (type(event), type(event["delta"])) == (RawContentBlockDeltaEvent, TextDelta)
    assert type(event_model({"type": "later"})) is type(event_model({})) is AnyModel
