"""What the simulated model answers: it reads what it is sent, and stops where it is told."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tercet.server.accounting.tokens import count_answer_block, count_request
from tercet.server.service.responder import Answer
from tercet.server.simulated import Page, SimulatedModel, verify

MODEL = "claude-sonnet-4-5"
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather for a location",
    "input_schema": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "City and state, e.g., San Francisco, CA"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["location"],
    },
}
CALCULATOR = {
    "name": "calculator",
    "description": "Perform mathematical calculations",
    "input_schema": {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
}
TOOLS = [WEATHER, CALCULATOR]


def answer(*turns: Any, model: str = MODEL, headers: dict[str, str] | None = None, **fields: Any) -> Answer:
    """Ask the turns one after the other, each with the answers before it; the last answer."""
    messages: list[dict[str, Any]] = []
    found = None
    for turn in turns:
        if found is not None:
            messages.append({"role": "assistant", "content": found.content})
        messages.append({"role": "user", "content": turn})
        request = {"model": model, "max_tokens": 1024, **fields, "messages": messages}
        found = SimulatedModel().answer(request, headers or {})
    assert found is not None
    return found


def text(found: Answer) -> str:
    return "".join(block["text"] for block in found.content if block["type"] == "text")


def calls(found: Answer) -> list[tuple[str, dict[str, Any]]]:
    return [(block["name"], block["input"]) for block in found.content if block["type"] == "tool_use"]


def test_equal_requests_get_equal_answers() -> None:
    assert answer("What's the weather in SF?", tools=TOOLS) == answer("What's the weather in SF?", tools=TOOLS)


def test_ids_of_calls_do_not_repeat_for_equal_requests() -> None:
    model = SimulatedModel()
    request = {
        "model": MODEL,
        "max_tokens": 99,
        "tools": TOOLS,
        "messages": [{"role": "user", "content": "weather in Oslo"}],
    }
    found = [model.answer(request, {}).content[0] for _ in range(20)]
    assert len({call["id"] for call in found}) == 20
    assert len({json.dumps(call["input"]) for call in found}) == 1


def test_answers_do_not_depend_on_the_process() -> None:
    script = (
        "from tercet.server.simulated import SimulatedModel; import json;"
        "request = {'model': 'claude-opus-5', 'max_tokens': 99, 'messages': [{'role': 'user', 'content': 'weather in Rome and 3*4'}],"
        f"'tools': {TOOLS!r}}};"
        "print(json.dumps(SimulatedModel().answer(request, {}).content))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert "Rome" in said.pop()


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["My name is Alice.", "What's my name?"], "Alice"),
        (["Hi, I'm Bob", "Tell me a joke", "Do you remember my name?"], "Bob"),
        (["What's 2+2?", "And 3+3?"], "= 6"),
    ],
)
def test_it_remembers_the_conversation(turns: list[str], expected: str) -> None:
    assert expected in text(answer(*turns))


def test_it_does_not_make_up_a_name() -> None:
    assert "haven't told me" in text(answer("What's my name?"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What's 125 * 48?", "6000"),
        ("What is the capital of France?", "Paris"),
        ("Count to 10", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        ("Count from 5 to 3", "5, 4, 3"),
        ("Say hello world", "hello world"),
        ("Thanks a lot!", "You're welcome!"),
        ("What can you do?", "do sums"),
        ("My name is Alice. What is 125 * 48?", "125 * 48 = 6000"),
    ],
)
def test_it_answers_what_it_can(question: str, expected: str) -> None:
    found = answer(question)
    assert expected in text(found)
    assert found.stop_reason == "end_turn"


@pytest.mark.parametrize(
    "question", ["Hello", "Explain quantum physics", "Write a story", "Please do my taxes", "Who are you?", ""]
)
def test_what_could_be_taken_for_claude_says_that_it_is_simulated(question: str) -> None:
    assert "simulated" in text(answer(question))


def test_the_system_prompts_persona_shows() -> None:
    assert "pirate" in text(answer("Hello", system="You are a pirate."))


# --- tools ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What's the weather in SF?", [("get_weather", {"location": "SF"})]),
        ("What's 125 * 48?", [("calculator", {"expression": "125 * 48"})]),
        (
            "weather in Paris and Tokyo",
            [("get_weather", {"location": "Paris"}), ("get_weather", {"location": "Tokyo"})],
        ),
        ("Weather in Oslo in celsius?", [("get_weather", {"location": "Oslo", "unit": "celsius"})]),
        ("Hello", []),
        ("Write a story", []),
    ],
)
def test_tools_are_called_by_the_users_words(question: str, expected: list[Any]) -> None:
    found = answer(question, tools=TOOLS)
    assert calls(found) == expected
    assert found.stop_reason == ("tool_use" if expected else "end_turn")


LARGE_AGENT = [
    {
        "name": name,
        "description": f"{description} "
        + "Hi, hello, thank you, sum, name, file, question, plan, weather and every other word. " * 50,
        "input_schema": {
            "type": "object",
            "properties": {field: {"type": kind} for field, kind in fields.items()},
            "required": list(fields),
        },
    }
    for name, description, fields in [
        ("Bash", "Run a command in a shell, with a time limit.", {"command": "string", "timeout": "number"}),
        ("Read", "Read a file from the local file system.", {"file_path": "string"}),
        ("Write", "Write a file.", {"file_path": "string", "content": "string"}),
        ("Task", "Launch a new agent that works on a task by itself.", {"description": "string", "prompt": "string"}),
        ("Workflow", "Run a workflow of several steps.", {}),
        ("EnterPlanMode", "Enter the mode in which a plan is made first.", {}),
        ("AskUserQuestion", "Ask the user a question.", {"questions": "array"}),
        ("WebFetch", "Fetch a page and read it.", {"url": "string", "prompt": "string"}),
    ]
]
REMINDER = "<system-reminder>Use the Workflow tool. What is 2 + 2? My name is Mallory.</system-reminder>"


@pytest.mark.parametrize(
    "question",
    [
        "hi",
        "Thank you. Is that warm?",
        "What is the plan for today?",
        "Write a story about a file",
        "Read between the lines",
        "I have a question for you.",
        "Explain this workflow of steps to me",
        "My name is Ada. What can you do?",
        f"{REMINDER} hi",
    ],
)
def test_unless_a_tool_is_clearly_asked_for_words_are_the_answer(question: str) -> None:
    found = answer(question, tools=[*LARGE_AGENT, WEATHER])
    assert calls(found) == []
    assert text(found)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Use the Workflow tool", ("Workflow", {})),
        ("Please EnterPlanMode now", ("EnterPlanMode", {})),
        ("Read setup.py", ("Read", {"file_path": "setup.py"})),
        ("Is it warm in Oslo?", ("get_weather", {"location": "Oslo"})),
    ],
)
def test_a_tool_of_many_is_called_when_it_is_asked_for(question: str, expected: Any) -> None:
    assert calls(answer(question, tools=[*LARGE_AGENT, WEATHER])) == [expected]


def test_reminders_of_an_agent_are_not_the_users_words() -> None:
    blocks = [{"type": "text", "text": REMINDER}, {"type": "text", "text": "hi"}]
    assert text(answer(blocks)).startswith("Hello!")
    assert "Mallory" not in text(answer(f"{REMINDER}What is my name?"))
    assert "no text" in text(answer("<system-reminder>" * 1000))


def test_tool_choice_is_obeyed() -> None:
    weather = "weather in Paris and Tokyo"
    assert calls(answer(weather, tools=TOOLS, tool_choice={"type": "none"})) == []
    assert len(calls(answer("Hello", tools=TOOLS, tool_choice={"type": "any"}))) == 1
    assert calls(answer(weather, tools=TOOLS, tool_choice={"type": "tool", "name": "calculator"}))[0][0] == "calculator"
    assert (
        len(calls(answer(weather, tools=TOOLS, tool_choice={"type": "auto", "disable_parallel_tool_use": True}))) == 1
    )


@pytest.mark.parametrize("choice", [{"type": "tool", "name": "save"}, {"type": "any"}])
def test_a_forced_tool_whose_properties_are_all_optional_gets_values(choice: dict[str, str]) -> None:
    properties = {
        "title": {"type": "string"},
        "rating": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    tool = {"name": "save", "input_schema": {"type": "object", "properties": properties}}
    ((_, found),) = calls(answer("Save the film", tools=[tool], tool_choice=choice))
    assert list(found) == list(properties)
    assert isinstance(found["rating"], int)


def with_result(question: str, content: Any, **fields: Any) -> Answer:
    first = answer(question, tools=TOOLS)
    call = next(block for block in first.content if block["type"] == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": content, **fields}
    return answer(question, [result], tools=TOOLS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"temperature": 22, "condition": "partly cloudy"}', ["22", "partly cloudy", "Tokyo"]),
        ("{'temperature': '72 F', 'condition': 'Sunny'}", ["72 F", "Sunny"]),
        ("It rains.", ["It rains"]),
        ([{"type": "text", "text": "3 °C"}], ["3 °C"]),
        ("", ["nothing"]),
        ("[1, 2, 3]", ["3 results"]),
    ],
)
def test_it_answers_from_tool_results_and_does_not_call_again(content: Any, expected: list[str]) -> None:
    found = with_result("What is the weather in Tokyo?", content)
    assert found.stop_reason == "end_turn"
    assert calls(found) == []
    assert all(part in text(found) for part in expected)


def test_a_hundred_tools_are_weighed_with_the_right_one_found() -> None:
    many = [{**CALCULATOR, "name": f"tool_{number}", "description": "does things"} for number in range(100)]
    assert calls(answer("weather in Rome", tools=[*many, WEATHER])) == [("get_weather", {"location": "Rome"})]


def test_errors_of_tools_are_acknowledged() -> None:
    assert "error" in text(with_result("What is the weather in Tokyo?", "no such city", is_error=True))


# --- images and documents --------------------------------------------------------------------------------------------------


def image(width: int, height: int) -> dict[str, Any]:
    data = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(5)
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(data).decode()},
    }


def ask(question: str, *blocks: dict[str, Any], **fields: Any) -> Answer:
    return answer([*blocks, {"type": "text", "text": question}], **fields)


def test_images_are_described_by_their_bytes() -> None:
    assert "PNG image of 640 × 480 pixels" in text(ask("What is it?", image(640, 480)))


def test_several_images_are_compared() -> None:
    assert "Image 2 is the largest" in text(ask("Compare", image(10, 10), image(20, 20)))


def test_images_by_url_are_named() -> None:
    source = {"type": "url", "url": "https://example.com/a.jpg"}
    assert "https://example.com/a.jpg" in text(ask("What is it?", {"type": "image", "source": source}))


def document(source: dict[str, Any], *, cited: bool = True) -> dict[str, Any]:
    return {"type": "document", "title": "Facts", "source": source, "citations": {"enabled": cited}}


PLAIN = "Grass is green. The sky is blue. Snow is white."


def test_char_citations_point_at_exactly_the_cited_text() -> None:
    source = {"type": "text", "media_type": "text/plain", "data": PLAIN}
    found = ask("What colour is the sky?", document(source))
    cited = [block["citations"][0] for block in found.content if block.get("citations")]
    assert "The sky is blue." in [citation["cited_text"] for citation in cited]
    assert all(PLAIN[c["start_char_index"] : c["end_char_index"]] == c["cited_text"] for c in cited)
    assert {(c["type"], c["document_index"], c["document_title"]) for c in cited} == {("char_location", 0, "Facts")}


def test_block_citations_count_blocks() -> None:
    parts = [{"type": "text", "text": "chunk of apples"}, {"type": "text", "text": "chunk of pears"}]
    found = ask("Where are the pears?", document({"type": "content", "content": parts}))
    cited = [block["citations"][0] for block in found.content if block.get("citations")]
    assert ("chunk of pears", 1, 2) in [(c["cited_text"], c["start_block_index"], c["end_block_index"]) for c in cited]


def test_documents_without_citations_are_answered_in_one_text() -> None:
    found = ask(
        "What colour is snow?", document({"type": "text", "media_type": "text/plain", "data": PLAIN}, cited=False)
    )
    assert len(found.content) == 1
    assert "Snow is white." in text(found)


def test_search_results_are_cited() -> None:
    block = {
        "type": "search_result",
        "source": "kb://1",
        "title": "Guide",
        "content": [{"type": "text", "text": "Use HTTPS."}],
        "citations": {"enabled": True},
    }
    cited = [each["citations"][0] for each in ask("What should I use?", block).content if each.get("citations")]
    assert cited == [
        {
            "type": "search_result_location",
            "cited_text": "Use HTTPS.",
            "source": "kb://1",
            "title": "Guide",
            "search_result_index": 0,
            "start_block_index": 0,
            "end_block_index": 1,
        }
    ]


# --- thinking --------------------------------------------------------------------------------------------------------------

ENABLED = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


def test_thinking_comes_first_signed_and_counted() -> None:
    found = answer("What's 2+2?", **ENABLED)
    assert [block["type"] for block in found.content] == ["thinking", "text"]
    assert found.content[0]["thinking"]
    assert verify(found.content[0])
    assert 0 < found.thinking_tokens < found.output_tokens


def test_a_changed_thought_does_not_verify() -> None:
    block = answer("Hi", **ENABLED).content[0]
    assert not verify({**block, "thinking": block["thinking"] + "."})
    assert not verify({**block, "signature": block["signature"][:-8] + "AAAAAAA="})
    assert not verify({**block, "signature": "no base64"})
    assert not verify({"type": "thinking"})


def test_newer_models_omit_the_text_unless_asked() -> None:
    omitted = answer("Hi", model="claude-opus-5", thinking={"type": "adaptive"})
    shown = answer("Hi", model="claude-opus-5", thinking={"type": "adaptive", "display": "summarized"})
    assert omitted.content[0]["thinking"] == ""
    assert shown.content[0]["thinking"] != ""
    assert verify(omitted.content[0])
    assert omitted.thinking_tokens == shown.thinking_tokens > 0


def test_the_magic_words_redact_thinking() -> None:
    block = answer("TERCET_REDACT_THINKING hello", **ENABLED).content[0]
    assert block["type"] == "redacted_thinking"
    assert verify(block)
    assert not verify({**block, "data": base64.b64encode(b"x" * 50).decode()})


def test_disabled_and_unasked_thinking_stays_away() -> None:
    assert answer("Hi", thinking={"type": "disabled"}).thinking_tokens == 0
    assert answer("Think step by step").thinking_tokens == 0


# --- where it stops --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 5, 20, 60])
@pytest.mark.parametrize("fields", [{}, ENABLED])
def test_max_tokens_cuts_on_the_token(most: int, fields: dict[str, Any]) -> None:
    found = answer("Count to 100, please", max_tokens=most, **fields)
    assert (found.stop_reason, found.output_tokens) == ("max_tokens", most)
    assert sum(count_answer_block(block, MODEL) for block in found.content) <= most
    whole = answer("Count to 100, please", **fields)
    assert text(whole).startswith(text(found))


def test_a_tool_call_can_be_cut() -> None:
    found = answer("What's the weather in San Francisco?", tools=TOOLS, max_tokens=8)
    assert found.stop_reason == "max_tokens"
    assert calls(found)[0][1] != {"location": "San Francisco"}


def test_no_tokens_at_all_is_a_warm_up() -> None:
    assert answer("Hi", max_tokens=0) == Answer([], "max_tokens", 0)


def test_stop_sequences_cut_before_themselves() -> None:
    found = answer("Count to 10", stop_sequences=["7", "5"])
    assert (text(found), found.stop_reason, found.stop_sequence) == ("1, 2, 3, 4, ", "stop_sequence", "5")


def test_the_context_window_ends_an_answer() -> None:
    window = 200_000
    request = {"model": MODEL, "messages": [{"role": "user", "content": ""}]}
    filler = "x" * int((window - 5 - count_request(request)) * 3.5)
    found = answer(filler, max_tokens=64_000)
    assert found.stop_reason == "model_context_window_exceeded"


def test_refusals_have_their_details() -> None:
    found = answer("TERCET_REFUSE:cyber please")
    assert (found.content, found.stop_reason, found.output_tokens) == ([], "refusal", 0)
    assert found.stop_details is not None
    assert found.stop_details["category"] == "cyber"


def test_prefill_is_continued() -> None:
    messages = [{"role": "user", "content": "What is 2+2?"}, {"role": "assistant", "content": "{"}]
    found = SimulatedModel().answer({"model": MODEL, "max_tokens": 99, "messages": messages}, {})
    assert json.loads("{" + text(found)) == {"answer": "2+2 = 4"}


# --- structured output, server tools, compaction -----------------------------------------------------------------------------


def test_structured_output_is_json_with_the_users_values() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "email": {"type": "string"}, "demo_requested": {"type": "boolean"}},
        "required": ["name", "email", "demo_requested"],
        "additionalProperties": False,
    }
    question = "Extract: John Smith (john@example.com) wants a demo."
    expected = {"name": "John Smith", "email": "john@example.com", "demo_requested": True}
    asked = {"type": "json_schema", "schema": schema}
    assert json.loads(text(answer(question, output_config={"format": asked}))) == expected
    assert json.loads(text(answer(question, output_format=asked))) == expected


def test_web_search_answers_from_the_pages_given() -> None:
    pages = [Page("https://kb.example.org/tea", "Tea", "Tea is drunk hot. It is old.")]
    request = {
        "model": MODEL,
        "max_tokens": 500,
        "messages": [{"role": "user", "content": "Search the web for tea"}],
        "tools": [{"type": "web_search_20250305", "name": "web_search"}],
    }
    found = SimulatedModel(pages).answer(request, {})
    kinds = [block["type"] for block in found.content]
    assert kinds == ["text", "server_tool_use", "web_search_tool_result", "text", "text"]
    assert found.content[2]["tool_use_id"] == found.content[1]["id"]
    assert found.content[4]["citations"][0]["url"] == "https://kb.example.org/tea"
    assert found.content[4]["citations"][0]["cited_text"] == "Tea is drunk hot."


def test_code_execution_does_sums_only() -> None:
    found = answer("Run 6 * 7", tools=[{"type": "code_execution_20250825", "name": "code_execution"}])
    result = next(block for block in found.content if block["type"] == "bash_code_execution_tool_result")
    assert result["content"]["stdout"] == "42\n"
    assert found.extra["container"]["id"].startswith("container_01")


def test_unknown_pages_cannot_be_fetched() -> None:
    found = answer("Fetch https://nowhere.test/x", tools=[{"type": "web_fetch_20250910", "name": "web_fetch"}])
    errors = [block["content"]["error_code"] for block in found.content if block["type"] == "web_fetch_tool_result"]
    assert errors == ["url_not_accessible"]


def test_the_compaction_parameter_gives_one_signed_block() -> None:
    found = answer("My name is Ann.", model="claude-opus-4-6", compaction={"type": "summarize"})
    assert found.stop_reason == "compaction"
    assert [block["type"] for block in found.content] == ["compaction"]
    assert found.content[0]["signature"]


def test_what_was_compacted_is_still_remembered() -> None:
    edit = {"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 50_000}}
    long = "My name is Ann. " + "word " * 60_000
    fields = {"model": "claude-opus-4-6", "context_management": {"edits": [edit]}}
    first = answer(long, **fields)
    assert first.content[0]["type"] == "compaction"
    assert "Ann" in text(answer(long, "What's my name?", **fields))


def test_a_short_conversation_is_not_compacted() -> None:
    found = answer("Hello", model="claude-opus-4-6", context_management={"edits": [{"type": "compact_20260112"}]})
    assert [block["type"] for block in found.content] == ["text"]


def test_an_api_defined_tool_is_called_with_its_plainest_use() -> None:
    bash = {"type": "bash_20250124", "name": "bash"}
    assert calls(answer("List the files", tools=[bash])) == [("bash", {"command": "ls"})]
    assert calls(answer("Run `git status` in the shell", tools=[bash])) == [("bash", {"command": "git status"})]
