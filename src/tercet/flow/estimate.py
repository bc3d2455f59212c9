"""An estimate of what a request may use, read from the request itself: a likely number of input tokens for pacing, a bound for budgets.

Counts characters, images and PDF pages; runs no tokenizer. Knows the catalog and the shape of requests, no policy.

The bound: two small letters a token at least (1.5 with the newer tokenizer), every other byte a token of its own, each
image at its model's most, and never more than the context. It does not hold where the API adds input by itself after
the request came: results of server tools, files and URLs whose size is not in the request count as a full context.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import msgspec

from tercet.catalog.facts import ModelFacts
from tercet.catalog.models import all_models, find, image_tier, tool_tokens
from tercet.flow.image_size import MOST_SEEN, Size, fitting_size, patches
from tercet.flow.kinds import Kind, kind_of
from tercet.wire.http import Request
from tercet.wire.image_headers import read_image

_EASY = b"abcdefghijklmnopqrstuvwxyz "
_ASCII = bytes(range(128))
_PAGE = re.compile(rb"/Type\s{0,4}/Page(?![a-zA-Z])")
NEWER = 1.35
"""How many more tokens the newer tokenizer makes of the same text."""
WINDOW = 1_000_000
"""The context of a model that the catalog does not know: the largest that there is."""
STEPS = 10
"""Steps in which server tools work on one request: each reads the whole context again."""
PER_MESSAGE, PER_REQUEST, PER_TOOLS, PER_TYPED_TOOL = 8, 64, 1_000, 2_000
HEADERS = (1_024, 87_380)
"""Base64 characters decoded to find the size of an image: enough for most, then enough for nearly all."""
PDF_PAGE_LIKELY, PDF_PAGE_MOST = 2_000, 3_000
"""The text of one page. Its picture comes on top."""
BYTES_A_PAGE = 4_000
"""Pages hidden in compressed objects: how small one can be."""
MOST_SEARCHES = 10
"""Searches of a web search tool that names no `max_uses`."""
MOST_ADVICE = 10
"""Calls of an advisor that names no `max_uses`."""
MOST_FALLBACKS = 32
"""More entries than the API takes."""
PATCHED = ("model", "max_tokens", "speed")
"""Fields of an entry of `fallbacks` that change what it costs."""


class Estimate(msgspec.Struct, frozen=True):
    """Say what one message asks for, in tokens."""

    model: str
    likely_input: int
    most_input: int
    most_output: int | None
    """`max_tokens`, or the model's own limit; None if neither is known."""
    batch: bool = False
    us: bool = False
    fast: bool = False
    cached: str | None = None
    """The longest lifetime of a cache that is written: `5m`, `1h`, or None."""
    searches: int = 0
    most_context: int = 0
    """Tokens that an answer may report, input and output together."""
    grows: bool = False
    """Whether the API may put in input by itself after the answer has begun."""
    also: tuple[Estimate, ...] = ()
    """What other models, or the same once more, may be asked for it by the API itself."""
    unknown: str = ""
    """Why nobody can say what it may cost; empty if that can be said."""


Behind: TypeAlias = Callable[[str], str]
"""Tells the model that an id stands for, where a client was told."""


def same_model(model: str) -> str:
    """Return the id: it stands for no other."""
    return model


def estimates_of(request: Request, kind: Kind | None = None, behind: Behind = same_model) -> tuple[Estimate, ...]:
    """Return what a request asks of models: one entry for a message, one each for a batch's, none for what is free.

    `kind`: what the noun says; None: as method and path say.
    """
    content = request.content
    return estimate_body(kind_of(request.method, request.url, content) if kind is None else kind, content, behind)


def estimate_body(kind: Kind, content: bytes, behind: Behind = same_model) -> tuple[Estimate, ...]:
    """Return the same for a body in the Claude API's own form."""
    if kind == "free":
        return ()
    body = decode_body(content)
    if kind == "unknown":
        return (_unknown(body, content, "it goes to an endpoint that is not known to be free"),)
    if kind == "batch":
        return tuple(_batch(body, content, behind))
    if not isinstance(body, dict):
        return (_unknown(body, content, "its body is no JSON object"),)
    if kind == "completion":
        body = {**body, "max_tokens": body.get("max_tokens_to_sample")}
    return (_message(body, content, behind),)


def _unknown(body: Any, content: bytes, why: str) -> Estimate:
    model = body.get("model") if isinstance(body, dict) else None
    return Estimate(model if isinstance(model, str) else "", len(content) // 4, len(content), None, unknown=why)


def _batch(body: Any, content: bytes, behind: Behind) -> Iterator[Estimate]:
    entries = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        entries = [None]
    for entry in entries:
        params = entry.get("params") if isinstance(entry, dict) else None
        if isinstance(params, dict):
            asked = _message(params, encode_body(params), behind)
        else:
            asked = _unknown(None, content, "it is a batch with a request that cannot be read")
        yield msgspec.structs.replace(asked, batch=True)


def _message(body: dict[str, Any], content: bytes, behind: Behind) -> Estimate:
    model = body.get("model")
    model = behind(model) if isinstance(model, str) else ""
    facts = find(model) if model else None
    tools = list(_dicts(body["tools"])) if body.get("tools") else ()
    blocks, adds = _looked_through(body)
    adds = adds or _adds_input(body, tools)
    likely, most = _input(body, content, facts, blocks, adds)
    output = body.get("max_tokens")
    if type(output) is not int or output < 0:
        output = facts.limits.output if facts else None
    asked = Estimate(
        model,
        likely,
        most,
        output,
        us=body.get("inference_geo") == "us",
        fast=body.get("speed") == "fast",
        cached=_cache_lifetime(content),
        searches=sum([_uses(tool) for tool in tools if _has_type(tool, "web_search")]) if tools else 0,
        most_context=window_of(facts) * (STEPS if adds else 1) + (output or 0),
        grows=adds,
    )
    if "fallbacks" in body or "context_management" in body or any(_has_type(tool, "advisor_") for tool in tools):
        again = partial(_message, content=content, behind=behind)
        return msgspec.structs.replace(asked, also=tuple(companions(body, tools, asked, again)))
    return asked


def window_of(facts: ModelFacts | None) -> int:
    """Return the context of a model; of one that is not known the largest that there is."""
    return (facts.limits.context if facts else None) or WINDOW


def _input(
    body: dict[str, Any], content: bytes, facts: ModelFacts | None, blocks: list[tuple[str, bytes]], adds: bool
) -> tuple[int, int]:
    window = window_of(facts)
    text = [content, *(data for _, data in blocks)]
    easy, hard, foreign = _classes(text[0])
    for data in text[1:]:
        part = _classes(data)
        easy, hard, foreign = easy - part[0], hard - part[1], foreign - part[2]
    newer = _is_newer(facts)
    likely = _likely(easy, hard, foreign, newer)
    most = easy / (1.5 if newer else 2) + hard + foreign
    for kind, data in blocks:
        sizes = _pdf(data, facts) if kind == "document" else _image(data, facts)
        likely, most = likely + sizes[0], most + sizes[1]
    tools = _tools(body, facts)
    messages = body.get("messages")
    framing = PER_REQUEST + PER_MESSAGE * (len(messages) if isinstance(messages, list) else 0)
    most = most + tools + framing
    if adds:
        most = max(most, window)
    return round(min(likely + tools / 2, window)), round(min(most, window))


def text_tokens(text: str, model: str | None = None) -> float:
    """Return how many tokens a text is likely to be. Adds up: the parts of a text are together what the whole is."""
    return _likely(*_classes(text.encode("utf-8", "replace")), _is_newer(find(model) if model else None))


def _likely(easy: int, hard: int, foreign: int, newer: bool) -> float:
    return (easy / 4 + hard / 2 + foreign / 2.5) * (NEWER if newer else 1.0)


def _is_newer(facts: ModelFacts | None) -> bool:
    return facts is None or facts.tokenizer != "old"


def _classes(data: bytes) -> tuple[int, int, int]:
    """Return how many bytes are small letters and spaces, other ASCII, and parts of other characters."""
    foreign = len(data.translate(None, _ASCII))
    easy = len(data) - len(data.translate(None, _EASY))
    return easy, len(data) - easy - foreign, foreign


def _looked_through(body: dict[str, Any]) -> tuple[list[tuple[str, bytes]], bool]:
    """Return the images and documents that stand in the request as base64, wherever a block may stand, and whether there
    are some whose content the API puts in by itself."""
    blocks, added = [], False
    open_ends: list[Any] = [body.get("messages")]
    while open_ends:
        value = open_ends.pop()
        if type(value) is list:
            open_ends.extend(value)
        elif type(value) is dict:
            source, kind, content = value.get("source"), value.get("type"), value.get("content")
            if type(source) is not dict:
                added = added or kind in ("document", "container_upload")
            elif source.get("type") == "base64" and isinstance(data := source.get("data"), str):
                blocks.append(("document" if kind == "document" else "image", data.encode("utf-8", "replace")))
                continue
            elif source.get("type") in ("file", "url"):
                if kind == "image":
                    blocks.append(("image", b""))
                else:
                    added = True
            else:
                open_ends.append(source)
            if type(content) is list or type(content) is dict:
                open_ends.append(content)
    return blocks, added


def _image(data: bytes, facts: ModelFacts | None) -> tuple[int, int]:
    tier = (image_tier(facts) if facts else None) or MOST_SEEN
    size = _size(data)
    return patches(fitting_size(size, tier)) if size else min(tier.tokens, 100 + len(data) // 200), tier.tokens


def _size(data: bytes) -> Size | None:
    """Return the size that the header of an image says: it stands in the first bytes, or behind what a camera wrote."""
    for characters in HEADERS:
        try:
            found = read_image(a2b_base64(data[:characters]))
        except Base64Error:
            return None
        if found is not None:
            return found.width, found.height
    return None


def _pdf(data: bytes, facts: ModelFacts | None) -> tuple[int, int]:
    from base64 import b64decode

    try:
        file = b64decode(data)
    except (Base64Error, ValueError):
        file = b""
    pages = len(_PAGE.findall(file))
    most = pages if pages and b"/ObjStm" not in file else max(pages, 1 + len(file) // BYTES_A_PAGE)
    likely = pages or 1 + len(file) // (8 * BYTES_A_PAGE)
    picture = _image(b"", facts)[1]
    return likely * PDF_PAGE_LIKELY, most * (PDF_PAGE_MOST + picture)


def _tools(body: dict[str, Any], facts: ModelFacts | None) -> int:
    """Return the hidden prompt that comes with tools, and the definitions of those that the API knows by their type."""
    tools = list(_dicts(body.get("tools"))) if body.get("tools") else []
    if not tools:
        return 0
    prompt = max(facts.tool_prompt.auto, facts.tool_prompt.forced) if facts and facts.tool_prompt else PER_TOOLS
    typed = [str(tool["type"]) for tool in tools if tool.get("type") not in (None, "custom")]
    return prompt + sum((tool_tokens(kind, facts) if facts else None) or PER_TYPED_TOOL for kind in typed)


def _adds_input(body: dict[str, Any], tools: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether tools put input in that the request does not show."""
    if "mcp_servers" in body or "container" in body:
        return bool(body.get("mcp_servers") or body.get("container"))
    return any(_has_type(tool, "web_", "code_execution", "mcp_") for tool in tools)


def _cache_lifetime(content: bytes) -> str | None:
    if b'"cache_control"' not in content:
        return None
    return "1h" if b'"1h"' in content else "5m"


def _uses(tool: Mapping[str, Any]) -> int:
    uses = tool.get("max_uses")
    return uses if type(uses) is int and uses >= 0 else MOST_SEARCHES


def _has_type(tool: Mapping[str, Any], *starts: str) -> bool:
    kind = tool.get("type")
    return isinstance(kind, str) and kind.startswith(starts)


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def encode_body(params: dict[str, Any]) -> bytes:
    """Return a body as JSON."""
    try:
        return msgspec.json.encode(params)
    except ValueError:  # a lone surrogate
        import json

        return json.dumps(params).encode()


def decode_body(content: bytes) -> Any:
    """Return a body, or None if it is no JSON."""
    try:
        return msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return _decode_leniently(content)


def _decode_leniently(content: bytes) -> Any:
    """Return a body by `json`, since msgspec refuses lone surrogates, which the API may take."""
    import json

    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


# --- other models that the API itself may ask: each may be billed beside the one that was asked, so each is reserved --------


def companions(
    body: Mapping[str, Any],
    tools: Sequence[Mapping[str, Any]],
    asked: Estimate,
    again: Callable[[dict[str, Any]], Estimate],
) -> Iterator[Estimate]:
    """Return what else may be asked beside `asked`. `again` estimates the same message with other parameters."""
    alone = {name: value for name, value in body.items() if name not in ("fallbacks", "context_management")}
    alone["tools"] = [tool for tool in tools if not _is_advisor(tool)]
    yield from _fallbacks(body.get("fallbacks"), alone, again, asked)
    for tool in tools:
        if _is_advisor(tool):
            uses = tool.get("max_uses")
            yield from [_advice(tool, asked)] * (uses if type(uses) is int and 0 <= uses <= 1_000 else MOST_ADVICE)
    management = body.get("context_management")
    edits = management.get("edits") if isinstance(management, dict) else None
    if any(_kind(edit).startswith("compact") for edit in (edits if isinstance(edits, list) else ())):
        yield msgspec.structs.replace(asked, searches=0)


def _fallbacks(
    given: Any, alone: dict[str, Any], again: Callable[[dict[str, Any]], Estimate], asked: Estimate
) -> Iterator[Estimate]:
    if given == "default":  # the API does not say whom it asks
        given = [{"model": _dearest()}]
    if not given:
        return
    for entry in given if isinstance(given, list) and len(given) <= MOST_FALLBACKS else [None]:
        if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
            yield msgspec.structs.replace(asked, unknown="it names fallbacks that cannot be read")
            continue
        yield again({**alone, **{name: entry[name] for name in PATCHED if entry.get(name) is not None}})


def _advice(tool: Mapping[str, Any], asked: Estimate) -> Estimate:
    model = tool.get("model")
    facts = find(model) if isinstance(model, str) else None
    most = tool.get("max_tokens")
    if type(most) is not int or most < 0:
        most = facts.limits.output if facts else None
    read = asked.most_input + (asked.most_output or 0)
    return msgspec.structs.replace(
        asked, model=model if isinstance(model, str) else "", most_input=read, most_output=most, searches=0
    )


def _dearest() -> str:
    """Return the model whose output costs the most, of those that still answer."""

    def price(facts: ModelFacts) -> float:
        return max((float(row.output) for row in facts.prices), default=0.0)

    living = [facts for facts in all_models() if facts.lifecycle.status != "retired"]
    return max(living, key=price).id


def _is_advisor(tool: Mapping[str, Any]) -> bool:
    return _kind(tool).startswith("advisor_")


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""
