"""What of a conversation is sent: `tercet.views`. A view is a few numbers; it chooses, and changes nothing of what is kept.

    full()              everything
    window(...)         the newest turns, cut in steps: a window that moves at every turn makes the API's cache useless
    summary(...)        the newest turns in full, the older ones condensed by a model
    compaction(...)     the API condenses by itself, when the request becomes too long
    context_editing(...)  the API leaves out old results of tools, and old thinking

A cut is kept in the log (`ViewCut`), so that every process sends the same first words. It stands at the start of a turn,
never within an exchange with tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from tercet.toolkit.conversation.entries import Block, LogEntry, ViewCut
from tercet.toolkit.conversation.tokens import TokenCount, held, running

__all__ = ["compaction", "context_editing", "full", "summary", "window"]
LEAST = 1_000
"""Tokens below which a window would hold nothing."""
COMPACTION_BETA, EDITING_BETA = "compact-2026-01-12", "context-management-2025-06-27"
LEAST_COMPACTION = 50_000
"""The API refuses an earlier compaction."""


class SummaryWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A summary that has to be made before the view can choose it."""

    entries: Sequence[LogEntry]
    """What it covers, from the log."""
    first: int
    """Id of the entry from which on things are sent as they are."""
    model: str | None = None
    """None: the conversation's own."""
    prompt: str | None = None
    earlier: ViewCut | None = None
    """The cut that holds now. Its summary is read only where the log before it is too long to be read again."""


class ViewChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What of a path a request sends."""

    first: int = 0
    """Index in the path."""
    summary: Sequence[Block] | None = None
    """Sent in the place of what comes before, as the user's first words."""
    new_cut: ViewCut | None = None
    """Committed together with the question."""
    wanted: SummaryWanted | None = None
    """Asks for a summary, and to choose again with its cut. Without it, what stands here is sent."""
    arguments: Mapping[str, Any] = {}
    """What else the request needs."""


class View(Protocol):
    """Anything that chooses what of a path is sent."""

    def choose(self, path: Sequence[LogEntry], cuts: Mapping[int, ViewCut], tokens: TokenCount) -> ViewChoice:
        """Choose from the entries that may be sent, oldest first. `cuts` are those of the log, by their first entry."""
        ...


def full() -> View:
    """Return the view that sends everything."""
    return FullView()


class FullView(msgspec.Struct, frozen=True):
    """Everything, with what else the request needs."""

    arguments: Mapping[str, Any] = {}

    def choose(self, path: Sequence[LogEntry], cuts: Mapping[int, ViewCut], tokens: TokenCount) -> ViewChoice:
        """Choose all."""
        return ViewChoice(arguments=self.arguments)


def window(tokens: int, down_to: int | None = None) -> View:
    """Return the view that sends the newest turns: when a request passes `tokens`, it is cut down to `down_to` (half).

    The last turn is always sent, however long it is. Raises ValueError for numbers that make no window.
    """
    _whole("window(tokens=…)", tokens, LEAST)
    lower = tokens // 2 if down_to is None else _whole("window(down_to=…)", down_to, 1)
    if lower >= tokens:
        raise ValueError(
            f"window(down_to=…) must be below tokens={tokens:,}, not {lower:,}: a window that moves at every turn costs "
            "more than none, as the API's cache never holds"
        )
    return WindowView(tokens, lower)


class WindowView(msgspec.Struct, frozen=True):
    """The newest turns, cut in steps."""

    tokens: int
    down_to: int

    def choose(self, path: Sequence[LogEntry], cuts: Mapping[int, ViewCut], tokens: TokenCount) -> ViewChoice:
        """Choose where the last cut is, or make the next one."""
        first, cut = active(path, cuts)
        if held(path, first, cut, tokens) > self.tokens:
            at = later_start(path, first, running(path, first, cut, tokens), self.down_to)
            if at > first:
                return ViewChoice(first=at, new_cut=ViewCut(first=path[at].id, kind="window"))
        return ViewChoice(first=first, summary=cut.summary if cut is not None else None)


def summary(at: int, keep: int = 10, model: str | None = None, prompt: str | None = None) -> View:
    """Return the view that condenses older turns: when a request passes `at` tokens, all but the last `keep` turns.

    Fewer are kept where they come to more than half of `at`. `model` is the one that is asked for the summary, by default
    the conversation's own. What was said stays in the log, and the next summary is made of it again.
    """
    _whole("summary(at=…)", at, LEAST)
    return SummaryView(at, _whole("summary(keep=…)", keep, 1), model, prompt)


class SummaryView(msgspec.Struct, frozen=True):
    """The newest turns in full, older ones condensed."""

    at: int
    keep: int
    model: str | None = None
    prompt: str | None = None

    def choose(self, path: Sequence[LogEntry], cuts: Mapping[int, ViewCut], tokens: TokenCount) -> ViewChoice:
        """Choose where the last cut is; ask for a summary when that became too long."""
        first, cut = active(path, cuts)
        wanted = None
        if held(path, first, cut, tokens) > self.at:
            start = later_start(path, first, running(path, first, cut, tokens), self.at // 2)
            kept = [index for index in range(first + 1, len(path)) if begins_turn(path[index])][-self.keep :]
            start = max(start, kept[0] if kept else first)
            if start > first:
                wanted = SummaryWanted(
                    entries=path[:start], first=path[start].id, model=self.model, prompt=self.prompt, earlier=cut
                )
        return ViewChoice(first=first, summary=cut.summary if cut is not None else None, wanted=wanted)


def compaction(at: int = 150_000, instructions: str | None = None) -> View:
    """Return the view that has the API condense by itself what came before, when a request passes `at` tokens.

    Its summary is a block of the answer and stays in the log; what came before it is sent on, and not read. `instructions`
    take the place of the API's own. Raises ValueError below 50,000, which the API refuses.
    """
    trigger = {"type": "input_tokens", "value": _whole("compaction(at=…)", at, LEAST_COMPACTION)}
    edit: dict[str, Any] = {"type": "compact_20260112", "trigger": trigger}
    if instructions is not None:
        edit["instructions"] = instructions
    return FullView({"betas": [COMPACTION_BETA], "context_management": {"edits": [edit]}})


def context_editing(
    at: int = 100_000,
    keep: int = 3,
    *,
    at_least: int | None = None,
    exclude: Sequence[str] = (),
    inputs: bool = False,
    thinking: int | None = None,
) -> View:
    """Return the view that has the API leave out old results of tools, when a request passes `at` tokens.

    The last `keep` uses stay, and those of the tools in `exclude`; `at_least` is how many tokens one clearing must free (it
    makes what is cached useless), `inputs=True` clears what the tools were given, too, and `thinking=2` leaves only the last
    two turns' thinking.
    """
    uses: dict[str, Any] = {
        "type": "clear_tool_uses_20250919",
        "trigger": {"type": "input_tokens", "value": _whole("context_editing(at=…)", at, 1)},
        "keep": {"type": "tool_uses", "value": _whole("context_editing(keep=…)", keep, 0)},
    }
    if at_least is not None:
        least = _whole("context_editing(at_least=…)", at_least, 1)
        uses["clear_at_least"] = {"type": "input_tokens", "value": least}
    if exclude:
        uses["exclude_tools"] = list(exclude)
    if inputs:
        uses["clear_tool_inputs"] = True
    edits = [uses]
    if thinking is not None:
        turns = {"type": "thinking_turns", "value": _whole("context_editing(thinking=…)", thinking, 1)}
        edits = [{"type": "clear_thinking_20251015", "keep": turns}, uses]
    return FullView({"betas": [EDITING_BETA], "context_management": {"edits": edits}})


def _whole(name: str, value: Any, least: int) -> int:
    if type(value) is not int or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least:,}, not {value!r}")
    return value


def active(path: Sequence[LogEntry], cuts: Mapping[int, ViewCut]) -> tuple[int, ViewCut | None]:
    """Return where the newest cut of this path is, and the cut; the beginning if there is none."""
    if cuts:
        for index in range(len(path) - 1, 0, -1):
            cut = cuts.get(path[index].id)
            if cut is not None and begins_turn(path[index]):
                return index, cut
    return 0, None


def begins_turn(entry: LogEntry) -> bool:
    """Return whether a request may begin here: with the user's own words, and no results of tools among them."""
    return (
        entry.starts_turn
        and entry.role == "user"
        and not any(block.get("type") == "tool_result" for block in entry.content)
    )


def later_start(path: Sequence[LogEntry], first: int, sums: Sequence[int], most: int) -> int:
    """Return the earliest start of a turn after `first` from which on no more than `most` tokens are sent.

    The last turn's start if every one is too long; `first` if no turn starts after it.
    """
    found = first
    for index in range(len(path) - 1, first, -1):
        if begins_turn(path[index]):
            if found != first and sums[-1] - sums[index - first] + sums[0] > most:
                break
            found = index
    return found
