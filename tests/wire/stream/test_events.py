"""Events are typed by what they say of themselves; snapshots are made when read."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from tests.wire.samples_cut import SAMPLES, assembled, decoded

from tercet.wire.model import AnyModel
from tercet.wire.stream.events import InputJsonEvent, RawContentBlockDeltaEvent, TextDelta, TextEvent, event_model


def test_a_dict_becomes_the_event_that_its_type_names() -> None:
    event = event_model({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}})

    assert (type(event), type(event["delta"])) == (RawContentBlockDeltaEvent, TextDelta)
    assert type(event_model({"type": "later"})) is type(event_model({})) is AnyModel


def helped(name: str) -> list[Any]:
    assembler, made = assembled([])[0], []
    for event in decoded(SAMPLES[name]):
        assert assembler.add(event) is None
        made.extend(assembler.helper_events(event))
    return made


def texts() -> list[Any]:
    return [event for event in helped("text") if event.type == "text"]


def test_a_snapshot_is_made_when_it_is_read_and_is_that_of_its_own_event() -> None:
    first, second = texts()

    assert not any(dict.__contains__(event, "snapshot") for event in (first, second))
    assert (second.snapshot, first.snapshot, second["snapshot"]) == ("Hello, wörld 🌍", "Hel", "Hello, wörld 🌍")


@pytest.mark.parametrize(
    "read",
    [
        dict,
        lambda event: {**event},
        lambda event: dict(event.items()),
        lambda event: dict(zip(event.keys(), event.values())),
        lambda event: {key: event.get(key) for key in event},
        lambda event: event.to_dict(),
        lambda event: event.model_dump(),
        lambda event: json.loads(event.to_json()),
        lambda event: json.loads(event.model_dump_json()),
        lambda event: json.loads(json.dumps(event)),
        lambda event: pickle.loads(pickle.dumps(event)),
        copy.copy,
        copy.deepcopy,
        lambda event: event.model_copy(),
    ],
)
def test_whoever_reads_the_event_as_a_whole_reads_its_snapshot(read: Any) -> None:
    expected = {"type": "text", "text": "Hel", "snapshot": "Hel"}

    assert read(texts()[0]) == expected


def test_length_membership_equality_and_repr_know_the_snapshot() -> None:
    assert len(texts()[0]) == 3
    assert "snapshot" in texts()[0]
    assert texts()[0] == texts()[0]
    assert texts()[0] != texts()[1]
    assert repr(texts()[0]) == "TextEvent(type='text', text='Hel', snapshot='Hel')"


def test_an_event_made_by_hand_needs_no_stream() -> None:
    assert TextEvent.construct(type="text", text="a", snapshot="ab").snapshot == "ab"
    assert TextEvent({"type": "text"}).snapshot is None


def test_the_text_so_far_reads_as_unfinished_json() -> None:
    event = TextEvent({"type": "text", "text": "", "snapshot": '{"a": "b'})

    assert event.parsed_snapshot() == {"a": "b"}


def test_the_readable_input_grows() -> None:
    made = [event for event in helped("tool") if isinstance(event, InputJsonEvent)]

    assert [event.snapshot for event in reversed(made)] == [
        {},
        {"city": "Oslo", "days": [1, 2]},
        {"city": "Oslo", "days": [1, 2]},
        {},
        {},
    ]
