"""Programs as tutorials, answers on forums and production services write them, of all generations of the SDK, with one
line changed: `import tercet as anthropic`. They run against the local API."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import tercet as anthropic

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("ignore:the model .* was retired:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:thinking.type. the model does not take:UserWarning"),
]
INPUTS = Path(__file__).parents[2] / "examples" / "inputs"
OLD, NEW = "claude-3-5-sonnet-20241022", "claude-sonnet-4-6"
CALCULATOR: dict[str, Any] = {
    "name": "multiply",
    "description": "Multiply two numbers",
    "input_schema": {
        "type": "object",
        "properties": {
            "a": {"type": "number", "description": "first"},
            "b": {"type": "number", "description": "second"},
        },
        "required": ["a", "b"],
    },
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with anthropic.local_api() as api:
        yield api.base_url


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-tutorial")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)


@pytest.fixture
def client() -> Iterator[Any]:  # typed loosely, as tutorials are
    with anthropic.Anthropic() as client:
        yield client


def say(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def test_first_steps(client: Any) -> None:
    message = client.messages.create(model=OLD, max_tokens=256, messages=say("Say hello."))

    assert isinstance(message, anthropic.types.Message)
    assert message.content[0].text
    assert (message.role, message.type, message.stop_reason, message.model) == ("assistant", "message", "end_turn", OLD)
    assert message.usage.input_tokens + message.usage.output_tokens > 2
    assert json.loads(message.to_json())["id"] == message.id == message.model_dump()["id"]


def test_a_personality_and_sampling(client: Any) -> None:
    message = client.messages.create(
        model="claude-3-opus-20240229",
        max_tokens=64,
        temperature=0.2,
        top_p=0.9,
        top_k=40,
        system="You answer like a pirate.",
        stop_sequences=["\n\nHuman:"],
        metadata={"user_id": "visitor-7"},
        messages=say("Where is the harbour?"),
    )

    assert message.content[0].type == "text"


class Conversation:
    """What many write around the client."""

    def __init__(self, client: Any) -> None:
        self.client, self.history = client, []  # type: ignore[var-annotated]

    def ask(self, text: str) -> str:
        self.history.append({"role": "user", "content": text})
        answer = self.client.messages.create(model=NEW, max_tokens=200, messages=self.history)
        self.history.append({"role": "assistant", "content": answer.content})
        return str(answer.content[0].text)


def test_a_conversation_remembers(client: Any) -> None:
    conversation = Conversation(client)
    conversation.ask("My name is Ingrid.")

    assert "Ingrid" in conversation.ask("What is my name?")
    assert len(conversation.history) == 4


def test_text_as_it_is_written(client: Any) -> None:
    with client.messages.stream(model=NEW, max_tokens=200, messages=say("Tell me a story.")) as stream:
        pieces = list(stream.text_stream)

    assert len(pieces) > 1
    assert "".join(pieces) == stream.get_final_text() == stream.get_final_message().content[0].text


def test_events_looked_at_one_by_one(client: Any) -> None:
    with client.messages.stream(model=NEW, max_tokens=200, messages=say("Tell me a story.")) as stream:
        kinds = [event.type for event in stream]
    written = ""
    for event in client.messages.create(model=NEW, max_tokens=200, messages=say("Tell me a story."), stream=True):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            written += event.delta.text

    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
    assert "text" in kinds
    assert written == stream.get_final_text()


def picture(**source: Any) -> list[dict[str, Any]]:
    blocks = [{"type": "image", "source": source}, {"type": "text", "text": "What is in this image?"}]
    return [{"role": "user", "content": blocks}]


def test_images_of_all_kinds(client: Any) -> None:
    data = (INPUTS / "tides.png").read_bytes()
    encoded = base64.standard_b64encode(data).decode("utf-8")
    sources: list[dict[str, Any]] = [
        {"type": "base64", "media_type": "image/png", "data": each} for each in (encoded, data, INPUTS / "tides.png")
    ]
    answers = [client.messages.create(model=NEW, max_tokens=200, messages=picture(**source)) for source in sources]
    by_url = client.messages.create(
        model=NEW, max_tokens=99, messages=picture(type="url", url="https://example.com/a.png")
    )

    assert len({answer.content[0].text for answer in answers}) == 1
    assert by_url.content[0].text


def test_a_pdf(client: Any) -> None:
    data = base64.b64encode((INPUTS / "timetable.pdf").read_bytes()).decode()
    document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}}
    question = {"type": "text", "text": "Summarise this document."}
    message = client.messages.create(
        model=NEW, max_tokens=300, messages=[{"role": "user", "content": [document, question]}]
    )

    assert message.content[0].text


def with_tools(client: Any, question: str, tools: list[Any], functions: dict[str, Callable[..., Any]]) -> Any:
    """The loop that everybody writes by hand."""
    messages = say(question)
    while True:
        answer = client.messages.create(model=NEW, max_tokens=500, tools=tools, messages=messages)
        if answer.stop_reason != "tool_use":
            return answer
        messages.append({"role": "assistant", "content": answer.content})
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": str(functions[block.name](**block.input))}
            for block in answer.content
            if block.type == "tool_use"
        ]
        messages.append({"role": "user", "content": results})


def test_a_loop_with_tools(client: Any) -> None:
    answer = with_tools(client, "What is 125 * 48?", [CALCULATOR], {"multiply": lambda a, b: a * b})

    assert "6000" in answer.content[0].text.replace(",", "")


def test_thinking(client: Any) -> None:
    thinking = {"type": "enabled", "budget_tokens": 10_000}
    for model in ("claude-3-7-sonnet-20250219", OLD):
        message = client.messages.create(
            model=model, max_tokens=16_000, thinking=thinking, messages=say("Is 97 prime?")
        )

        assert [block.type for block in message.content] == ["thinking", "text"]
        assert message.content[0].thinking


def test_caching_is_told_in_the_usage(client: Any) -> None:
    system = [{"type": "text", "text": "All about tides. " * 2000, "cache_control": {"type": "ephemeral"}}]
    first, second = (
        client.messages.create(model=NEW, max_tokens=9, system=system, messages=say("Hi")) for _ in range(2)
    )

    assert first.usage.cache_creation_input_tokens == second.usage.cache_read_input_tokens > 1000


def test_tokens_counted_in_both_ways(client: Any) -> None:
    assert client.messages.count_tokens(model=NEW, messages=say("Hello, world")).input_tokens > 0
    assert client.count_tokens("Hello, world") > 0


def test_batches_by_both_names(client: Any) -> None:
    requests = [
        {"custom_id": f"r-{n}", "params": {"model": NEW, "max_tokens": 20, "messages": say(f"Say {n}")}}
        for n in range(3)
    ]
    batch = client.messages.batches.create(requests=requests)

    assert client.batches.retrieve(batch.id).processing_status in ("in_progress", "ended")
    assert batch.id in [each.id for each in client.beta.messages.batches.list(limit=20)]


def test_errors_are_told_apart(client: Any) -> None:
    caught = []
    for wrong in ({"model": "gpt-9"}, {"messages": [{"role": "user", "content": ""}]}):
        try:
            client.messages.create(**{"model": NEW, "max_tokens": 10, "messages": say("x"), **wrong})
        except anthropic.RateLimitError:
            pytest.fail("that is no rate limit")
        except anthropic.APIConnectionError:
            pytest.fail("there was a connection")
        except anthropic.APIStatusError as error:
            caught.append((type(error), error.status_code, error.response.status_code, bool(error.message)))

    assert caught == [(anthropic.NotFoundError, 404, 404, True), (anthropic.BadRequestError, 400, 400, True)]


def test_timeouts_retries_and_http_clients_of_ones_own() -> None:
    clients: list[Any] = [
        anthropic.Anthropic(timeout=20.0, max_retries=5),
        anthropic.Anthropic(timeout=httpx.Timeout(60.0, read=5.0, write=10.0, connect=2.0)),
        anthropic.Anthropic(timeout=anthropic.Timeout(60.0, connect=2.0)).with_options(max_retries=0),
        anthropic.Anthropic(http_client=httpx.Client(timeout=30.0)),
        anthropic.Client(http_client=anthropic.DefaultHttpxClient(), default_headers={"X-Team": "one"}),
    ]
    for client in clients:
        with client:
            assert client.messages.create(model=NEW, max_tokens=9, messages=say("Hi")).content
        if client._http_client is not None:
            client._http_client.close()


def test_headers_of_the_answer(client: Any) -> None:
    response = client.messages.with_raw_response.create(model=NEW, max_tokens=9, messages=say("Hi"))

    assert response.headers["request-id"] == response.parse()._request_id


def test_models_and_files(client: Any) -> None:
    uploaded = client.beta.files.upload(file=("notes.txt", b"High tide at noon.", "text/plain"))

    assert client.models.list(limit=5).data
    assert uploaded.id in [each.id for each in client.beta.files.list()]
    assert client.beta.files.delete(uploaded.id).id == uploaded.id


def test_beta_features(client: Any) -> None:
    message = client.beta.messages.create(
        model="claude-opus-4-6",
        max_tokens=100,
        betas=["compact-2026-01-12"],
        context_management={"edits": [{"type": "compact_20260112"}]},
        messages=say("Hello"),
    )
    history = [*say("Hello"), {"role": "assistant", "content": message.content}, *say("And now?")]

    assert client.beta.messages.create(model=NEW, max_tokens=50, messages=history).content


@pytest.mark.anyio
async def test_many_questions_at_once() -> None:
    async with anthropic.AsyncAnthropic() as client:
        shared: dict[str, Any] = {"model": NEW, "max_tokens": 50}
        answers = await asyncio.gather(*(client.messages.create(**shared, messages=say(f"Say {n}")) for n in range(5)))  # type: ignore[arg-type]
        async with client.messages.stream(**shared, messages=say("Tell me a story.")) as stream:  # type: ignore[arg-type]
            pieces = [text async for text in stream.text_stream]
        final: Any = await stream.get_final_message()

    assert len(answers) == 5
    assert "".join(pieces) == final.content[0].text


def test_bedrock(base_url: str) -> None:
    keys = {"aws_access_key": "AKIALOCAL", "aws_secret_key": "local", "aws_region": "eu-central-1"}
    client: Any = anthropic.AnthropicBedrock(**keys, base_url=base_url)  # type: ignore[arg-type]
    model = "anthropic.claude-3-5-sonnet-20241022-v2:0"

    assert client.messages.create(model=model, max_tokens=50, messages=say("Hi")).content[0].text
    with client.messages.stream(model=model, max_tokens=50, messages=say("Hi")) as stream:
        assert stream.get_final_text()


def test_vertex(base_url: str) -> None:
    client: Any = anthropic.AnthropicVertex(
        project_id="project-1", region="europe-west1", access_token="local", base_url=f"{base_url}/v1"
    )

    assert (
        client.messages.create(model="claude-3-5-sonnet-v2@20241022", max_tokens=50, messages=say("Hi")).content[0].text
    )
