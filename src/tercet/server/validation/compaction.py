"""Compaction: what a request to compact must hold, and where a signed block may stand when it is sent back.

Blocks of the older form, by `context_management`, have no signature; they may stand anywhere and are not checked here.
"""

from __future__ import annotations

from typing import Any

from tercet.server.errors import HTTPError
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.error_texts import text
from tercet.server.validation.thinking import SEAL


def check_compaction(subject: ValidationContext) -> None:
    """Check the parameter, then the blocks."""
    if subject.request.get("compaction") is not None and not subject.counting:
        _check_request(subject.request)
    signed = [
        (i, j, block)
        for i, message in enumerate(subject.request["messages"])
        if type(message["content"]) is list
        for j, block in enumerate(message["content"])
        if block["type"] == "compaction" and block.get("signature") is not None
    ]
    if signed:
        _check_blocks(subject, signed)


def _check_request(request: dict[str, Any]) -> None:
    if request.get("context_management") is not None:
        raise _refusal("compaction_with_edits")
    spoken = [message for message in request["messages"] if message["role"] != "system" and message["content"]]
    if not spoken:
        raise _refusal("compaction_nothing_to_summarize")
    last = request["messages"][-1]
    if last["role"] == "assistant" and type(last["content"]) is list and _is_unfinished(last["content"]):
        raise _refusal("compaction_incomplete_turn")


def _is_unfinished(content: list[dict[str, Any]]) -> bool:
    results = {block.get("tool_use_id") for block in content}
    return any(block["type"] in ("tool_use", "server_tool_use") and block["id"] not in results for block in content)


def _check_blocks(subject: ValidationContext, signed: list[tuple[int, int, dict[str, Any]]]) -> None:
    if len([block for _, _, block in signed if block.get("content")]) > 1:
        raise _refusal("compaction_block_ambiguous")
    i, j, block = signed[0]
    if (i, j) != (0, 0) or subject.request["messages"][0]["role"] == "system":
        raise _refusal("compaction_block_misplaced", i=i, j=j)
    # It is sealed as a thought is: the seal covers the content.
    if subject.verify is not None and not subject.verify(
        {"thinking": block.get("content"), "signature": block["signature"]}
    ):
        changed = len(block["signature"]) >= SEAL
        raise _refusal("compaction_content_mismatch" if changed else "compaction_signature_invalid", i=i, j=j)


def _refusal(row: str, **values: Any) -> HTTPError:
    """Return the row's 400, with the row's name as its code where the API has such a code."""
    details = None if row == "compaction_with_edits" else {"error_code": row}
    return HTTPError(400, text(row, **values), details=details)
