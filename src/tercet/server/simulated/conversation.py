"""A request as the simulated model reads it: turns, the question, tools and their results, pictures, documents.

Reads only; what to say is the skills' business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tercet.server.cached import cached_attribute
from tercet.server.service.context_editing import visible_messages
from tercet.server.service.model_facts import served

Block = dict[str, Any]
REMINDER, REMINDER_END = "<system-reminder>", "</system-reminder>"
INTERLEAVED = "interleaved-thinking"
LONG_QUESTION = 400
WORTH_IT = re.compile(
    r"\bstep by step|\bthink\b|\bprove\b|\bwhy\b|\bplan\b|\banaly[sz]e|\bsolve\b|\breason", re.IGNORECASE
)
CALLS = frozenset({"tool_use", "mcp_tool_use"})


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """The words of one side until the other spoke."""

    role: str
    blocks: list[Block]

    @property
    def text(self) -> str:
        """Its text blocks, one a line."""
        return "\n".join(str(block.get("text", "")) for block in self.blocks if block.get("type") == "text")


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's result together with the call that it answers."""

    name: str
    input: Mapping[str, Any]
    text: str
    is_error: bool
    blocks: list[Block]


def blocks_of(content: object) -> list[Block]:
    """Return content as blocks: a string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def text_of(content: object) -> str:
    """Return the text in a string or in blocks, one block a line."""
    return "\n".join(str(block["text"]) for block in blocks_of(content) if "text" in block)


class RequestView:
    """One request, read."""

    def __init__(self, request: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.request, self.headers = request, headers
        self.model = str(request.get("model", ""))
        """The model asked for."""

    @cached_attribute
    def turns(self) -> list[ConversationTurn]:
        """All turns that the model sees; messages of one role in a row are one turn, mid-conversation system left out."""
        turns: list[ConversationTurn] = []
        for message in visible_messages(self.request):
            blocks = blocks_of(message["content"])
            if message["role"] == "system":
                continue
            if turns and turns[-1].role == message["role"]:
                turns[-1].blocks.extend(blocks)
            else:
                turns.append(ConversationTurn(message["role"], blocks))
        return turns

    @cached_attribute
    def is_text(self) -> bool:
        """Whether all messages are plain strings, as most are: then nothing in them needs to be looked for."""
        return {type(message["content"]) for message in self.request["messages"]} <= {str}

    @cached_attribute
    def system(self) -> str:
        """The system prompt, those in the middle of the conversation included."""
        parts = [text_of(self.request.get("system") or "")]
        messages = self.request.get("messages") or []
        parts += [text_of(message["content"]) for message in messages if message["role"] == "system"]
        return "\n".join(part for part in parts if part)

    @cached_attribute
    def last(self) -> ConversationTurn:
        """The last turn of the user."""
        return next((turn for turn in reversed(self.turns) if turn.role == "user"), ConversationTurn("user", []))

    @cached_attribute
    def prefill(self) -> str:
        """The beginning of the assistant's answer, if the last message is its own."""
        if self.request["messages"][-1]["role"] == "user":
            return ""
        return self.turns[-1].text if self.turns and self.turns[-1].role == "assistant" else ""

    @cached_attribute
    def question(self) -> str:
        """The user's last words; those before the tool calls when the last turn holds only results."""
        return _last_words(self.request["messages"]) or next((text for text in reversed(self.asked) if text), "")

    @cached_attribute
    def asked(self) -> list[str]:
        """The words of each user turn, oldest first."""
        return [_spoken(turn.text) for turn in self.turns if turn.role == "user" and _has_text(turn)]

    @cached_attribute
    def remembered(self) -> list[str]:
        """The summary that compaction kept, then the words of each user turn."""
        blocks = (block for turn in self.turns for block in turn.blocks if block.get("type") == "compaction")
        return [*(str(block.get("content") or "") for block in blocks), *self.asked]

    @cached_attribute
    def said(self) -> list[str]:
        """The words of each assistant turn that is finished, oldest first."""
        done = self.turns[:-1] if self.prefill else self.turns
        return [turn.text.strip() for turn in done if turn.role == "assistant" and turn.text.strip()]

    @property
    def has_tools(self) -> bool:
        """Whether any tool is there at all, the caller's or the API's."""
        return bool(self.request.get("tools"))

    @property
    def tools(self) -> list[Block]:
        """The client's own tools: those that the caller carries out."""
        return [tool for tool in self._tools if _is_client_tool(tool)]

    @property
    def server_tools(self) -> dict[str, Block]:
        """The API's own tools, by name."""
        return {str(tool.get("name")): tool for tool in self._tools if not _is_client_tool(tool)}

    @property
    def _tools(self) -> list[Block]:
        return [tool for tool in self.request.get("tools") or [] if isinstance(tool, dict)]

    @property
    def tool_choice(self) -> Mapping[str, Any]:
        """The caller's choice of tools; `auto` unless said."""
        choice = self.request.get("tool_choice")
        return choice if isinstance(choice, dict) else {"type": "auto"}

    @property
    def wants_thinking(self) -> bool:
        """Whether the answer begins with thinking: as asked for, else as the model does by itself on hard questions."""
        asked = self.request.get("thinking") or {}
        kind = asked.get("type")
        if kind == "disabled":
            return False
        if kind == "enabled":
            return not self.results or INTERLEAVED in self.headers.get("anthropic-beta", "")
        if kind == "between_tools":
            return bool(self.results)
        if kind == "adaptive":
            return True
        question = self.question
        return served(self.model).thinks_by_default and (
            len(question) > LONG_QUESTION or WORTH_IT.search(question) is not None
        )

    @cached_attribute
    def results(self) -> list[Result]:
        """The tool results that the last user turn brings."""
        if self.is_text:
            return []
        found = [block for block in self.last.blocks if block.get("type") == "tool_result"]
        if not found or self.turns[-1].role != "user":
            return []
        calls = {block.get("id"): block for turn in self.turns for block in turn.blocks if block.get("type") in CALLS}
        return [_result(block, calls.get(block.get("tool_use_id"), {})) for block in found]

    @cached_attribute
    def images(self) -> list[Block]:
        """The pictures of the last user turn that has any."""
        for turn in reversed(self.turns):
            found = [block for block in turn.blocks if turn.role == "user" and block.get("type") == "image"]
            if found:
                return found
        return []

    @cached_attribute
    def documents(self) -> list[Block]:
        """Every document of the request, in order: their places are the citations' `document_index`."""
        return [block for block in self._all_blocks if block.get("type") == "document"]

    @cached_attribute
    def search_results(self) -> list[Block]:
        """Every search result of the request, in order, those inside tool results included."""
        return [block for block in self._all_blocks if block.get("type") == "search_result"]

    @cached_attribute
    def _all_blocks(self) -> list[Block]:
        found: list[Block] = []
        for turn in self.turns:
            for block in turn.blocks:
                found.append(block)
                if block.get("type") == "tool_result":
                    found += blocks_of(block.get("content"))
        return found


def _last_words(messages: list[Block]) -> str:
    """Return the words of the last message if it is plain text and a turn of its own, as most are; empty if it is
    not."""
    role, content = messages[-1]["role"], messages[-1]["content"]
    is_turn = len(messages) == 1 or messages[-2]["role"] == "assistant"
    return _spoken(content) if is_turn and role == "user" and type(content) is str else ""


def _spoken(text: str) -> str:
    """Return what the user said of a text: agents add reminders to it, which are not the user's words."""
    if REMINDER not in text:
        return text.strip()
    first, *others = text.split(REMINDER)
    return "".join([first, *(other.partition(REMINDER_END)[2] for other in others)]).strip()


def _has_text(turn: ConversationTurn) -> bool:
    return any(block.get("type") == "text" for block in turn.blocks)


def _is_client_tool(tool: Mapping[str, Any]) -> bool:
    kind = str(tool.get("type") or "custom")
    return not kind.startswith(("web_search", "web_fetch", "code_execution", "tool_search", "mcp_toolset", "advisor"))


def _result(block: Mapping[str, Any], call: Mapping[str, Any]) -> Result:
    content = block.get("content")
    return Result(
        name=str(call.get("name", "the tool")),
        input=call.get("input") or {},
        text=text_of(content),
        is_error=bool(block.get("is_error")),
        blocks=blocks_of(content),
    )
