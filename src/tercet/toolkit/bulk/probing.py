"""The probe of a job: the first items of a random order, asked live, kept as results like others; and what counted inputs tell.

The order is drawn by the job's nonce, so that a probe which was killed goes on with the same items. It grows until its interval is
narrow enough (`estimates.py`). A job whose first answers all fail is ended by the engine before it costs.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec

from tercet.catalog.cost import cost_of
from tercet.toolkit.bulk.estimates import CostInterval, JobEstimate, equal_share, interval_of
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.results import log_files

SAMPLE = 50
"""Requests whose inputs are counted where there are no answers yet."""
SHORT_ANSWER = 0.1
"""The share of `max_tokens` that a short answer has, where nothing is known of answers."""
COUNTED = ("model", "messages", "system", "tools", "tool_choice", "thinking")


class _PricedLine(msgspec.Struct):
    item: int
    nano: int | None = None
    status: str = ""


_LINE = msgspec.json.Decoder(_PricedLine)


def probe_order(nonce: str, items: int, most: int) -> list[int]:
    """Return the first items of the job's random order."""
    return Random(f"probe/{nonce}").sample(range(items), min(most, items))


def live_costs(folder: Path, wanted: set[int] | None = None) -> dict[int, int]:
    """Return what answered items cost live, in nano-dollars: of a folder, of these items or all. A batch's cost counts twice."""
    found: dict[int, int] = {}
    for path in log_files(folder):
        with open(path, "rb") as file:
            for line in file:
                try:
                    read = _LINE.decode(line)
                except msgspec.MsgspecError:
                    continue  # a torn line: what reads the log for results deals with it
                if read.nano and read.status != "failed" and (wanted is None or read.item in wanted):
                    found[read.item] = read.nano * (2 if b'"service_tier":"batch"' in line else 1)
    return found


def estimate_from_answers(costs: dict[int, int], items: int, equal: float) -> JobEstimate:
    """Return the estimate that answers give."""
    return JobEstimate(items=items, live=interval_of([*costs.values()], items), answers=len(costs), equal=equal)


async def estimate_from_inputs(client: Any, requests: list[NumberedRequest], items: int) -> JobEstimate:
    """Return the estimate that counted inputs give, with answers between short and as long as they may be."""
    low = high = likely = 0
    known = bool(requests)
    for request in requests:
        params = request.params
        asked = {name: params[name] for name in COUNTED if name in params}
        tokens = (await client.messages.count_tokens(**asked)).input_tokens
        most = int(params["max_tokens"])
        short, middle, longest = (
            _price(params["model"], tokens, round(most * share)) for share in (SHORT_ANSWER, 0.4, 1.0)
        )
        if short is None or middle is None or longest is None:
            known = False
            break
        low, likely, high = low + short, likely + middle, high + longest
    equal = equal_share(request.encoded() for request in requests)
    live = CostInterval(low, likely, high).times(items / len(requests)) if known else None
    return JobEstimate(items=items, live=live, answers=0, equal=equal)


def _price(model: str, input_tokens: int, output_tokens: int) -> int | None:
    return cost_of(model, {"input_tokens": input_tokens, "output_tokens": output_tokens}).known


def spread(items: int, most: int = SAMPLE) -> set[int]:
    """Return items at equal distances over the whole source."""
    return {place * items // min(most, items) for place in range(min(most, items))} if items else set()
