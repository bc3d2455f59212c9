"""Points in time are text in the JSON, and datetimes where pydantic's Python mode has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tercet.types import Message
from tercet.types.messages import MessageBatch

BATCH = MessageBatch({"id": "b", "created_at": "2026-01-02T03:04:05Z"})
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_model_dump_has_datetimes_and_json_text_has_text() -> None:
    assert BATCH.model_dump()["created_at"] == WHEN
    assert BATCH.model_dump(mode="json")["created_at"] == "2026-01-02T03:04:05Z"
    assert '"created_at":"2026-01-02T03:04:05Z"' in BATCH.model_dump_json()


def test_to_dict_is_the_json_unless_python_is_asked_for() -> None:
    assert BATCH.to_dict() == {"id": "b", "created_at": "2026-01-02T03:04:05Z"}
    assert BATCH.to_dict(mode="python") == {"id": "b", "created_at": WHEN}


def test_what_a_dump_changes_does_not_reach_the_model() -> None:
    BATCH.model_dump()["id"] = "changed"
    BATCH.to_dict()["id"] = "changed"

    assert BATCH.id == "b"


def test_absent_optional_moments_are_none_when_filled_and_left_out_when_none_is_not_wanted() -> None:
    assert BATCH.model_dump()["ended_at"] is None
    assert "ended_at" not in BATCH.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ({"include": {"id"}}, {"id": "m"}),
        ({"include": {"usage": {"input_tokens"}}}, {"usage": {"input_tokens": 1}}),
        ({"include": {"content": {0: {"text"}}}}, {"content": [{"text": "a"}]}),
        ({"include": {"content": {"__all__": {"type": True}}}}, {"content": [{"type": "text"}, {"type": "text"}]}),
        ({"exclude": {"usage", "content"}}, {"id": "m"}),
        ({"exclude": {"usage": ..., "content": {1: True}}}, {"id": "m", "content": [{"type": "text", "text": "a"}]}),
        ({"include": {"usage"}, "exclude": {"usage": {"input_tokens"}}}, {"usage": {"output_tokens": 2}}),
    ],
)
def test_parts_are_chosen_at_any_depth(choice: Any, left: Any) -> None:
    message = Message(
        {
            "id": "m",
            "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            "usage": {"input_tokens": 1, "output_tokens": 2},
        }
    )

    assert message.model_dump(exclude_unset=True, **choice) == left
