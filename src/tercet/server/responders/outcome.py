"""One scripted outcome: what is said, or which error or fault comes in its place. Made from a description a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tercet.server.accounting.tokens import count_answer_block
from tercet.server.faults.spec import FaultSpec, UnknownFault, parse_faults
from tercet.server.service.responder import Answer

KNOWN = frozenset(
    {
        "text", "thinking", "tool_use", "content", "stop_reason", "stop_sequence", "stop_details", "usage",
        "extra", "error", "status", "fault", "delay", "pace",
    }
)  # fmt: skip
SAYS = frozenset({"text", "thinking", "tool_use", "content", "stop_reason"})
COUNTS = frozenset({"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"})
"""Fields of usage that are reckoned with."""
Json = dict[str, Any]


class BadScript(ValueError):  # noqa: N818 - the reader wants to know what is bad
    """A script, or a queued answer, that cannot be understood. Says where and what would be understood."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was described."""

    blocks: tuple[Json, ...]
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Json | None = None
    usage: Json = field(default_factory=dict)
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answer` is None where the simulated model shall answer; `faults` come before it or in its place."""

    answer: Said | None = None
    faults: tuple[FaultSpec, ...] = ()


class Fixed:
    """An answerer that says one thing. Identifiers of tool calls follow from the request."""

    blocking = False

    def __init__(self, said: Said) -> None:
        self._said = said

    def answer(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Return what was scripted, its tokens counted."""
        from tercet.server.simulated.identity import Identity

        said, identity, model = self._said, Identity(request), str(request.get("model", ""))
        content = [_finished(block, identity) for block in said.blocks]
        calls = any(block["type"] == "tool_use" for block in content)
        reason = said.stop_reason or ("stop_sequence" if said.stop_sequence else "tool_use" if calls else "end_turn")
        sizes = [count_answer_block(block, model) for block in content]
        thought = sum(size for block, size in zip(content, sizes, strict=True) if "thinking" in block["type"])
        return Answer(
            content,
            reason,
            max(1, sum(sizes)) if content else 0,
            stop_sequence=said.stop_sequence,
            thinking_tokens=thought,
            stop_details=said.stop_details,
            extra=said.extra,
            usage=said.usage,
        )


def _finished(block: Json, identity: Any) -> Json:
    """Return the block with what a script may leave out."""
    if block["type"] in ("tool_use", "server_tool_use", "mcp_tool_use"):
        prefix = "toolu" if block["type"] == "tool_use" else "srvtoolu"
        return {"type": block["type"], "id": identity.new(prefix), "input": {}, **block}
    if block["type"] == "thinking" and "signature" not in block:
        from tercet.server.simulated.thinking import shown

        return {**shown(block["thinking"], omitted=False), **block}
    return {**block, "citations": block.get("citations")} if block["type"] == "text" else block


def outcome_of(given: Any, where: str = "the answer") -> Outcome:
    """Return the outcome that a description means: a text, or a mapping of `KNOWN` keys. Raises BadScript."""
    if isinstance(given, Outcome):
        return given
    if isinstance(given, str):
        return Outcome(Said(({"type": "text", "text": given},)))
    if isinstance(given, list):
        given = {"content": given}
    if not isinstance(given, Mapping):
        raise BadScript(
            f"{where} is {type(given).__name__}; write a text, a list of blocks, or a mapping with {_listed()}"
        )
    unknown = sorted(set(map(str, given)) - KNOWN)
    if unknown:
        raise BadScript(f"{where} holds {unknown[0]!r}; known are {_listed()}")
    said = _said(given, where) if SAYS & given.keys() else None
    return Outcome(said, _faults(given, where))


def _listed() -> str:
    return ", ".join(sorted(KNOWN))


def _said(given: Mapping[str, Any], where: str) -> Said:
    blocks: list[Json] = [{"type": "thinking", "thinking": str(given["thinking"])}] if "thinking" in given else []
    if "text" in given:
        blocks.append({"type": "text", "text": str(given["text"])})
    for call in _several(given.get("tool_use")):
        if not isinstance(call, Mapping) or not isinstance(call.get("name"), str):
            raise BadScript(f"{where}: tool_use needs a name, as in {{name: get_weather, input: {{city: Oslo}}}}")
        blocks.append({"type": "tool_use", **call})
    blocks += [_block(block, where) for block in _several(given.get("content"))]
    names = ("stop_reason", "stop_sequence", "stop_details")
    parts: Json = {name: given.get(name) for name in names}
    return Said(tuple(blocks), usage=_usage(given, where), extra=_mapping(given, "extra", where), **parts)


def _mapping(given: Mapping[str, Any], name: str, where: str) -> Json:
    found = given.get(name) or {}
    if not isinstance(found, Mapping):
        raise BadScript(f"{where}: {name} is {type(found).__name__}; write a mapping by name")
    return dict(found)


def _usage(given: Mapping[str, Any], where: str) -> Json:
    usage = _mapping(given, "usage", where)
    for name in COUNTS & usage.keys():
        if type(usage[name]) is not int or usage[name] < 0:
            raise BadScript(f"{where}: {name} of usage is {usage[name]!r}; a whole number from 0 on is expected")
    return usage


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _block(block: Any, where: str) -> Json:
    if isinstance(block, str):
        return {"type": "text", "text": block}
    if not isinstance(block, Mapping) or not isinstance(block.get("type"), str):
        raise BadScript(f"{where}: every block of content needs a type, as in {{type: text, text: Hello}}")
    if block["type"] in ("text", "thinking") and not isinstance(block.get(block["type"]), str):
        raise BadScript(f"{where}: a {block['type']} block needs its {block['type']}")
    return dict(block)


def _faults(given: Mapping[str, Any], where: str) -> tuple[FaultSpec, ...]:
    faults: list[FaultSpec] = []
    try:
        if given.get("delay") is not None:
            faults += parse_faults(f"slow:{given['delay']}")
        if given.get("pace") is not None:
            faults += parse_faults(f"pace:{given['pace']}")
        for words in _several(given.get("fault")):
            faults += parse_faults(str(words))
    except UnknownFault as problem:
        raise BadScript(f"{where}: {problem}") from None
    error = given.get("error", given.get("status"))
    return (*faults, _error(error, where)) if error is not None else tuple(faults)


def _error(given: Any, where: str) -> FaultSpec:
    found: Mapping[str, Any] = {"status": given} if type(given) is int else given
    if not isinstance(found, Mapping) or type(found.get("status", 500)) is not int:
        raise BadScript(f"{where}: an error is a status, or a mapping with status, message, type, error_code, headers")
    status = found.get("status", 500)
    if not 200 <= status <= 599:
        raise BadScript(f"{where}: the error's status is {status}; 200 to 599 are possible")
    named = {
        **{key: value for key, value in found.items() if key not in ("status", "headers")},
        **(found.get("headers") or {}),
    }
    options = {str(name).lower().replace("retry_after", "retry-after"): str(value) for name, value in named.items()}
    for name, value in options.items():
        if name != "message" and not (f"{name}{value}".isprintable() and f"{name}{value}".isascii()):
            raise BadScript(f"{where}: {name!r} holds characters that no header can carry")
    return FaultSpec("status", value=str(status), options=options)
