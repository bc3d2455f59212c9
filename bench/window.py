"""What a conversation of 80 turns costs by what of it is sent: everything, a window that moves at every turn, one that moves in steps.

The input alone, at list prices, by the cache accounting of the local API. Exit status 1 if the window in steps is not cheap
enough: at most 0.8 of everything, and 0.4 of the moving window.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import tercet
from tercet.toolkit.conversation.entries import LogEntry, ViewCut
from tercet.toolkit.conversation.tokens import TokenCount
from tercet.toolkit.conversation.views import View, ViewChoice, begins_turn

MODEL = "claude-sonnet-4-6"
WORDS = [
    "the",
    "window",
    "moves",
    "and",
    "the",
    "cache",
    "holds",
    "what",
    "was",
    "said",
    "before",
    "until",
    "somebody",
    "changes",
    "it",
    "again",
]
MOST_OF_EVERYTHING, MOST_OF_MOVING = Decimal("0.8"), Decimal("0.4")
KEPT, FULL = 10, 30
"""Turns that a window keeps, and with how many one in steps is cut."""


class MovingWindow:
    """The last turns, at every turn: what is recommended everywhere."""

    def choose(self, path: Sequence[LogEntry], cuts: Mapping[int, ViewCut], tokens: TokenCount) -> ViewChoice:
        """Choose the last ten turns."""
        starts = [index for index, entry in enumerate(path) if begins_turn(entry)]
        return ViewChoice(first=starts[-KEPT] if len(starts) > KEPT else 0)


def words(choice: random.Random, count: int) -> str:
    return " ".join(choice.choices(WORDS, k=count))


def conversation(view: View, turns: int) -> list[Mapping[str, Any]]:
    """Hold a conversation, and return the usage of its answers."""
    choice = random.Random(7)
    with tercet.local_api() as api:
        chat = tercet.Conversation(
            api.client(), model=MODEL, max_tokens=1024, system=words(choice, 600), view=view, cache="auto"
        )
        found: list[Mapping[str, Any]] = []
        for _ in range(turns):
            question, answer = words(choice, choice.randint(200, 400)), words(choice, choice.randint(200, 400))
            api.queue(answer)
            found.append(chat.say(question).usage)
    return found


def input_price(usages: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return what the input cost, in dollars."""
    prices = [tercet.price(MODEL, {**usage, "output_tokens": 0}) for usage in usages]
    return sum((price for price in prices if price is not None), Decimal(0))


def cached_share(usages: Sequence[Mapping[str, Any]]) -> float:
    """Return which part of the input was read from the cache."""
    read = sum(usage["cache_read_input_tokens"] for usage in usages)
    rest = sum(usage["input_tokens"] + usage["cache_creation_input_tokens"] for usage in usages)
    return float(read / (read + rest))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=80)
    turns = parser.parse_args().turns
    warnings.simplefilter("ignore")
    everything = conversation(tercet.views.full(), turns)
    last = everything[-1]
    held = last["input_tokens"] + last["cache_creation_input_tokens"] + last["cache_read_input_tokens"]
    a_turn = held // turns
    views: dict[str, list[Mapping[str, Any]]] = {
        "everything": everything,
        f"the last {KEPT} turns, moved at every turn": conversation(MovingWindow(), turns),
        f"cut to {KEPT} turns when there are {FULL}": conversation(
            tercet.views.window(tokens=FULL * a_turn, down_to=KEPT * a_turn), turns
        ),
    }
    print(f"{turns} turns of some {a_turn:,} tokens, {MODEL}, cache='auto': the input at list prices\n")
    print("| what is sent | input | read from the cache |\n|---|--:|--:|")
    for name, usages in views.items():
        print(f"| {name} | ${input_price(usages):.2f} | {cached_share(usages):.0%} |")
    whole, moving, steps = map(input_price, views.values())
    print(f"\nin steps: {steps / whole:.2f} × everything, {steps / moving:.2f} × the moving window")
    return 0 if steps <= MOST_OF_EVERYTHING * whole and steps <= MOST_OF_MOVING * moving else 1


if __name__ == "__main__":
    sys.exit(main())
