"""Histories in the forms of other APIs."""

from __future__ import annotations

from tests.toolkit.conversation.validity.judged import kinds, refused

import tercet


def test_an_openai_history_is_told_and_read() -> None:
    function = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Oslo?"},
                {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": function},
                {"id": "call_2", "type": "function", "function": function},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "3 °C"},
        {"role": "tool", "tool_call_id": "call_2", "content": "4 °C"},
        {"role": "assistant", "content": "3 or 4 °C.", "refusal": None},
    ]
    assert {"foreign", "system"} <= set(kinds(messages))
    made = tercet.repair_messages(messages)
    assert [message["role"] for message in made] == ["user", "user", "assistant", "user", "assistant"]
    assert made[2]["content"][0] == {
        "type": "tool_use",
        "id": "call_1",
        "name": "get_weather",
        "input": {"city": "Oslo"},
    }
    assert [block["tool_use_id"] for block in made[3]["content"]] == ["call_1", "call_2"]
    assert refused(made) is None


def test_histories_of_others_are_read() -> None:
    gemini = [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Hello"}]}]
    assert [message["role"] for message in tercet.repair_messages(gemini)] == ["user", "assistant"]
    langchain = [
        {"type": "human", "content": "Hi"},
        {"type": "ai", "content": "", "tool_calls": [{"name": "f", "args": {"x": 1}, "id": "c1"}]},
        {"type": "tool", "content": "2", "tool_call_id": "c1"},
    ]
    made = tercet.repair_messages(langchain)
    assert made[1]["content"][0]["input"] == {"x": 1}
    assert made[2]["content"][0]["tool_use_id"] == "c1"
    responses = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "2"},
    ]
    assert refused(tercet.repair_messages(responses)) is None


def test_pictures_in_data_urls_are_read_and_parts_without_a_counterpart_are_told() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    lost = {"type": "image_url", "image_url": {}}
    (message,) = tercet.repair_messages(
        [{"role": "user", "content": [picture, lost, {"type": "input_text", "text": "Hi"}]}]
    )
    assert [block["type"] for block in message["content"]] == ["text", "text", "text"]
    assert "no JPEG" in message["content"][0]["text"]


def test_a_result_by_name_alone_belongs_to_the_last_call_of_that_name() -> None:
    called = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "not json"}}
    made = tercet.repair_messages(["Hi", called, {"role": "function", "name": "f", "content": "2"}])
    assert made[1]["content"][0]["input"] == {"input": "not json"}
    assert made[2]["content"][0]["tool_use_id"] == made[1]["content"][0]["id"]
    assert refused(made) is None
