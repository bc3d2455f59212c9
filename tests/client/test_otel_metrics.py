"""Metrics for calls. The package is not needed here: a meter is whatever makes histograms and counters."""

from __future__ import annotations

import asyncio
import sys
import types
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.client import otel_metrics
from tercet.transport.base import Lost

CACHED = MESSAGE.replace(
    b'"output_tokens":6', b'"output_tokens":6,"cache_read_input_tokens":100,"cache_creation_input_tokens":10'
)
FAILED = (400, JSON, b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}')
COMMON = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-6",
    "gen_ai.response.model": "claude-sonnet-4-6",
    "server.address": "local",
}


class Meter:
    """Keep what is recorded, by instrument."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float, dict[str, Any]]] = []
        self.made: dict[str, tuple[str, Any]] = {}

    def create_histogram(self, name: str, unit: str, description: str, **advice: Any) -> Any:
        self.made[name] = (unit, advice["explicit_bucket_boundaries_advisory"])
        return types.SimpleNamespace(record=lambda value, attributes: self.told.append((name, value, attributes)))

    def create_counter(self, name: str, unit: str, description: str) -> Any:
        self.made[name] = (unit, None)
        return types.SimpleNamespace(add=lambda value, attributes: self.told.append((name, value, attributes)))

    def values(self, name: str) -> list[float]:
        return [value for told, value, _ in self.told if told == name]


class Tracer:
    def start_span(self, *_: Any, **__: Any) -> Any:
        def ignore(*_: Any) -> None:
            pass

        return types.SimpleNamespace(set_attribute=ignore, add_event=ignore, set_status=ignore, end=ignore)


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    """A meter, and so much of the package as is asked of it."""
    made = Meter()
    trace, metrics = types.ModuleType("opentelemetry.trace"), types.ModuleType("opentelemetry.metrics")
    trace.SpanKind = types.SimpleNamespace(CLIENT="client")  # type: ignore[attr-defined]
    trace.StatusCode = types.SimpleNamespace(ERROR="error")  # type: ignore[attr-defined]
    metrics.get_meter = lambda name, version: made  # type: ignore[attr-defined]
    for name, module in (("", types.ModuleType("opentelemetry")), (".trace", trace), (".metrics", metrics)):
        monkeypatch.setitem(sys.modules, f"opentelemetry{name}", module)
    return made


def test_an_answer_tells_its_tokens_its_time_and_its_cost(meter: Meter) -> None:
    Script((200, JSON, CACHED)).client(open_telemetry=Tracer()).messages.create(**ASK)

    tokens = [(value, attributes) for name, value, attributes in meter.told if name == otel_metrics.TOKENS]
    assert tokens == [
        (122, {**COMMON, "gen_ai.token.type": "input"}),
        (6, {**COMMON, "gen_ai.token.type": "output"}),
    ]
    assert meter.values(otel_metrics.COST) == [pytest.approx(12 * 3e-6 + 100 * 0.3e-6 + 10 * 3.75e-6 + 6 * 15e-6)]
    assert len(meter.values(otel_metrics.DURATION)) == 1
    assert not meter.values(otel_metrics.FIRST_CHUNK)


@pytest.mark.parametrize("retries", [0, 1])
def test_a_stream_also_tells_when_it_began_in_either_world(meter: Meter, retries: int) -> None:
    with (
        Script((200, SSE, EVENTS)).client(open_telemetry=Tracer(), max_retries=retries).messages.stream(**ASK) as stream
    ):
        stream.get_final_message()

    async def in_loop() -> None:
        client = Script((200, SSE, EVENTS)).async_client(open_telemetry=Tracer(), max_retries=retries)
        async with client.messages.stream(**ASK) as stream:
            await stream.get_final_message()

    asyncio.run(in_loop())
    firsts, durations = meter.values(otel_metrics.FIRST_CHUNK), meter.values(otel_metrics.DURATION)
    assert len(firsts) == len(durations) == 2
    assert all(0 < first <= whole for first, whole in zip(firsts, durations, strict=True))
    assert meter.values(otel_metrics.TOKENS) == [12, 6, 12, 6]


def test_a_failure_tells_its_time_and_kind_alone(meter: Meter) -> None:
    with pytest.raises(tercet.BadRequestError):
        Script(FAILED).client(open_telemetry=Tracer()).messages.create(**ASK)

    ((name, _, attributes),) = meter.told
    assert (name, attributes["error.type"]) == (otel_metrics.DURATION, "400")


def test_a_stream_that_was_cut_has_no_price(meter: Meter) -> None:
    script = Script((200, SSE, [*EVENTS[:4], Lost("read", "cut", "it broke")]))
    with (
        pytest.raises(tercet.IncompleteStreamError),
        script.client(open_telemetry=Tracer()).messages.stream(**ASK) as stream,
    ):
        stream.get_final_message()

    assert {name for name, _, _ in meter.told} == {otel_metrics.DURATION, otel_metrics.FIRST_CHUNK}


def test_a_call_that_asks_no_model_has_no_metrics(meter: Meter) -> None:
    Script((200, JSON, b'{"data":[],"has_more":false}')).client(open_telemetry=Tracer()).models.list()

    assert meter.told == []


def test_instruments_are_those_of_the_table(meter: Meter) -> None:
    Script((200, JSON, MESSAGE)).client(open_telemetry=Tracer())

    assert {*meter.made} == {*otel_metrics.HISTOGRAMS, otel_metrics.COST}
    assert meter.made[otel_metrics.TOKENS] == ("{token}", [4**power for power in range(14)])
