"""Token counts: the documented examples, splitting that agrees with counting, linear time."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.server.accounting.tokens import count_request, count_text, first_tokens, split_text

MODELS = ["claude-opus-5", "claude-sonnet-4-5"]
SCIENTIST = {"system": "You are a scientist", "messages": [{"role": "user", "content": "Hello, Claude"}]}
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "input_schema": {
        "type": "object",
        "properties": {"location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}},
        "required": ["location"],
    },
}


@pytest.mark.parametrize("model", MODELS)
def test_the_documented_example_counts_fourteen(model: str) -> None:
    assert count_request({"model": model, **SCIENTIST}) == 14


def test_the_documented_weather_tool_is_counted_within_five_percent_of_403() -> None:
    question = [{"role": "user", "content": "What's the weather like in San Francisco?"}]
    assert count_request({"model": "claude-opus-5", "tools": [WEATHER], "messages": question}) == pytest.approx(
        403, rel=0.05
    )


def test_forcing_a_tool_costs_the_published_difference() -> None:
    request = {"model": "claude-opus-5", "tools": [WEATHER], "messages": [{"role": "user", "content": "hi"}]}
    assert count_request({**request, "tool_choice": {"type": "any"}}) - count_request(request) == 406 - 286


def test_the_new_tokenizer_makes_thirty_percent_more_of_the_same_text() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 100
    assert count_text(text, "claude-opus-5") / count_text(text, "claude-opus-4-5") == pytest.approx(1.3, abs=0.01)


@given(text=st.text(max_size=300), model=st.sampled_from(MODELS))
@settings(max_examples=200)
def test_the_pieces_of_a_text_join_back_and_are_as_many_as_counted(text: str, model: str) -> None:
    pieces = split_text(text, model)
    assert "".join(pieces) == text
    assert len(pieces) == count_text(text, model)


@given(text=st.text(max_size=200), count=st.integers(0, 80), model=st.sampled_from(MODELS))
@settings(max_examples=200)
def test_the_first_tokens_are_a_beginning_within_the_count(text: str, count: int, model: str) -> None:
    beginning = first_tokens(text, count, model)
    assert text.startswith(beginning)
    assert count_text(beginning, model) <= count
    if count >= count_text(text, model):
        assert beginning == text


def test_a_string_and_its_text_block_cost_the_same() -> None:
    blocks = [{"role": "user", "content": [{"type": "text", "text": "Hello, Claude"}]}]
    assert count_request({"model": "claude-opus-5", **SCIENTIST, "messages": blocks}) == 14


def test_thinking_of_earlier_turns_is_not_counted_but_within_a_tool_loop_it_is() -> None:
    thought = {"type": "thinking", "thinking": "x" * 700, "signature": "s"}
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}]}

    def counted(assistant: list[dict], last: dict) -> int:
        messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": assistant}, last]
        return count_request({"model": "claude-sonnet-4-5", "messages": messages})

    next_question = {"role": "user", "content": "next"}
    assert counted([thought, call], next_question) == counted([call], next_question)
    assert counted([thought, call], result) == counted([call], result) + 200


def test_what_was_compacted_away_is_not_counted() -> None:
    summary = {"role": "assistant", "content": [{"type": "compaction", "content": "short"}]}
    ask = {"role": "user", "content": "go on"}
    long = [{"role": "user", "content": "word " * 5000}, summary, ask]
    short = [{"role": "user", "content": "word"}, summary, ask]
    model = "claude-opus-4-6"
    assert count_request({"model": model, "messages": long}) == count_request({"model": model, "messages": short})


def test_an_image_counts_by_its_real_size() -> None:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (1000).to_bytes(4, "big") * 2 + bytes(5)
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(header).decode()}
    image = [{"role": "user", "content": [{"type": "image", "source": source}]}]
    nothing = [{"role": "user", "content": []}]
    model = "claude-opus-5"
    difference = count_request({"model": model, "messages": image}) - count_request(
        {"model": model, "messages": nothing}
    )
    assert difference == 1296


def test_a_thousand_messages_are_counted_in_linear_time() -> None:
    def cost(count: int) -> float:
        messages = [{"role": "user", "content": "word " * 40} for _ in range(count)]
        best = 1.0
        for _ in range(5):
            start = time.process_time()
            count_request({"model": "claude-opus-5", "messages": messages})
            best = min(best, time.process_time() - start)
        return best

    assert cost(8000) < 40 * max(cost(1000), 1e-5)
