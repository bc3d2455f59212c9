"""A span and metrics for each call, by OpenTelemetry's conventions for generative AI: `open_telemetry=True`, with the extra `otel`.

A plan around the call's plan, so that both worlds share it. A span holds numbers and names, never a prompt, an answer or
a key; that of a streamed answer ends with the stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tercet._version import __version__
from tercet.client.call import Call
from tercet.client.otel_metrics import CallMetrics, Metrics, metrics_of_program
from tercet.flow.billing import describe
from tercet.flow.effects import Emit, Lost, Plan, Read, Reply, Rewind
from tercet.flow.events import AttemptDetails, Details
from tercet.flow.fallback import has_failed
from tercet.flow.retry import CallResult

REQUEST_ATTRIBUTES = {
    "max_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "stop_sequences": "gen_ai.request.stop_sequences",
}
CACHE_ATTRIBUTES = {
    "cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_creation_input_tokens": "gen_ai.usage.cache_creation.input_tokens",
}
"""They are part of the input tokens in the conventions, and beside them in the API."""
LONGEST_VALUE = 200


class Trace:
    """Starts spans on one tracer."""

    def __init__(self, tracer: Any, kind: Any, error: Any, metrics: Metrics | None = None) -> None:
        self._tracer, self._kind, self._error, self._metrics = tracer, kind, error, metrics

    def watched(self, plan: Plan[CallResult], call: Call[Any]) -> Plan[CallResult]:
        """Wrap a call's plan in a span."""
        params = {} if call.model is None else _object(call.content)
        metrics = None if self._metrics is None or call.model is None else self._metrics.of_call(call.model, params)
        span = Span(self._started(call, params), self._error, metrics)
        answer: Any = None
        try:
            while True:
                try:
                    effect = plan.send(answer)
                except StopIteration as done:
                    return (yield from span.ended_by(done.value))
                if isinstance(effect, Emit):
                    span.note(effect.event)
                answer = yield effect
                if type(effect) is Read:
                    span.began()
        finally:
            plan.close()
            if not span.is_left_to_its_stream:
                span.end("cancelled")  # does nothing to one that has ended

    def _started(self, call: Call[Any], params: Mapping[str, Any]) -> Any:
        attributes: dict[str, Any] = {"gen_ai.provider.name": "anthropic"}
        name = f"{call.method} {call.path.partition('?')[0]}"
        if call.model is not None:
            attributes |= {"gen_ai.operation.name": "chat", "gen_ai.request.model": call.model}
            attributes |= _asked(params)
            name = f"chat {call.model}"
        return self._tracer.start_span(name, kind=self._kind, attributes=attributes)


class Span:
    """One call's span. What is told after its end is forgotten."""

    def __init__(self, span: Any, error: Any, metrics: CallMetrics | None = None) -> None:
        self._span, self._error, self._metrics = span, error, metrics
        self._open = True
        self.is_left_to_its_stream = False

    def note(self, event: object) -> None:
        """Add an event of the call."""
        if not isinstance(event, Details):
            return
        if isinstance(event, AttemptDetails):
            place = urlsplit(event.url)
            self.set({"server.address": place.hostname, "server.port": place.port})
            if self._metrics is not None:
                self._metrics.reached(place.hostname, place.port)
        fields = msgspec.to_builtins(event, enc_hook=repr)
        name = fields.pop("event")
        flat = {f"tercet.{key}": _flat(value) for key, value in fields.items() if value is not None}
        self._span.add_event(f"tercet.{name}", flat)

    def began(self) -> None:
        """Note that the first bytes of a stream have come."""
        if self._metrics is not None:
            self._metrics.began()

    def set(self, attributes: Mapping[str, Any]) -> None:
        """Set what is known."""
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name, value)

    def ended_by(self, ending: CallResult) -> Plan[CallResult]:
        """End the span with the call, unless a stream is still to be read."""
        outcome = ending.outcome
        if isinstance(outcome, Lost) or has_failed(ending):
            status, problem = describe(outcome)
            self.end(str(status) if status is not None else _lost_type(outcome), problem)
        elif outcome.stream is None:
            self.answered(_object(outcome.content))
            self.end()
        else:
            self.is_left_to_its_stream = True
            stream = yield Rewind(outcome.stream, watch=StreamWatch(self))
            reply = Reply(outcome.status, outcome.headers, b"", stream, outcome.http_version)
            return msgspec.structs.replace(ending, outcome=reply)
        return ending

    def answered(self, message: Mapping[str, Any]) -> None:
        """Record what a message says about itself."""
        reason = message.get("stop_reason")
        self.set({"gen_ai.response.id": message.get("id"), "gen_ai.response.model": message.get("model")})
        self.set({"gen_ai.response.finish_reasons": [reason] if isinstance(reason, str) else None})
        self.used(message.get("usage"))
        if self._metrics is not None:
            self._metrics.answered(message)

    def used(self, usage: Any) -> None:
        """Record what a message has cost so far."""
        counts = {name: count for name, count in _items(usage) if type(count) is int}
        if "output_tokens" in counts:
            self.set({"gen_ai.usage.output_tokens": counts["output_tokens"]})
        if "input_tokens" in counts:
            cached = sum(counts.get(name, 0) for name in CACHE_ATTRIBUTES)
            self.set({"gen_ai.usage.input_tokens": counts["input_tokens"] + cached})
        self.set({attribute: counts[name] for name, attribute in CACHE_ATTRIBUTES.items() if name in counts})

    def end(self, error: str | None = None, problem: str = "") -> None:
        """End it, well or with an error's type."""
        if not self._open:
            return
        self._open = False
        if self._metrics is not None:
            self._metrics.end(error)
        if error is not None:
            self.set({"error.type": error})
            self._span.set_status(self._error, problem[:LONGEST_VALUE] or error)
        self._span.end()

    def __del__(self) -> None:
        if self._open:
            self.end("dropped", "the answer was not read to its end")


class StreamWatch:
    """Reads a stream's own account of itself from the bytes that pass: only the few lines that hold one are decoded."""

    __slots__ = ("_parts", "_span")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._parts: list[bytes] = []

    def __call__(self, chunk: bytes | Lost | None) -> None:
        """See what is handed out."""
        if not isinstance(chunk, bytes):
            self._span.end(None if chunk is None else _lost_type(chunk), "" if chunk is None else chunk.reason)
            return
        self._span.began()
        self._parts.append(chunk)
        if b"\n" not in chunk:
            return
        *lines, rest = b"".join(self._parts).split(b"\n")
        self._parts = [rest]
        for line in lines:
            if line.startswith(b"data:") and any(name in line for name in TELLING):
                self._read(_object(line[5:].strip()))

    def _read(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message_start":
                self._span.answered(dict(_items(event.get("message"))))
            case "message_delta":
                self._span.answered({**dict(_items(event.get("delta"))), "usage": event.get("usage")})
            case "error":
                error = dict(_items(event.get("error")))
                self._span.end(str(error.get("type")), str(error.get("message")))


TELLING = (b'"message_start"', b'"message_delta"', b'"error"')


def trace_from(value: Any) -> Trace:
    """Return the Trace that `open_telemetry=` asks for: True for the program's own provider, a TracerProvider, or a Tracer."""
    try:
        trace = import_module("opentelemetry.trace")
    except ImportError as missing:
        raise ImportError("open_telemetry= needs opentelemetry-api: pip install 'tercet[otel]'") from missing
    if value is True:
        value = trace.get_tracer("tercet", __version__)
    elif hasattr(value, "get_tracer"):
        value = value.get_tracer("tercet", __version__)
    if not hasattr(value, "start_span"):
        raise TypeError(f"open_telemetry must be True, a TracerProvider or a Tracer, not {type(value).__name__}")
    return Trace(value, trace.SpanKind.CLIENT, trace.StatusCode.ERROR, metrics_of_program())


def _asked(params: Mapping[str, Any]) -> dict[str, Any]:
    return {REQUEST_ATTRIBUTES[name]: params[name] for name in REQUEST_ATTRIBUTES if params.get(name) is not None}


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> Any:
    return value.items() if isinstance(value, dict) else ()


def _flat(value: Any) -> Any:
    return value if isinstance(value, str | bool | int | float) else msgspec.json.encode(value).decode()[:LONGEST_VALUE]


def _lost_type(outcome: Any) -> str:
    return str(outcome.kind) if isinstance(outcome, Lost) else "error"
