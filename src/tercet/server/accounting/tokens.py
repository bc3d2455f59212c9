"""Token counts: a documented approximation, since the real tokenizers are not public.

One token for every 3.5 bytes of UTF-8 (models before Opus 4.7) or every 2.7 (Opus 4.7 and later: 30 % more tokens),
a fixed cost for each message, and the published costs of tools, images (exact rule) and PDF pages.
`split_text` cuts a text at the same boundaries as `count_text` counts, so that the two always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

import msgspec

from tercet.catalog import models
from tercet.server.accounting.images import decoded, image_tokens, source_tokens
from tercet.server.accounting.pdf import read_pdf
from tercet.server.service.context_editing import visible_messages
from tercet.server.service.model_facts import ServedModel, served


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A generation: bytes to a token, and tokens for the frame around each message.

    The frames are fitted to the documented example: system "You are a scientist" and user "Hello, Claude" are 14.
    """

    bytes_per_token: float
    message_frame: int


TOKENIZERS = {"old": Tokenizer(3.5, 4), "new": Tokenizer(2.7, 2)}
PDF_PAGE_SIZE = (1224, 1584)
"""Pixels of a rendered page: US letter at 144 dots an inch. The API's own rendering size is not published."""
PAGE_WITHOUT_BYTES = 1500
"""Text tokens of a PDF that is not in the request (URL, file id): the low end of the published range, one page."""
CITATION_FRAME = 60
"""Hidden instructions when documents may be cited; an estimate."""

TYPED_TOOLS = {
    "bash": 244,
    "text_editor": 700,
    "computer_toolset": 4500,
    "computer": 735,
    "browser_toolset": 6600,
    "web_search": 350,
    "web_fetch": 350,
    "code_execution": 500,
    "memory": 700,
    "tool_search_tool": 250,
}
"""Kind of API-defined tool -> an estimate of its definition's tokens, for those that the catalog has no figure of."""


USUAL_TOOL = 300


class Weight(NamedTuple):
    """The cost of a part of a request: bytes of text, to be divided by the tokenizer's rate, and whole tokens."""

    size: int = 0
    tokens: int = 0

    def plus(self, other: Weight) -> Weight:
        """Return both together."""
        return Weight(self.size + other.size, self.tokens + other.tokens)


def model_of(request: Mapping[str, Any]) -> str:
    """Return the model that a request names."""
    return str(request.get("model", ""))


@lru_cache(maxsize=256)
def tokenizer_of(model: str) -> Tokenizer:
    """Return the tokenizer of the generation that this model belongs to; the new one for unknown models."""
    return TOKENIZERS[served(model).tokenizer]


def utf8_size(text: str) -> int:
    """Return bytes of the text in UTF-8, counting unpaired surrogates as three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def count_text(text: str, model: str = "") -> int:
    """Return tokens of a text alone."""
    return ceil(utf8_size(text) / tokenizer_of(model).bytes_per_token)


def split_text(text: str, model: str = "") -> list[str]:
    """Return the text cut into its tokens: as many as `count_text` says, joining back to the text.

    A character that is wider than a token is followed by empty tokens, as if it were spelt in several.
    """
    rate = tokenizer_of(model).bytes_per_token
    total = count_text(text, model)
    if text.isascii():
        cuts = [*(int(number * rate) for number in range(total)), len(text)]
        return [text[start:end] for start, end in pairwise(cuts)]
    return list(_wide_pieces(text, rate, total))


def _wide_pieces(text: str, rate: float, total: int) -> Iterator[str]:
    start = position = size = 0
    for number in range(1, total + 1):
        room = int(number * rate) if number < total else 4 * len(text)
        while position < len(text) and size + (width := utf8_size(text[position])) <= room:
            size += width
            position += 1
        yield text[start:position]
        start = position


def first_tokens(text: str, count: int, model: str = "") -> str:
    """Return the longest beginning of the text that is at most `count` tokens."""
    if count <= 0:
        return ""
    room = int(count * tokenizer_of(model).bytes_per_token)
    if utf8_size(text) <= room:
        return text
    return text.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore")


# --- whole requests ----------------------------------------------------------------------------------------------------


def count_request(request: Mapping[str, Any]) -> int:
    """Return input tokens of a request: system, messages, tools with their hidden prompt, images, documents."""
    weight = messages_weight(request)
    if request.get("system"):
        weight = weight.plus(system_weight(request))
    if request.get("tools"):
        weight = weight.plus(tools_weight(request))
    return tokens_of(weight, model_of(request))


def tokens_of(weight: Weight, model: str) -> int:
    """Return a weight in tokens of this model."""
    return weight.tokens + ceil(weight.size / tokenizer_of(model).bytes_per_token)


def tools_weight(request: Mapping[str, Any]) -> Weight:
    """Return the tools' definitions and the hidden prompt that comes with them."""
    tools = request.get("tools") or []
    if not tools:
        return Weight()
    total = Weight(0, tool_prompt_tokens(request))
    for tool in tools:
        total = total.plus(tool_weight(tool, model_of(request)))
    return total


def tool_prompt_tokens(request: Mapping[str, Any]) -> int:
    """Return tokens of the hidden prompt that any tool brings: by model, more when a call is forced."""
    if not request.get("tools"):
        return 0
    choice = (request.get("tool_choice") or {}).get("type", "auto")
    auto, forced = served(model_of(request)).tool_prompt
    return forced if choice in ("any", "tool") else auto


def tool_weight(tool: Mapping[str, Any], model: str = "") -> Weight:
    """Return one tool's definition. Deferred tools cost nothing until they are found."""
    if tool.get("defer_loading"):
        return Weight()
    kind = str(tool.get("type") or "custom")
    if kind == "custom":
        shown = {key: tool[key] for key in ("name", "description", "input_schema", "input_examples") if key in tool}
        return Weight(_json_size(shown))
    facts = models.find(model)
    known = models.tool_tokens(kind, facts) if facts is not None else None
    return Weight(0, known or next((cost for name, cost in TYPED_TOOLS.items() if kind.startswith(name)), USUAL_TOOL))


def system_weight(request: Mapping[str, Any]) -> Weight:
    """Return the system prompt."""
    system = request.get("system") or ""
    if isinstance(system, str):
        return Weight(utf8_size(system))
    return sum_of(Weight(utf8_size(str(block.get("text", "")))) for block in system)


def messages_weight(request: Mapping[str, Any]) -> Weight:
    """Return all messages that the model sees: what was compacted away, and earlier turns' thinking, is not counted."""
    messages = visible_messages(request)
    model = model_of(request)
    facts, loop_start = served(model), -2
    size = tokens = 0
    for number, message in enumerate(messages):
        content = message["content"]
        if isinstance(content, str):
            size += len(content) if content.isascii() else utf8_size(content)
            continue
        if loop_start == -2:
            loop_start = last_question(messages)
        for block in content:
            weight = block_weight(block, facts, thinking_counts=number > loop_start)
            size += weight.size
            tokens += weight.tokens
    return Weight(size, tokens + tokenizer_of(model).message_frame * len(messages))


def last_question(messages: list[dict[str, Any]]) -> int:
    """Return the index of the last user message that is not only tool results; -1 if there is none."""
    for number in range(len(messages) - 1, -1, -1):
        content = messages[number]["content"]
        asks = isinstance(content, str) or any(block.get("type") != "tool_result" for block in content)
        if messages[number]["role"] == "user" and asks:
            return number
    return -1


def block_weight(block: Mapping[str, Any], facts: ServedModel, *, thinking_counts: bool = True) -> Weight:
    """Return one content block of any type."""
    kind = block.get("type")
    if kind == "text":
        return Weight(utf8_size(str(block.get("text", ""))))
    if kind == "image":
        return Weight(0, source_tokens(block.get("source") or {}, high_resolution=facts.high_resolution))
    if kind == "document":
        return _document_weight(block, facts)
    if kind in ("tool_result", "mcp_tool_result", "search_result"):
        title = utf8_size(str(block.get("title", ""))) + utf8_size(str(block.get("source", "")))
        return _content_weight(block.get("content"), facts).plus(Weight(title, 2))
    if kind in ("thinking", "redacted_thinking"):
        text = str(block.get("thinking") or block.get("data") or "")
        return Weight(utf8_size(text)) if thinking_counts else Weight()
    shown = {key: value for key, value in block.items() if key not in ("cache_control", "caller", "citations", "id")}
    return Weight(_json_size(shown))


def _content_weight(content: object, facts: ServedModel) -> Weight:
    if isinstance(content, str):
        return Weight(utf8_size(content))
    if isinstance(content, list):
        return sum_of(block_weight(block, facts) for block in content if isinstance(block, Mapping))
    return Weight()


def _document_weight(block: Mapping[str, Any], facts: ServedModel) -> Weight:
    source = block.get("source") or {}
    about = utf8_size(str(block.get("title") or "")) + utf8_size(str(block.get("context") or ""))
    cited = CITATION_FRAME if (block.get("citations") or {}).get("enabled") else 0
    return _source_weight(source, facts).plus(Weight(about, cited))


def _source_weight(source: Mapping[str, Any], facts: ServedModel) -> Weight:
    kind = source.get("type")
    if kind == "text":
        return Weight(utf8_size(str(source.get("data", ""))))
    if kind == "content":
        return _content_weight(source.get("content"), facts)
    page = image_tokens(*PDF_PAGE_SIZE, high_resolution=facts.high_resolution)
    pages = read_pdf(decoded(source.get("data"))) if kind == "base64" else ()
    if not pages:
        return Weight(0, page + (PAGE_WITHOUT_BYTES if kind != "base64" else 0))
    return Weight(sum(map(utf8_size, pages)), page * len(pages))


def sum_of(weights: Iterable[Weight]) -> Weight:
    """Return all together."""
    size = tokens = 0
    for weight in weights:
        size += weight.size
        tokens += weight.tokens
    return Weight(size, tokens)


def _json_size(value: object) -> int:
    return len(msgspec.json.encode(value))


# --- answers -----------------------------------------------------------------------------------------------------------


def count_answer_block(block: Mapping[str, Any], model: str) -> int:
    """Output tokens of one block of an answer. Results of server tools and cited text are not output."""
    kind = str(block.get("type"))
    if kind == "text":
        return count_text(str(block["text"]), model)
    if kind in ("thinking", "redacted_thinking"):
        return count_text(str(block.get("thinking") or ""), model)
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        return count_text(str(block["name"]), model) + tokens_of(Weight(_json_size(block["input"])), model)
    if kind == "compaction":
        return count_text(str(block.get("content") or ""), model)
    return 0


__all__ = [
    "TOKENIZERS",
    "Weight",
    "block_weight",
    "count_answer_block",
    "count_request",
    "count_text",
    "first_tokens",
    "model_of",
    "split_text",
    "sum_of",
    "tokens_of",
]
