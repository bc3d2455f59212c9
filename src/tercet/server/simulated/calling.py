"""Which tools to call, and with what: by the words that question and tools share, one call for each thing asked.

Inputs fit the tool's schema. Results are answered in `results.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tercet.server.simulated.asking import asking_words, telling_words
from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.entities import Entities, value_for, values_for, word_set
from tercet.server.simulated.flat_schemas import flat
from tercet.server.simulated.identity import Identity
from tercet.server.simulated.schema_values import value_of
from tercet.wire.json_schema import Checker

ENOUGH_DESCRIBED = 2
"""Points of a description's words that stand for the words of a name."""
MOST_DESCRIBED = 300
"""Characters of a description that are held against the question: the manuals of large agents hold every word."""
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


def calls(conversation: RequestView, identity: Identity) -> list[Block]:
    """Return the tool calls to make now; none when there are results already or nothing matches."""
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


def _chosen(conversation: RequestView, tools: list[Block], choice: str) -> list[Block]:
    if choice == "tool":
        return [tool for tool in tools if tool.get("name") == conversation.tool_choice.get("name")][:1]
    text, told = asking_words(conversation.question), Entities(telling_words(conversation.question))
    shared = {place: shared_words(tool, text) for place, tool in enumerate(tools)}
    order = sorted(shared, key=lambda place: -sum(shared[place].values()))
    picked: list[int] = []
    taken: set[str] = set()
    for place in order:
        own = {word: points for word, points in shared[place].items() if word not in taken}
        enough = max(own.values(), default=0) >= 3 if picked else bool(own)
        if enough and is_asked_for(tools[place], own, told):
            picked.append(place)
            taken |= set(own)
    return [tools[place] for place in picked or (order[:1] if choice == "any" else [])]


def is_asked_for(tool: Mapping[str, Any], shared: Mapping[str, int], told: Entities) -> bool:
    """Return whether the words that speak for a tool mean it: by its full name, by arithmetic, or by half of the words
    in its name together with every value that its input needs."""
    if any(points > 3 for points in shared.values()):
        return True
    parts = split_name(str(tool.get("name", "")))
    whole = {stem(word) for word in parts} - COMMON
    name = whole - WEAK or whole
    typed, schema = "input_schema" not in tool, schema_of(tool)
    is_telling = (len(parts) > 1 and bool(whole - WEAK)) or bool(schema.get("required"))
    spoken = sum(1 for word in name if word in shared or any(stem(each) in shared for each in RELATED.get(word, ())))
    is_named = is_telling and 0 < 2 * spoken >= len(name)
    is_described = sum(points for word, points in shared.items() if word not in name) >= ENOUGH_DESCRIBED
    return (typed or is_named or is_described) and says_enough(schema, told)


def says_enough(schema: Mapping[str, Any], words: Entities) -> bool:
    """Return whether a text holds what the required properties of an input ask for."""
    root = flat(schema, schema)
    properties = root.get("properties") or {}
    names = [name for name in root.get("required") or [] if isinstance(name, str)]
    return all(_is_said(name, properties.get(name), schema, words) for name in names)


def _is_said(name: str, part: object, root: Mapping[str, Any], words: Entities) -> bool:
    schema = flat(part, root) if isinstance(part, Mapping) else {}
    kind = schema.get("type")
    if {"const", "default", "enum"} & set(schema) or kind in ("boolean", "null"):
        return True
    if kind in ("integer", "number"):
        return bool(words.numbers)
    if kind == "array":
        items = schema.get("items")
        return (
            isinstance(items, Mapping)
            and items.get("type") == "string"
            and _is_said(name.rstrip("s"), items, root, words)
        )
    if kind == "object":
        return not schema.get("required")
    return value_for(words, name, schema) is not None


def shared_words(tool: Mapping[str, Any], text: str) -> dict[str, int]:
    """Return the words that speak for a tool, with their points."""
    text = text[:20_000]
    asked, sums = _asked(text)
    name = str(tool.get("name", ""))
    points: dict[str, int] = {}
    if name and _is_called_by_name(name, text):
        points[f"`{name}`"] = 10
    if ARITHMETIC.search(f"{name} {str(tool.get('description', ''))[:MOST_DESCRIBED]}") and sums:
        points["arithmetic"] = 6
    named = set(split_name(name))
    related = {stem(word) for each in named for word in RELATED.get(each, ())}
    for word in asked & ({stem(each) for each in named} | related):
        points[word] = 1 if word in WEAK else 3
    described = {stem(each) for each in re.findall(r"[a-z0-9'-]+", _description(tool).lower())}
    for word in (asked & described) - COMMON - WEAK:
        points.setdefault(word, 1 if "input_schema" in tool else 2)
    return points


def _is_called_by_name(name: str, text: str) -> bool:
    """Return whether a text names a tool: one word of everyday language (`Read`) has to be called a tool, or used."""
    if name not in text:
        return False
    escaped = re.escape(name)
    if len(split_name(name)) > 1:
        return re.search(rf"\b{escaped}\b", text) is not None
    return (
        re.search(
            rf"`{escaped}`|\b(?:[Uu]se|[Cc]all|[Uu]sing|[Rr]un) (?:the |your )?{escaped}\b|\b{escaped} tool\b", text
        )
        is not None
    )


@lru_cache(maxsize=4)
def _asked(text: str) -> tuple[frozenset[str], bool]:
    """Return the stems of a question's words, and whether it holds arithmetic. Kept, since every tool is held
    against it."""
    stems = frozenset(stem(word) for word in re.findall(r"[a-z0-9'-]+", text.lower()))
    return stems - COMMON, bool(Entities(text).expressions)


def _description(tool: Mapping[str, Any]) -> str:
    kind = str(tool.get("type") or "custom")
    typed = next((words for name, words in TYPED_WORDS.items() if kind.startswith(name)), "")
    return f"{str(tool.get('description', ''))[:MOST_DESCRIBED]} {typed}"


def split_name(name: str) -> list[str]:
    """`getWeather_now` -> get, weather, now."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def stem(word: str) -> str:
    """Return a word without its commonest endings, so that `files` meets `file`."""
    word = word.removesuffix("'s").strip("'-")
    for ending in ("ing", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "es" and not word.endswith(("ches", "shes", "sses", "xes")):
                continue
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def schema_of(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input schema of a tool, the API's own tools included."""
    if isinstance(tool.get("input_schema"), dict):
        return tool["input_schema"]  # type: ignore[no-any-return]
    kind = str(tool.get("type") or "")
    return next((schema for name, schema in TYPED_SCHEMAS.items() if kind.startswith(name)), {"type": "object"})


def inputs_of(tool: Mapping[str, Any], conversation: RequestView) -> list[dict[str, Any]]:
    """Return one input, or one for each place, expression or symbol asked about."""
    schema = schema_of(tool)
    words = Entities(conversation.question)
    made = value_of(schema, words)
    base = made if isinstance(made, dict) else {}
    properties = flat(schema, schema).get("properties") or {}
    if not base and properties and conversation.tool_choice.get("type") in ("any", "tool"):
        filled = value_of({**schema, "required": list(properties)}, words)
        base = filled if isinstance(filled, dict) and Checker(schema).fits(filled, schema) else base
    for key in base:
        inner = properties.get(key)
        if isinstance(inner, Mapping) and inner.get("type") == "string" and "enum" not in inner:
            values = values_for(words, key, inner)
            if len(values) > 1 and base[key] == values[0]:
                return [{**base, key: value} for value in dict.fromkeys(values)]
    return [base]


def preface(made: list[Block]) -> str:
    """Return what is said before the calls."""
    names = list(dict.fromkeys(str(call["name"]) for call in made))
    several = f" {len(made)} times" if len(made) > len(names) else ""
    return f"I'll use {' and '.join(names)}{several} for that."
