"""The next request of a conversation, told before it is sent: how many tokens it holds, and what they will cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from tercet.catalog.cost import cost_of
from tercet.toolkit.conversation.entries import Block
from tercet.toolkit.conversation.request import invalidated_thinking, request_arguments
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.toolkit.conversation.tokens import estimated, estimated_blocks, held, usage_of
from tercet.toolkit.conversation.views import active


class NextRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the next request would hold, without an answer to it."""

    tokens: int
    """Exact up to the last answer, by its usage; what came after it is estimated."""
    cost: Decimal | None
    """The price of these tokens at list prices, those that the last answer left in the API's cache as read from it. None: not
    known."""
    most: Decimal | None
    """The most that the request may cost, answer included, as a budget would hold back for it. None: nobody can say."""
    invalidated: int
    """Thinking blocks of earlier answers that the model will not read: a window, another system prompt or another model lies
    between."""


def next_request(
    state: ConversationState, options: TurnOptions, words: Sequence[Block], estimate: Callable[..., Any]
) -> NextRequest:
    """Return what the next request holds if `words` are said. `estimate` is the client's."""
    thread, view = state.thread, state.view
    choice = None if view is None else view.choose(thread.sendable, thread.cuts, estimated)
    first, cut = (0, None) if choice is None else active(thread.sendable, thread.cuts)
    moves = choice is not None and choice.first != first
    arguments = request_arguments(state, options, choice, tells=False)
    arguments["messages"] = [
        *arguments["messages"],
        {"role": "user", "content": [*words] or [{"type": "text", "text": "?"}]},
    ]
    lost = sum(each.blocks for each in invalidated_thinking(state))
    guess = estimate(**arguments)
    known = not moves and any(usage_of(entry) is not None for entry in thread.sendable[first:][-2:])
    tokens = held(thread.sendable, first, cut, estimated) + estimated_blocks(words) if known else guess.likely_input
    return NextRequest(
        tokens=tokens, cost=_cost(guess.model, tokens, _cached(state)), most=guess.high, invalidated=lost
    )


def _cached(state: ConversationState) -> int:
    """Return the tokens that the last answer left in the API's cache."""
    last = state.thread.sendable[-1] if state.thread.sendable else None
    usage = (last.answer or {}).get("usage") if last is not None else None
    if not isinstance(usage, Mapping):
        return 0
    return sum(int(usage.get(name) or 0) for name in ("cache_read_input_tokens", "cache_creation_input_tokens"))


def _cost(model: str, tokens: int, cached: int) -> Decimal | None:
    read = min(cached, tokens)
    return cost_of(model, {"input_tokens": tokens - read, "cache_read_input_tokens": read, "output_tokens": 0}).usd
