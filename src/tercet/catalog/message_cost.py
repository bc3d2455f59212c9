"""The cost of a message as it was received: `message.cost`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from time import time

from tercet.catalog.cost import UNKNOWN, Cost, cost_of
from tercet.catalog.loading import as_of
from tercet.wire.responses.message import Message


def cost_of_message(message: Message) -> Decimal | None:
    """Return what a complete message cost in US dollars, at the prices of the day on which it came (of UTC)."""
    return whole_cost_of(message).usd


def whole_cost_of(message: Message) -> Cost:
    """Return the same in nano-dollars, with its parts and bounds. Nobody knows it of a message that is not complete."""
    model, usage, billing = message.get("model"), message.get("usage"), message._billing
    if message.get("stop_reason") is None or not isinstance(usage, Mapping) or not isinstance(model, str):
        return UNKNOWN
    came, batch, us, fast = billing or (time(), False, False, False)
    day = max(datetime.fromtimestamp(came, UTC).date(), as_of())  # a clock that is behind the catalog is wrong
    return cost_of(model, usage, day, batch=batch, us=us, fast=fast)
