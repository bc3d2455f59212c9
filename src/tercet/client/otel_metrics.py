"""Metrics of calls, by OpenTelemetry's conventions for generative AI: recorded where the span of a call ends.

Cached tokens are part of the input tokens, as the conventions count them; in the API's usage they stand beside them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any

from tercet._version import __version__
from tercet.catalog.cost import price
from tercet.flow.cost import price_day

CONVENTIONS = "1.41.0, status Development, as read on 2026-11-30"
"""The release of OpenTelemetry's semantic conventions that the names below are from. None of them is stable yet."""
TOKENS = "gen_ai.client.token.usage"
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
COST = "tercet.cost.usd"
"""Ours: the conventions know no money."""
_SECONDS = [0.01 * 2**power for power in range(14)]
HISTOGRAMS: dict[str, tuple[str, str, list[float]]] = {
    TOKENS: ("{token}", "Tokens that a call used, by their type.", [4**power for power in range(14)]),
    DURATION: ("s", "Time until the whole answer.", _SECONDS),
    FIRST_CHUNK: ("s", "Time until a stream began to answer.", _SECONDS),
}
"""Name -> unit, description, and boundaries of buckets: those that the conventions advise, for the first chunk those of durations."""
TOKEN_TYPES = {
    "input": ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
    "output": ("output_tokens",),
}
"""`gen_ai.token.type` -> the counts of a usage that make it up."""


class Metrics:
    """Hold the instruments of one meter."""

    def __init__(self, meter: Any) -> None:
        self._histograms = {
            name: meter.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=bounds)
            for name, (unit, description, bounds) in HISTOGRAMS.items()
        }
        self._cost = meter.create_counter(COST, "USD", "What answers cost, at list prices, where that is known.")

    def of_call(self, model: str, params: Mapping[str, Any]) -> CallMetrics:
        """Return what is recorded of one call that begins here."""
        return CallMetrics(self, model, us=params.get("inference_geo") == "us", fast=params.get("speed") == "fast")

    def record(self, name: str, value: float, attributes: Mapping[str, Any]) -> None:
        """Record a value of one of the histograms."""
        self._histograms[name].record(value, dict(attributes))

    def add_cost(self, usd: Decimal, attributes: Mapping[str, Any]) -> None:
        """Count what an answer cost."""
        self._cost.add(float(usd), dict(attributes))


class CallMetrics:
    """Gather what one call tells, and record it once when it ends."""

    def __init__(self, metrics: Metrics, model: str, *, us: bool, fast: bool) -> None:
        self._metrics, self._us, self._fast = metrics, us, fast
        self._attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": model,
        }
        self._started, self._first = time.perf_counter(), 0.0
        self._usage: dict[str, Any] = {}
        self._finished = False
        """Whether the answer has said why it ends: until then its usage is a beginning."""

    def reached(self, host: str | None, port: int | None) -> None:
        """Note who was asked."""
        told = {"server.address": host, "server.port": port}
        self._attributes |= {name: value for name, value in told.items() if value is not None}

    def began(self) -> None:
        """Note that a stream began to answer."""
        self._first = self._first or time.perf_counter()

    def answered(self, message: Mapping[str, Any]) -> None:
        """Note what a message, or a part of a stream, says about itself."""
        if isinstance(model := message.get("model"), str):
            self._attributes["gen_ai.response.model"] = model
        if isinstance(usage := message.get("usage"), dict):
            self._usage |= {name: value for name, value in usage.items() if value is not None}
        self._finished = self._finished or isinstance(message.get("stop_reason"), str)

    def end(self, error: str | None) -> None:
        """Record it."""
        told, attributes = self._metrics, self._attributes
        failed = attributes if error is None else {**attributes, "error.type": error}
        told.record(DURATION, time.perf_counter() - self._started, failed)
        if self._first:
            told.record(FIRST_CHUNK, self._first - self._started, attributes)
        if not self._finished:
            return
        for kind, names in TOKEN_TYPES.items():
            counts = [count for name in names if type(count := self._usage.get(name)) is int]
            if counts:
                told.record(TOKENS, sum(counts), {**attributes, "gen_ai.token.type": kind})
        model = attributes.get("gen_ai.response.model", attributes["gen_ai.request.model"])
        usd = price(model, self._usage, price_day(time.time()), us=self._us, fast=self._fast)
        if usd is not None:
            told.add_cost(usd, attributes)


def metrics_of_program() -> Metrics | None:
    """Return metrics on the program's own meter provider; None where the package has no metrics."""
    try:
        metrics = import_module("opentelemetry.metrics")
    except ImportError:
        return None
    return Metrics(metrics.get_meter("tercet", __version__))
