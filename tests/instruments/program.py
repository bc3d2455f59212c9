"""Makes the same calls under one tracing library, with the SDK's client or with Tercet in its place, and prints what was traced.

    python program.py LIBRARY anthropic|tercet BASE_URL

Runs in the environment of the tracing libraries; prints one line of JSON: a list of (call, span, attributes), and failures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")
LIBRARY, SIDE, URL = sys.argv[1:4]
if SIDE == "tercet":
    import tercet

    tercet.replace_anthropic()
import anthropic  # noqa: E402

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 60,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "What is 17 + 25?"}],
}
TOOL = {
    "name": "get_weather",
    "description": "Tell the weather.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLED = {**ASK, "tools": [TOOL], "tool_choice": {"type": "tool", "name": "get_weather"}}
Spans = list[tuple[str, dict[str, Any]]]


def opentelemetry() -> tuple[Any, Callable[[], Spans]]:
    """Return a provider, and what takes the spans that have ended since it was last asked."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)

    def taken() -> Spans:
        spans = exporter.get_finished_spans()
        exporter.clear()
        foreign = [span for span in spans if not span.name.startswith("anthropic.messages.create")]  # the SDK's own
        return [(f"{span.name} {span.status.status_code.name}", dict(span.attributes or {})) for span in foreign]

    return provider, taken


def openllmetry() -> Callable[[], Spans]:
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    provider, taken = opentelemetry()
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    return taken


def openinference() -> Callable[[], Spans]:
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    provider, taken = opentelemetry()
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    return taken


def langfuse() -> Callable[[], Spans]:
    """Langfuse traces this API by OpenLLMetry's instrumentation under its own client."""
    from langfuse import Langfuse
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    provider, taken = opentelemetry()
    Langfuse(
        public_key="pk", secret_key="sk", host="http://127.0.0.1:9", tracer_provider=provider, tracing_enabled=True
    )
    AnthropicInstrumentor().instrument(tracer_provider=provider)
    return taken


def logfire() -> Callable[[], Spans]:
    import logfire as library
    from logfire.testing import TestExporter
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = TestExporter()
    library.configure(send_to_logfire=False, console=False, additional_span_processors=[SimpleSpanProcessor(exporter)])
    library.instrument_anthropic()

    def taken() -> Spans:
        spans = exporter.exported_spans_as_dict()
        exporter.clear()
        return [(span["name"], span["attributes"]) for span in spans]

    return taken


def sentry() -> Callable[[], Spans]:
    import sentry_sdk
    from sentry_sdk.integrations.anthropic import AnthropicIntegration
    from sentry_sdk.transport import Transport

    seen: Spans = []

    class Kept(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            for item in envelope.items:
                event = item.get_transaction_event() or item.get_event() or {}
                seen.extend(
                    (f"{span['op']} {span.get('description')} {span.get('status')}", dict(span.get("data") or {}))
                    for span in event.get("spans", ())
                )
                seen.extend(
                    (f"error {value['type']}", {}) for value in (event.get("exception") or {}).get("values", ())
                )

    sentry_sdk.init(
        dsn="http://k@127.0.0.1:9/1",
        transport=Kept,
        traces_sample_rate=1.0,
        send_default_pii=True,
        integrations=[AnthropicIntegration(include_prompts=True)],
    )

    def taken() -> Spans:
        sentry_sdk.flush()
        found = [*seen]
        seen.clear()
        return found

    return taken


def langsmith() -> Callable[[], Spans]:
    return list


def clients() -> tuple[Any, Any]:
    named = {"api_key": "k", "base_url": URL, "max_retries": 0}
    blocking, loop = anthropic.Anthropic(**named), anthropic.AsyncAnthropic(**named)
    if LIBRARY != "langsmith":
        return blocking, loop
    from langsmith import Client
    from langsmith.wrappers import wrap_anthropic

    class Kept(Client):
        """Keeps the runs that it would send."""

        def create_run(self, name: str, inputs: Any, run_type: Any, **more: Any) -> None:
            RUNS.append((name, {"inputs": inputs, "run_type": run_type, **(more.get("extra") or {})}))

        def update_run(self, run_id: Any, **more: Any) -> None:
            RUNS.append(("end", {"outputs": more.get("outputs"), "error": bool(more.get("error"))}))

    extra = {"client": Kept(api_url="http://127.0.0.1:9", api_key="k", auto_batch_tracing=False), "enabled": True}
    return wrap_anthropic(blocking, tracing_extra=extra), wrap_anthropic(loop, tracing_extra=extra)


RUNS: Spans = []


def blocking_calls(client: Any) -> dict[str, Callable[[], Any]]:
    def events() -> None:
        for _ in client.messages.create(**ASK, stream=True):
            pass

    def texts() -> None:
        with client.messages.stream(**ASK) as stream:
            assert "".join(stream.text_stream)

    def final() -> None:
        with client.messages.stream(**ASK) as stream:
            assert stream.get_final_message().usage.output_tokens

    def iterated() -> None:
        with client.messages.stream(**ASK) as stream:
            assert [event.type for event in stream]

    def refused() -> None:
        try:
            client.messages.create(**{**ASK, "model": "no-such-model"})
        except anthropic.NotFoundError:
            return
        raise AssertionError("it was not refused")

    return {
        "create": lambda: client.messages.create(**ASK),
        "tool": lambda: client.messages.create(**TOOLED),
        "refused": refused,
        "events": events,
        "texts": texts,
        "final": final,
        "iterated": iterated,
        "beta create": lambda: client.beta.messages.create(**ASK),
    }


def async_calls(client: Any) -> dict[str, Callable[[], Any]]:
    async def events() -> None:
        async for _ in await client.messages.create(**ASK, stream=True):
            pass

    async def texts() -> None:
        async with client.messages.stream(**ASK) as stream:
            assert "".join([text async for text in stream.text_stream])

    async def final() -> None:
        async with client.messages.stream(**ASK) as stream:
            assert (await stream.get_final_message()).usage.output_tokens

    return {
        "async create": lambda: client.messages.create(**ASK),
        "async tool": lambda: client.messages.create(**TOOLED),
        "async events": events,
        "async texts": texts,
        "async final": final,
    }


def under_sentry(call: Callable[[], Any]) -> Any:
    import sentry_sdk

    with sentry_sdk.start_transaction(name="call"):
        return call()


async def awaited(call: Callable[[], Any]) -> Any:
    return await call()


def main() -> None:
    taken = globals()[LIBRARY]()
    blocking, loop = clients()
    told: list[Any] = []
    failures: dict[str, str] = {}
    runner = asyncio.Runner()  # one loop for all: the SDK's client cannot go from one to the next
    later = {name: (lambda call=call: runner.run(awaited(call))) for name, call in async_calls(loop).items()}
    calls = {**blocking_calls(blocking), **later}
    for name, call in calls.items():
        try:
            under_sentry(call) if LIBRARY == "sentry" else call()
        except Exception as problem:
            failures[name] = f"{type(problem).__name__}: {problem}"[:300]
        spans = RUNS[:] if LIBRARY == "langsmith" else taken()
        RUNS.clear()
        told += [[name, span, attributes] for span, attributes in spans]
    print(json.dumps({"spans": told, "failures": failures}, default=str))


if __name__ == "__main__":
    main()
