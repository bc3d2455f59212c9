"""One request in, one answer out: what is said, thought, called, refused, and where it stops. Keeps nothing but a count of
the requests with tools."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

from tercet.server.accounting.tokens import count_answer_block, count_request
from tercet.server.service.context_editing import edited
from tercet.server.service.model_facts import served
from tercet.server.service.responder import Answer
from tercet.server.simulated.calling import calls, preface
from tercet.server.simulated.compaction import compact_if_long, summarise_now
from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.entities import Entities
from tercet.server.simulated.identity import Identity
from tercet.server.simulated.limits import CutAnswer, cut_at_sequence, cut_at_tokens
from tercet.server.simulated.reading import sources_of
from tercet.server.simulated.schema_values import value_of
from tercet.server.simulated.server_tools import PAGES, LocalWeb, Page, use_server_tools
from tercet.server.simulated.small_talk import reply
from tercet.server.simulated.thinking import think

REFUSAL_WORDS = re.compile(
    r"ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL"
    r"|TERCET_REFUSE(?::(cyber|bio|frontier_llm|reasoning_extraction|general_harms))?(?:@([\w.-]*\w))?"
)
"""A user text that holds one of these is refused; `TERCET_REFUSE:cyber` also names the category, and
`TERCET_REFUSE@claude-opus-5-5` is refused by that model alone."""
MOST_MATERIAL = 20_000
"""Characters that a schema's values are taken from."""
PAUSE_WORDS = "TERCET_PAUSE_TURN"
"""A user text that holds this makes a server tool's turn pause after its call. Sent back, it goes on."""


class SimulatedModel:
    """Answers deterministically from the request alone. Simulated: it says so, and knows next to nothing.

    `pages` is the web that its search and fetch tools see.
    """

    def __init__(self, pages: Sequence[Page] = PAGES) -> None:
        self._web = LocalWeb(pages)
        self._numbers = count()

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Return the answer to a validated request. `headers` have lower-case names."""
        if request.get("max_tokens") == 0:
            return Answer([], "max_tokens", 0)
        extra: dict[str, Any] = {}
        if request.get("context_management"):
            request, applied = edited(request, count_request)
            extra["context_management"] = {"applied_edits": applied}
        conversation = RequestView(request, headers)
        refused = REFUSAL_WORDS.search(conversation.question) if "REFUS" in conversation.question else None
        if refused and refused[2] in (None, conversation.model):
            return _refusal(refused[1], extra)
        if request.get("compaction") and (summary := summarise_now(conversation)) is not None:
            return Answer([summary], "compaction", 0, extra=extra)
        return self._answer(conversation, extra)

    def _answer(self, conversation: RequestView, extra: dict[str, Any]) -> Answer:
        input_tokens = count_request(conversation.request)
        before: list[Block] = []
        if conversation.request.get("context_management"):
            compacted, pause = compact_if_long(conversation, input_tokens)
            before = [compacted] if compacted else []
            if pause and compacted:
                return Answer(before, "compaction", 0, extra=extra)
        content, reason = self._content(conversation)
        thinking_tokens = 0
        if conversation.wants_thinking:
            thought, thinking_tokens = think(conversation, content)
            content = [thought, *content]
        ending = _ending(conversation, content, reason, thinking_tokens, input_tokens)
        if conversation.has_tools and _executes(ending.content):
            extra["container"] = {
                "id": Identity(conversation.request, next(self._numbers)).new("container"),
                "expires_at": "2026-12-31T00:00:00Z",
            }
        return Answer(
            [*before, *ending.content],
            ending.stop_reason,
            ending.output_tokens,
            stop_sequence=ending.stop_sequence,
            thinking_tokens=ending.thinking_tokens,
            extra=extra,
            input_tokens=input_tokens,
        )

    def _content(self, conversation: RequestView) -> tuple[list[Block], str]:
        if not conversation.has_tools:
            return _written(conversation)
        identity = Identity(conversation.request, next(self._numbers))
        served_here = use_server_tools(conversation, identity, self._web) or []
        if served_here and PAUSE_WORDS in conversation.question and not conversation.prefill:
            return served_here[: 1 + _place_of_use(served_here)], "pause_turn"
        made = [] if served_here and served_here[-1]["type"] == "text" else calls(conversation, identity)
        if made:
            forced = conversation.tool_choice.get("type") in ("any", "tool")
            spoken = [] if forced or conversation.prefill else [{"type": "text", "text": preface(made)}]
            if len(made) == 1 and not served_here:
                spoken = []
            return [*served_here, *spoken, *made], "tool_use"
        if served_here:
            return served_here, "end_turn"
        return _written(conversation)


def _written(conversation: RequestView) -> tuple[list[Block], str]:
    """Return what is said where no tool is used."""
    return fill_schema(conversation) or _continued(conversation, reply(conversation)), "end_turn"


def _executes(content: list[Block]) -> bool:
    return any(block.get("type") == "server_tool_use" and "code_execution" in block["name"] for block in content)


def _place_of_use(content: list[Block]) -> int:
    return next((place for place, block in enumerate(content) if block["type"] == "server_tool_use"), 0)


def _refusal(category: str | None, extra: dict[str, Any]) -> Answer:
    details = {
        "type": "refusal",
        "category": category,
        "explanation": "The request holds a phrase that asks the local API to refuse.",
    }
    return Answer([], "refusal", 0, stop_details=details, extra=extra)


def _continued(conversation: RequestView, content: list[Block]) -> list[Block]:
    """Return the rest of what the caller has begun to say for the assistant."""
    begun = conversation.prefill
    if not begun or not content:
        return content
    text = str(content[0].get("text", ""))
    if begun.rstrip()[-1:] == "{":
        rest = '"answer": "' + text.replace("\\", "").replace('"', "'").replace("\n", " ") + '"}'
    elif text.startswith(begun):
        rest = text[len(begun) :]
    else:
        rest = ("" if begun[-1:] in "([\"'`" else " ") + text
    return [{**content[0], "text": rest}, *content[1:]] if rest else content[1:]


def _ending(
    conversation: RequestView, content: list[Block], reason: str, thinking_tokens: int, input_tokens: int
) -> CutAnswer:
    """Cut at stop sequences, the context window and `max_tokens`, in this order of precedence at equal places."""
    model, sequence = conversation.model, None
    if sequences := conversation.request.get("stop_sequences"):
        content, sequence = cut_at_sequence(content, sequences)
        if sequence is not None:
            reason = "stop_sequence"
    wanted = conversation.request.get("max_tokens", 4096)
    room = max(1, served(model).context_window - input_tokens)
    tokens = thinking_tokens
    for block in content:
        if "thinking" not in block["type"]:
            tokens += count_answer_block(block, model)
    most = min(wanted, room)
    if tokens > most and (cut := cut_at_tokens(content, most, model, thinking_tokens)) is not None:
        why = "model_context_window_exceeded" if room < wanted else "max_tokens"
        return CutAnswer(cut.content, why, cut.output_tokens, thinking_tokens=cut.thinking_tokens)
    return CutAnswer(content, reason, max(1, tokens), sequence, thinking_tokens)


# --- structured output ---------------------------------------------------------------------------------------------------


def schema_asked(conversation: RequestView) -> Any:
    """Return the schema of `output_config.format`, or of the older `output_format`; None when plain text is wanted."""
    request = conversation.request
    asked = (request.get("output_config") or {}).get("format") or request.get("output_format")
    if not isinstance(asked, dict) or asked.get("type") != "json_schema":
        return None
    return asked.get("schema")


def fill_schema(conversation: RequestView) -> list[Block] | None:
    """Return the JSON, from the question, tool results and documents."""
    schema = schema_asked(conversation)
    if schema is None:
        return None
    material = [conversation.question, *(result.text for result in conversation.results)]
    material += [source.text for source in sources_of(conversation)]
    value = value_of(schema, Entities("\n".join(material)[:MOST_MATERIAL]))
    return [{"type": "text", "text": msgspec.json.encode(value).decode()}]
