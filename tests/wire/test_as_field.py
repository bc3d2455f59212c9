"""Users' pydantic models may have our classes as fields."""

from __future__ import annotations

import json

import pytest

from tercet.wire.messages import Message, TextBlock, ThinkingBlock

pydantic = pytest.importorskip("pydantic")

CAME = {"id": "msg_1", "content": [{"type": "text", "text": "hi", "novel": 1}], "usage": {"input_tokens": 3}}


class Stored(pydantic.BaseModel):  # type: ignore[misc,name-defined]
    """A user's own record."""

    answer: Message
    block: TextBlock | ThinkingBlock | None = None


def test_a_message_is_taken_as_it_is() -> None:
    message = Message(CAME)

    assert Stored(answer=message).answer is message


def test_json_becomes_a_message_and_json_again() -> None:
    stored = Stored.model_validate_json(json.dumps({"answer": CAME}))

    assert type(stored.answer) is Message
    assert stored.answer.text == "hi"
    assert json.loads(stored.model_dump_json()) == {"answer": CAME, "block": None}
    assert stored.model_dump() == {"answer": CAME, "block": None}


def test_a_union_of_blocks_is_told_apart_by_type() -> None:
    stored = Stored.model_validate({"answer": CAME, "block": {"type": "thinking", "thinking": "", "signature": "s"}})

    assert type(stored.block) is ThinkingBlock


@pytest.mark.parametrize("odd", ["text", 3, None, ["list"]])
def test_what_is_no_object_is_a_validation_error(odd: object) -> None:
    with pytest.raises(pydantic.ValidationError, match="made from a mapping"):
        Stored.model_validate({"answer": odd})


def test_a_schema_can_be_made_of_such_a_model() -> None:
    schema = Stored.model_json_schema()

    assert schema["properties"]["answer"]["type"] == "object"
