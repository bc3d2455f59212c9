"""Which tools to call, and with what: by the words that question and tools share, one call for each thing asked.

Inputs fit the tool's schema. Results are answered in `results.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tercet.server.simulated.conversation import Block, Conversation
from tercet.server.simulated.identity import Identity
from tercet.server.simulated.schema_checks import resolved
from tercet.server.simulated.schema_values import value_of
from tercet.server.simulated.slots import Words, values_for, word_set

ENOUGH = 2
"""Points from which a tool is called unasked."""
COMMON = word_set(
    "a an and are as at be by can could do does for from get give given has have how i in into is it its me my of on or "
    "please returns return that the this to use used useful user using want was what when where which who will with "
    "would you your tool function current specified provided data information"
)
WEAK = word_set(
    "set list find run fetch make create new show call search read write look up check update add tell know explain story example"
)
"""Words that say little about which tool is meant."""
RELATED = {
    "weather": ("rain", "raining", "temperature", "forecast", "sunny", "cold", "warm", "hot", "umbrella", "snow"),
    "time": ("clock", "timezone", "o'clock"),
    "calculator": ("calculate", "compute", "plus", "times", "multiply", "sum", "math", "percent"),
    "calculate": ("calculator", "compute", "plus", "times", "multiply", "sum", "math", "percent"),
    "email": ("mail", "e-mail"),
    "stock": ("share", "shares", "ticker", "price"),
    "price": ("cost", "costs"),
    "translate": ("translation",),
    "flight": ("fly", "flights"),
}
ARITHMETIC = re.compile(r"calc|math|arithmetic|expression|comput|evaluat", re.IGNORECASE)
TYPED_SCHEMAS: dict[str, dict[str, Any]] = {
    "bash": {"type": "object", "properties": {"command": {"type": "string", "default": "ls"}}, "required": ["command"]},
    "text_editor": {
        "type": "object",
        "properties": {"command": {"const": "view"}, "path": {"type": "string"}},
        "required": ["command", "path"],
    },
    "computer": {"type": "object", "properties": {"action": {"const": "screenshot"}}, "required": ["action"]},
    "memory": {
        "type": "object",
        "properties": {"command": {"const": "view"}, "path": {"const": "/memories"}},
        "required": ["command", "path"],
    },
}
"""API-defined tools that the caller carries out: the input of their plainest use."""
TYPED_WORDS = {
    "bash": "bash shell command terminal ls run list files directory",
    "text_editor": "edit file view open read code",
    "computer": "screenshot screen click computer desktop browser",
    "memory": "remember memory recall note memories",
}


def calls(conversation: Conversation, identity: Identity) -> list[Block]:
    """The tool calls to make now; none when there are results already or nothing matches."""
    choice = conversation.tool_choice.get("type", "auto")
    tools = conversation.tools
    if not tools or choice == "none" or (choice == "auto" and conversation.results):
        return []
    chosen = _chosen(conversation, tools, str(choice))
    made = [
        {
            "type": "tool_use",
            "id": identity.new("toolu"),
            "name": tool["name"],
            "input": input_,
            "caller": {"type": "direct"},
        }
        for tool in chosen
        for input_ in inputs_of(tool, conversation)
    ]
    return made[:1] if conversation.tool_choice.get("disable_parallel_tool_use") else made[:16]


def _chosen(conversation: Conversation, tools: list[Block], choice: str) -> list[Block]:
    if choice == "tool":
        return [tool for tool in tools if tool.get("name") == conversation.tool_choice.get("name")][:1]
    text = conversation.question
    shared = {place: shared_words(tool, text) for place, tool in enumerate(tools)}
    order = sorted(shared, key=lambda place: -sum(shared[place].values()))
    best = order[0]
    if sum(shared[best].values()) < ENOUGH:
        return [tools[best]] if choice == "any" else []
    picked, taken = [best], set(shared[best])
    for place in order[1:]:
        own = {word: points for word, points in shared[place].items() if word not in taken}
        if max(own.values(), default=0) >= 3:
            picked.append(place)
            taken |= set(own)
    return [tools[place] for place in picked]


def shared_words(tool: Mapping[str, Any], text: str) -> dict[str, int]:
    """The words that speak for a tool, with their points."""
    text = text[:20_000]
    asked, sums = _asked(text)
    name = str(tool.get("name", ""))
    points: dict[str, int] = {}
    if name and re.search(rf"\b{re.escape(name)}\b", text):
        points[f"`{name}`"] = 10
    if ARITHMETIC.search(f"{name} {tool.get('description', '')}") and sums:
        points["arithmetic"] = 6
    named = set(split_name(name))
    related = {stem(word) for each in named for word in RELATED.get(each, ())}
    for word in asked & ({stem(each) for each in named} | related):
        points[word] = 1 if word in WEAK else 3
    described = {stem(each) for each in re.findall(r"[a-z0-9'-]+", _description(tool).lower())}
    for word in (asked & described) - COMMON - WEAK:
        points.setdefault(word, 1 if "input_schema" in tool else 2)
    return points


@lru_cache(maxsize=4)
def _asked(text: str) -> tuple[frozenset[str], bool]:
    """The stems of a question's words, and whether it holds arithmetic. Kept, since every tool is held against it."""
    stems = frozenset(stem(word) for word in re.findall(r"[a-z0-9'-]+", text.lower()))
    return stems - COMMON, bool(Words(text).expressions)


def _description(tool: Mapping[str, Any]) -> str:
    kind = str(tool.get("type") or "custom")
    typed = next((words for name, words in TYPED_WORDS.items() if kind.startswith(name)), "")
    return f"{str(tool.get('description', ''))[:4000]} {typed}"


def split_name(name: str) -> list[str]:
    """`getWeather_now` -> get, weather, now."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def stem(word: str) -> str:
    """A word without its commonest endings, so that `files` meets `file`."""
    word = word.removesuffix("'s").strip("'-")
    for ending in ("ing", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "es" and not word.endswith(("ches", "shes", "sses", "xes")):
                continue
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def schema_of(tool: Mapping[str, Any]) -> dict[str, Any]:
    """The input schema of a tool, the API's own tools included."""
    if isinstance(tool.get("input_schema"), dict):
        return tool["input_schema"]  # type: ignore[no-any-return]
    kind = str(tool.get("type") or "")
    return next((schema for name, schema in TYPED_SCHEMAS.items() if kind.startswith(name)), {"type": "object"})


def inputs_of(tool: Mapping[str, Any], conversation: Conversation) -> list[dict[str, Any]]:
    """One input, or one for each place, expression or symbol asked about."""
    schema = schema_of(tool)
    words = Words(conversation.question)
    made = value_of(schema, words)
    base = made if isinstance(made, dict) else {}
    properties = resolved(schema, schema).get("properties") or {}
    for key in base:
        inner = properties.get(key)
        if isinstance(inner, Mapping) and inner.get("type") == "string" and "enum" not in inner:
            values = values_for(words, key, inner)
            if len(values) > 1 and base[key] == values[0]:
                return [{**base, key: value} for value in dict.fromkeys(values)]
    return [base]


def preface(made: list[Block]) -> str:
    """What is said before the calls."""
    names = list(dict.fromkeys(str(call["name"]) for call in made))
    several = f" {len(made)} times" if len(made) > len(names) else ""
    return f"I'll use {' and '.join(names)}{several} for that."
