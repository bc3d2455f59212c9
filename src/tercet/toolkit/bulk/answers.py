"""Messages become results: what kind of answer it is, its value, and its cost; and what is asked when it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.catalog.message_cost import whole_cost_of
from tercet.schema.answers import UNFINISHED, OutputFormat
from tercet.toolkit.bulk.items import ItemError, ItemResult, Status
from tercet.wire.errors.tree import APIConnectionError, APIError, APIStatusError
from tercet.wire.responses.message import Message

CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
LONGEST_PROBLEM = 1000
AGAIN = (
    "Your answer is not of the format that was asked for: {problem} Answer the request again, in exactly that format and with "
    "nothing else."
)
RETRIED = frozenset({408, 409, 429})


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message: its text blocks, joined."""
    content = message.get("content")
    if not isinstance(content, list):
        return ""
    return "".join(
        block["text"]
        for block in content
        if isinstance(block, Mapping) and block.get("type") == "text" and isinstance(block.get("text"), str)
    )


def judge(message: Mapping[str, Any], output: OutputFormat | None) -> tuple[Status, Any, str | None]:
    """Return the status of an answer, its value (the text, where no type was asked for), and what does not fit."""
    stop = message.get("stop_reason")
    text = text_of(message)
    if stop == "refusal":
        return "refused", None if output is not None else text, None
    if output is None:
        return ("cut" if stop in CUT else "ok"), text, None
    try:
        return "ok", output.read(text), None
    except Exception as problem:  # validators are callers' code: whatever they raise must not cost the answer
        if stop in UNFINISHED:
            return "cut", None, None
        said = " ".join(str(problem).split())[:LONGEST_PROBLEM] or type(problem).__name__
        return "schema", None, said if said.endswith(".") else f"{said}."


def again(params: Mapping[str, Any], message: Message, problem: str) -> dict[str, Any]:
    """Return the request that asks once more, with the answer that did not fit and why."""
    answer: Any = message.to_param()
    if not answer["content"]:
        answer = {"role": "assistant", "content": [{"type": "text", "text": "(no text)"}]}
    asked = {"role": "user", "content": AGAIN.format(problem=problem)}
    return {**params, "messages": [*params["messages"], answer, asked]}


def result_of(
    item: int,
    message: Message,
    output: OutputFormat | None,
    *,
    paid: int | None = 0,
    row: Mapping[str, Any] | None = None,
) -> ItemResult:
    """Return the result of an item that was answered. `paid`: nano-dollars that were spent on it before."""
    status, value, problem = judge(message, output)
    nano = whole_cost_of(message).known
    error = None if problem is None else ItemError("OutputValidationError", f"asked twice; at last: {problem}")
    total = None if nano is None or paid is None else nano + paid
    return ItemResult(item=item, status=status, message=message, nano=total, error=error, value=value, row=row)


def failure_of(
    item: int, problem: BaseException, *, paid: int | None = 0, row: Mapping[str, Any] | None = None
) -> ItemResult:
    """Return the result of an item whose call failed for good."""
    said = " ".join(str(problem).split())[:2000] or type(problem).__name__
    code = problem.status_code if isinstance(problem, APIStatusError) else None
    error = ItemError(type(problem).__name__, said, code, is_retryable(problem))
    if any(getattr(attempt, "billed", "no") != "no" for attempt in getattr(problem, "attempts", ())):
        paid = None  # maybe billed: nobody knows
    return ItemResult(item=item, status="failed", error=error, nano=paid, row=row, raised=problem)


def is_retryable(problem: BaseException) -> bool:
    """Return whether asking again later may get another outcome."""
    if isinstance(problem, APIStatusError):
        return problem.status_code in RETRIED or problem.status_code >= 500
    return isinstance(problem, APIConnectionError) or (
        isinstance(problem, APIError) and problem.retry_after is not None
    )


def value_again(message: Mapping[str, Any], status: str, output: OutputFormat | None) -> Any:
    """Return the value of a message that was kept: the text, or what the type makes of it; None where it does not fit."""
    if output is None or status == "ok":
        return judge(message, output)[1]
    return None


def plain_answer(message: Mapping[str, Any], status: str, output: OutputFormat | None) -> Any:
    """Return the answer as a row of the output has it: text, or the JSON that the model wrote."""
    text = text_of(message)
    if output is None:
        return text
    if status != "ok":
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return text  # a type that reads what is no JSON
