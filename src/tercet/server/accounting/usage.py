"""The `usage` of a message: what was read, written, cached, thought and searched. Money is not its business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tercet.server.accounting.caching import UNCACHED, CacheUse, PromptCache
from tercet.server.accounting.tokens import block_weight, count_answer_block, count_request, model_of, sum_of, tokens_of
from tercet.server.service.context_editing import edited, edits_of
from tercet.server.service.model_facts import served
from tercet.server.service.responder import Answer

SERVER_TOOL_COUNTS = {
    "web_search": "web_search_requests",
    "web_fetch": "web_fetch_requests",
    "code_execution": "code_execution_requests",
    "bash_code_execution": "code_execution_requests",
    "text_editor_code_execution": "code_execution_requests",
}
ITERATION_INPUTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation")
MODEL_BLOCKS = frozenset({"text", "thinking", "redacted_thinking", "tool_use"})
"""What the model itself says. All other blocks of an answer come from tools of the API, and are looked through for these."""
ALWAYS_SHOWN = ("web_search_requests", "web_fetch_requests")


def usage(
    request: Mapping[str, Any],
    answer: Answer,
    model: str = "",
    *,
    cache: PromptCache | None = None,
    key: str = "",
    batch: bool = False,
) -> dict[str, Any]:
    """Return the complete usage object of the message that `answer` becomes.

    With `cache`, prefixes are looked up and written under `key` at its clock's present time; call once per request.
    """
    if model and request.get("model") != model:
        request = {**request, "model": model}
    if request.get("context_management"):
        request, _ = edited(request, count_request)
    total = answer.input_tokens
    if total is None:
        total = count_request(request)
    cached = cache.use(request, key) if cache is not None else UNCACHED
    if answer.stop_reason == "refusal" and not answer.content:  # refused before any output: not billed
        cached = UNCACHED
    found = _counts(request, answer, total, cached, "batch" if batch else "standard")
    if request.get("speed"):
        found["speed"] = request["speed"]
    if request.get("compaction") or (request.get("context_management") and edits_of(request, "compact")):
        found["iterations"] = _iterations(found, answer, model_of(request))
    return found


def _counts(request: Mapping[str, Any], answer: Answer, total: int, cached: CacheUse, tier: str) -> dict[str, Any]:
    """Return what every usage object holds, in tokens."""
    serves = not {block.get("type") for block in answer.content} <= MODEL_BLOCKS
    return {
        "input_tokens": max(0, total - cached.total)
        + (result_tokens(answer.content, model_of(request)) if serves else 0),
        "cache_creation_input_tokens": cached.written_5m + cached.written_1h,
        "cache_read_input_tokens": cached.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": cached.written_5m,
            "ephemeral_1h_input_tokens": cached.written_1h,
        },
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"thinking_tokens": answer.thinking_tokens},
        "server_tool_use": server_tool_use(answer) if serves else None,
        "service_tier": tier,
        "inference_geo": _place(request),
    }


def _place(request: Mapping[str, Any]) -> str:
    """Return where the answer was made. Models before 4.6 do not tell."""
    if not served(model_of(request)).has_places:
        return "not_available"
    return str(request.get("inference_geo") or "global")


def result_tokens(content: Sequence[Mapping[str, Any]], model: str) -> int:
    """Return what the results of server tools add to the input: the model reads them to write the rest of the same
    answer."""
    facts = served(model)
    results = [block for block in content if str(block.get("type", "")).endswith("_tool_result")]
    return tokens_of(sum_of(block_weight(block, facts) for block in results), model) if results else 0


def server_tool_use(answer: Answer) -> dict[str, int] | None:
    """Requests that server tools made, by kind; None when no server tool ran."""
    counts: dict[str, int] = {}
    for block in answer.content:
        if block.get("type") == "server_tool_use" and block.get("name") in SERVER_TOOL_COUNTS:
            name = SERVER_TOOL_COUNTS[block["name"]]
            counts[name] = counts.get(name, 0) + 1
    return {**dict.fromkeys(ALWAYS_SHOWN, 0), **counts} if counts else None


def _iterations(found: Mapping[str, Any], answer: Answer, model: str) -> list[dict[str, Any]]:
    """Return one entry for the compaction, if one took place, and one for the message. Only the latter is in the
    sums."""
    inputs = {name: found[name] for name in ITERATION_INPUTS}
    compacted = sum(count_answer_block(block, model) for block in answer.content if block.get("type") == "compaction")
    steps = [{"type": "compaction", "output_tokens": compacted, **inputs}] if compacted else []
    if answer.stop_reason != "compaction":
        steps.append({"type": "message", "output_tokens": answer.output_tokens, **inputs})
    return steps
