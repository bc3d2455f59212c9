"""Spans for calls. The package is not needed here: a tracer is whatever has `start_span`."""

from __future__ import annotations

import gc
import sys
import types
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, KEY, MESSAGE, SSE, Script

import tercet

BUSY = (529, JSON, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}')
GOOD = (200, JSON, MESSAGE)


class Recorded:
    """One span as it was told."""

    def __init__(self, name: str, kind: Any, attributes: dict[str, Any]) -> None:
        self.name, self.kind, self.attributes = name, kind, dict(attributes)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.status: Any = None
        self.ended = 0

    def set_attribute(self, name: str, value: Any) -> None:
        assert not self.ended
        self.attributes[name] = value

    def add_event(self, name: str, attributes: dict[str, Any]) -> None:
        assert all(isinstance(value, str | bool | int | float) for value in attributes.values())
        self.events.append((name, attributes))

    def set_status(self, code: Any, description: str) -> None:
        self.status = (code, description)

    def end(self) -> None:
        self.ended += 1


class Tracer:
    def __init__(self) -> None:
        self.spans: list[Recorded] = []

    def start_span(self, name: str, *, kind: Any, attributes: dict[str, Any]) -> Recorded:
        self.spans.append(Recorded(name, kind, attributes))
        return self.spans[-1]


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Tracer:
    """A tracer, and so much of the package as is asked of it."""
    made = Tracer()
    trace = types.ModuleType("opentelemetry.trace")
    trace.SpanKind = types.SimpleNamespace(CLIENT="client")  # type: ignore[attr-defined]
    trace.StatusCode = types.SimpleNamespace(ERROR="error")  # type: ignore[attr-defined]
    trace.get_tracer = lambda name, version: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry", types.ModuleType("opentelemetry"))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    return made


def test_a_call_is_one_span_with_the_conventions_names(tracer: Tracer) -> None:
    Script(GOOD).client(open_telemetry=tracer).messages.create(**ASK, temperature=0.5, stop_sequences=["."])

    (span,) = tracer.spans
    assert (span.name, span.kind, span.ended, span.status) == ("chat claude-sonnet-4-6", "client", 1, None)
    assert span.attributes == {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "claude-sonnet-4-6",
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stop_sequences": ["."],
        "server.address": "local",
        "gen_ai.response.id": "msg_01A",
        "gen_ai.response.model": "claude-sonnet-4-6",
        "gen_ai.response.finish_reasons": ["end_turn"],
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 6,
    }
    assert [name for name, _ in span.events] == ["tercet.attempt"]


@pytest.mark.anyio
async def test_the_async_client_records_the_same(tracer: Tracer) -> None:
    Script(GOOD).client(open_telemetry=True).messages.create(**ASK)
    await Script(GOOD).async_client(open_telemetry=True).messages.create(**ASK)

    assert tracer.spans[0].attributes == tracer.spans[1].attributes
    assert tracer.spans[1].ended == 1


def test_cached_tokens_are_part_of_the_input(tracer: Tracer) -> None:
    cached = MESSAGE.replace(
        b'"input_tokens":12', b'"input_tokens":12,"cache_read_input_tokens":100,"cache_creation_input_tokens":8'
    )
    Script((200, JSON, cached)).client(open_telemetry=tracer).messages.create(**ASK)

    found = tracer.spans[0].attributes
    assert found["gen_ai.usage.input_tokens"] == 120
    assert found["gen_ai.usage.cache_read.input_tokens"] == 100
    assert found["gen_ai.usage.cache_creation.input_tokens"] == 8


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_the_span_of_a_stream_ends_with_the_stream_and_knows_its_usage(tracer: Tracer, size: int) -> None:
    data = b"".join(EVENTS)
    script = Script((200, SSE, [data[at : at + size] for at in range(0, len(data), size)]))
    stream = script.client(open_telemetry=tracer).messages.create(**ASK, stream=True)
    assert tracer.spans[0].ended == 0

    list(stream)

    (span,) = tracer.spans
    assert span.ended == 1
    assert span.attributes["gen_ai.response.id"] == "msg_01A"
    assert span.attributes["gen_ai.response.finish_reasons"] == ["end_turn"]
    assert span.attributes["gen_ai.usage.input_tokens"] == 12
    assert span.attributes["gen_ai.usage.output_tokens"] == 6


def test_a_stream_that_breaks_is_an_error(tracer: Tracer) -> None:
    busy = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'
    script = Script((200, SSE, [*EVENTS[:4], busy]))
    with pytest.raises(tercet.OverloadedError):
        list(script.client(open_telemetry=tracer).messages.create(**ASK, stream=True))

    assert tracer.spans[0].attributes["error.type"] == "overloaded_error"
    assert tracer.spans[0].status == ("error", "busy")


def test_a_stream_that_nobody_reads_ends_its_span_when_it_is_dropped(tracer: Tracer) -> None:
    stream = Script((200, SSE, EVENTS)).client(open_telemetry=tracer).messages.create(**ASK, stream=True)
    del stream
    gc.collect()

    assert tracer.spans[0].ended == 1
    assert tracer.spans[0].attributes["error.type"] == "dropped"


def test_a_failure_has_its_status_and_its_attempts_and_no_secret(tracer: Tracer) -> None:
    with pytest.raises(tercet.OverloadedError):
        Script(BUSY).client(open_telemetry=tracer, max_retries=0, fallbacks=["claude-haiku-4-5"]).messages.create(**ASK)

    (span,) = tracer.spans
    assert (span.attributes["error.type"], span.status) == ("529", ("error", "HTTP 529"))
    assert [name for name, _ in span.events] == ["tercet.attempt", "tercet.fallback", "tercet.attempt"]
    assert KEY not in repr(vars(span))
    assert "Hello" not in repr(vars(span))


def test_a_call_that_is_broken_off_ends_its_span(tracer: Tracer) -> None:
    client = Script(GOOD).client(open_telemetry=tracer)

    def interrupted(request: Any) -> Any:
        raise KeyboardInterrupt

    client.__dict__["_transport"] = types.SimpleNamespace(send=interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.messages.create(**ASK)

    assert tracer.spans[0].ended == 1
    assert tracer.spans[0].attributes["error.type"] == "cancelled"


def test_calls_without_a_model_have_plain_names(tracer: Tracer) -> None:
    script = Script((200, JSON, b'{"data":[],"has_more":false,"first_id":null,"last_id":null}'))
    script.client(open_telemetry=tracer).models.list()

    assert tracer.spans[0].name == "GET /v1/models"


def test_a_provider_is_asked_for_a_tracer(tracer: Tracer) -> None:
    provider = types.SimpleNamespace(get_tracer=lambda name, version: tracer)
    Script(GOOD).client(open_telemetry=provider).messages.create(**ASK)

    assert len(tracer.spans) == 1


def test_what_is_no_tracer_is_refused(tracer: Tracer) -> None:
    with pytest.raises(TypeError, match="open_telemetry must be True, a TracerProvider or a Tracer, not int"):
        Script(GOOD).client(open_telemetry=5)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)

    with pytest.raises(ImportError, match=r"pip install 'tercet\[otel\]'"):
        Script(GOOD).client(open_telemetry=True)
