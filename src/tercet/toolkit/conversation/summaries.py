"""Summaries that a view wants: the request for one, and the cut that is made of its answer."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from tercet.toolkit.conversation.answers import cost_of_message
from tercet.toolkit.conversation.entries import ViewCut
from tercet.toolkit.conversation.request import request_arguments
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.toolkit.conversation.thread import message_of
from tercet.toolkit.conversation.tokens import estimated
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.toolkit.conversation.views import SummaryWanted

LONGEST = 150_000
"""Tokens of a log that is read again for a new summary; of a longer one the summary before stands for what it covers."""
PROMPT = (
    "Summarize this conversation so far, for yourself: you will go on with it and see nothing of it but your summary. Keep "
    "what was decided and why, names, numbers, wishes of the user, results of tools that still matter, and what is open. "
    "Write the summary alone."
)
HEADING = "[Summary of the conversation so far]\n"


def summary_arguments(state: ConversationState, options: TurnOptions, wanted: SummaryWanted) -> dict[str, Any]:
    """Return the request for a summary: what it covers, as it was sent before, so that the API's cache holds; then the wish."""
    arguments = request_arguments(state, options)
    entries, before = list(wanted.entries), list[dict[str, Any]]()
    if wanted.earlier is not None and wanted.earlier.summary and estimated(entries) > LONGEST:
        entries = [entry for entry in entries if entry.id >= wanted.earlier.first]
        before = [{"role": "user", "content": wanted.earlier.summary}]
    wish = {"role": "user", "content": [{"type": "text", "text": wanted.prompt or PROMPT}]}
    arguments["messages"] = [*state.examples, *before, *map(message_of, entries), wish]
    for name in ("tool_choice", "output_config", "stop_sequences"):
        arguments.pop(name, None)
    if arguments.get("tools"):
        arguments["tool_choice"] = {"type": "none"}
    if wanted.model is not None:
        arguments["model"] = wanted.model
    return arguments


def cut_of(answer: Message, wanted: SummaryWanted, at: int) -> ViewCut | None:
    """Return the cut of a summary; None if the answer holds none."""
    text = answer.text.strip()
    if not text or answer.stop_reason == "refusal":
        warn_of_failure(f"the answer ended with {answer.stop_reason!r} and {'some' if text else 'no'} text")
        return None
    return ViewCut(
        first=wanted.first,
        kind="summary",
        summary=[{"type": "text", "text": HEADING + text}],
        covers=(wanted.entries[0].id, wanted.entries[-1].id),
        cost=cost_of_message(answer, at),
        at=at,
    )


_warned = False


def warn_of_failure(why: object) -> None:
    """Warn once that a summary could not be made."""
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            f"older turns could not be summarized, so everything is sent as before: {why}", UserWarning, stacklevel=2
        )
