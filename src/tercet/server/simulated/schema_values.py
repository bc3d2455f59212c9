"""Values that fit a JSON schema, taken from the user's words where they hold one, made up plainly where they do not.

Hostile schemas (cycles, huge bounds) end at fixed limits; a schema that nothing fits gets the nearest attempt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from tercet.server.simulated import entities
from tercet.server.simulated.flat_schemas import DEEPEST, flat, formatted
from tercet.server.simulated.patterns import matching
from tercet.wire.json_schema import TYPES, Checker, Schema, equality_key

MOST_ITEMS = 64
MOST_CHOICES = 32
MOST_MADE = 2_000
"""Values made for one schema; beyond, only the plainest."""
MOST_STEPS = 50_000
LONGEST_STRING = 2_000


def value_of(schema: object, words: entities.Entities | None = None) -> Any:
    """Return a value that fits the schema."""
    root = schema if isinstance(schema, Mapping) else {}
    return _Maker(root, words or entities.Entities("")).make(schema, "", 0)


class _Maker:
    def __init__(self, root: Schema, words: entities.Entities) -> None:
        self.root, self.words, self.made = root, words, 0
        self._check = Checker(root, most_steps=MOST_STEPS, deepest=DEEPEST)

    def make(self, schema: object, name: str, depth: int) -> Any:
        self.made += 1
        if not isinstance(schema, Mapping) or depth > DEEPEST or self.made > MOST_MADE:
            return {} if depth == 0 else self.words.text[:80] or "example"
        schema = flat(schema, self.root)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._member(schema, name)
        for choice in ("anyOf", "oneOf"):
            if schema.get(choice):
                return self._choice(schema, choice, name, depth)
        kind = self._kind(schema)
        return getattr(self, f"_{kind}")(schema, name, depth)

    def _kind(self, schema: Schema) -> str:
        kinds = schema.get("type")
        kind = (
            kinds
            if isinstance(kinds, str)
            else next((each for each in kinds or () if each != "null"), "null" if kinds else "")
        )
        if isinstance(kind, str) and kind in TYPES:
            return kind
        if "properties" in schema or "required" in schema:
            return "object"
        return "array" if "items" in schema else "string"

    def _member(self, schema: Schema, name: str) -> Any:
        members = [
            each for each in schema["enum"] if self._ok(each, {key: schema[key] for key in schema if key != "enum"})
        ]
        members = members or list(schema["enum"])
        mentioned = mentioned_member(members, self.words.text)
        if mentioned is not None:
            return mentioned
        return schema["default"] if "default" in schema and schema["default"] in members else members[0]

    def _choice(self, schema: Schema, choice: str, name: str, depth: int) -> Any:
        rest = {key: value for key, value in schema.items() if key != choice}
        options = [flat({"allOf": [rest, each]}, self.root) for each in schema[choice][:MOST_CHOICES]]
        options.sort(key=lambda option: option.get("type") == "null")
        attempt: Any = None
        for option in options or [rest]:
            attempt = self.make(option, name, depth + 1)
            if self._ok(attempt, schema):
                return attempt
        return attempt

    def _ok(self, value: Any, schema: Schema) -> bool:
        return self._check.fits(value, schema)

    def _null(self, schema: Schema, name: str, depth: int) -> None:
        return None

    def _boolean(self, schema: Schema, name: str, depth: int) -> bool:
        spoken = name.replace("_", " ").lower()
        if "default" in schema and isinstance(schema["default"], bool) and spoken not in self.words.text.lower():
            return schema["default"]
        return bool(spoken) and not re.search(r"\b(?:not|no|without|never|don't)\b", self.words.text, re.IGNORECASE)

    def _integer(self, schema: Schema, name: str, depth: int) -> int:
        return int(number_within(schema, self.words.next_number(name), whole=True))

    def _number(self, schema: Schema, name: str, depth: int) -> float:
        value = number_within(schema, self.words.next_number(name), whole=False)
        return int(value) if value == int(value) and abs(value) < 1e15 else value

    def _string(self, schema: Schema, name: str, depth: int) -> str:
        wanted = entities.value_for(self.words, name, schema)
        candidates = [wanted, schema.get("default"), *(schema.get("examples") or [])[:3]]
        for candidate in candidates:
            if isinstance(candidate, str) and candidate and self._ok(candidate, schema):
                return candidate
        if "format" in schema:
            made = formatted(str(schema["format"]), self.words)
            if made is not None and self._ok(made, schema):
                return made
        if "pattern" in schema:
            made = matching(str(schema["pattern"]))
            if made is not None and self._ok(made, schema):
                return made
        plain = wanted or (name.replace("_", " ") if name else "") or "example"
        return _of_length(plain, schema)

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        prefix = [self.make(each, name, depth + 1) for each in (schema.get("prefixItems") or [])[:MOST_ITEMS]]
        items = schema.get("items", {})
        least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", MOST_ITEMS))
        made = [*prefix, *self._items(items, name, depth, max(least, min(1, most)), len(prefix))]
        if items is False:
            made = prefix
        if schema.get("uniqueItems"):
            made = self._unique(made, items, least, depth)
        return made[: max(most, 0)]

    def _items(self, items: object, name: str, depth: int, least: int, have: int) -> list[Any]:
        least = min(least - have, MOST_ITEMS)
        spoken: list[Any] = []
        if isinstance(items, Mapping) and flat(items, self.root).get("type") == "string":
            found = entities.values_for(self.words, name.rstrip("s"), items)
            spoken = [each for each in found if self._ok(each, items)]
        elif isinstance(items, Mapping) and items.get("type") in ["number", "integer"]:
            whole = items["type"] == "integer"
            numbers = [int(each) if each == int(each) else each for each in self.words.numbers]
            spoken = [each for each in numbers if (not whole or isinstance(each, int)) and self._ok(each, items)]
        if depth + 1 >= DEEPEST // 2:
            least = min(least, 1)
        while len(spoken) < least:
            spoken.append(self.make(items, name.rstrip("s") if name else "item", depth + 1))
        return spoken[:MOST_ITEMS]

    def _unique(self, made: list[Any], items: object, least: int, depth: int) -> list[Any]:
        kept = list({equality_key(each): each for each in reversed(made)}.values())[::-1]
        for number in range(1, 4 * MOST_ITEMS):
            if len(kept) >= least or not isinstance(items, Mapping):
                break
            another = _another(flat(items, self.root), number)
            if self._ok(another, items) and equality_key(another) not in set(map(equality_key, kept)):
                kept.append(another)
        return kept

    def _object(self, schema: Schema, name: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = [key for key in schema.get("required") or [] if isinstance(key, str)]
        made: dict[str, Any] = {}
        for key in [
            *(each for each in properties if each in required),
            *(each for each in required if each not in properties),
        ]:
            made[key] = self.make(properties.get(key, self._others(schema)), key, depth + 1)
        for key, inner in properties.items():
            if key not in made and isinstance(inner, Mapping) and depth < 4:
                self._add_optional(made, key, inner)
        least = int(schema.get("minProperties", 0))
        for key in [*properties, *(f"key_{number}" for number in range(1, min(least, MOST_ITEMS) + 1))]:
            if len(made) >= least:
                break
            if key not in made:
                made[key] = self.make(properties.get(key, self._others(schema)), key, depth + 1)
        return made

    def _others(self, schema: Schema) -> object:
        others = schema.get("additionalProperties")
        return others if isinstance(others, Mapping) else {"type": "string"}

    def _add_optional(self, made: dict[str, Any], key: str, schema: Schema) -> None:
        """Fill an optional property only with what the user said."""
        schema = flat(schema, self.root)
        value: Any = None
        if schema.get("enum"):
            value = mentioned_member(schema["enum"], self.words.text)
        elif schema.get("type") == "string" and entities.wanted_kind(key, schema) not in ("", "text", "query", "name"):
            value = entities.value_for(self.words, key, schema)
        elif schema.get("type") in ("integer", "number"):
            value = _near_number(key, self.words.text, whole=schema["type"] == "integer")
        if value is not None and self._ok(value, schema):
            made[key] = value


def _near_number(key: str, text: str, *, whole: bool) -> float | None:
    word = re.escape(key.rpartition("_")[2].rstrip("s").lower())
    near = re.search(
        rf"(\d{{1,12}}(?:\.\d{{1,6}})?)\s+{word}|\b{word}s?\s*(?:of|=|:|is)?\s*(\d{{1,12}}(?:\.\d{{1,6}})?)",
        text,
        re.IGNORECASE,
    )
    if near is None or not word:
        return None
    value = float(near[1] or near[2])
    return int(value) if value == int(value) else (None if whole else value)


def mentioned_member(members: list[Any], text: str) -> Any:
    """Return the member of an enumeration that the text names; the longest if several; None if none."""
    low = text.lower()
    named = [
        member
        for member in members
        if isinstance(member, str)
        and member
        and re.search(rf"(?<!\w){re.escape(member.lower().replace('_', ' '))}(?!\w)", low)
    ]
    return max(named, key=len) if named else None


def _of_length(text: str, schema: Schema) -> str:
    least = min(int(schema.get("minLength", 0)), LONGEST_STRING)
    most = int(schema.get("maxLength", LONGEST_STRING))
    while len(text) < least:
        text = (text or "x") + " " + (text or "x")
    cut = text[: max(least, min(most, len(text)))] if len(text) > most else text
    return cut[:most] if most >= 0 else ""


def _another(schema: Schema, number: int) -> Any:
    kind = schema.get("type")
    if schema.get("enum"):
        members = schema["enum"]
        return members[number % len(members)]
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        step = schema.get("multipleOf", 1)
        return math.ceil(low / step) * step + number * step
    if kind == "boolean":
        return number % 2 == 0
    if kind == "object":
        return {"number": number}
    return [number] if kind == "array" else _of_length(f"{number} example", schema)


def number_within(schema: Schema, wanted: float | None, *, whole: bool) -> float:
    """Return the wanted number if it fits, else one that does: inside the bounds, a multiple where asked."""
    step = _step(schema, whole)
    low, high = _bounds(schema, whole)
    plain = _bound(schema, "default")
    start = wanted if wanted is not None else (plain if plain is not None else 1.0)
    value = min(max(float(start), low), high)
    if not step:
        return value
    edges = [math.ceil(low / step) if math.isfinite(low) else 0, math.floor(high / step) if math.isfinite(high) else 0]
    for multiple in (round(value / step), math.floor(value / step), math.ceil(value / step), *edges):
        if low <= multiple * step <= high:
            return multiple * step
    return value


def _step(schema: Schema, whole: bool) -> float:
    step = schema.get("multipleOf")
    if not isinstance(step, int | float) or step <= 0:
        return 1 if whole else 0
    return step if not whole or step == int(step) else _whole_step(step)


def _whole_step(step: float) -> float:
    return next((factor * step for factor in range(1, 1001) if (factor * step) == int(factor * step)), 1.0)


def _bound(schema: Schema, keyword: str) -> float | None:
    value = schema.get(keyword)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _bounds(schema: Schema, whole: bool) -> tuple[float, float]:
    low, high = _bound(schema, "minimum"), _bound(schema, "maximum")
    over, under = _bound(schema, "exclusiveMinimum"), _bound(schema, "exclusiveMaximum")
    lows = [-math.inf if low is None else low]
    highs = [math.inf if high is None else high]
    if whole:
        lows += [] if over is None else [math.floor(over) + 1]
        highs += [] if under is None else [math.ceil(under) - 1]
        return _whole(max(lows), math.ceil), _whole(min(highs), math.floor)
    span = (highs[0] if under is None else under) - (lows[0] if over is None else over)
    inset = min(0.5, span / 4) if math.isfinite(span) and span > 0 else 0.5
    lows += [] if over is None else [over + inset]
    highs += [] if under is None else [under - inset]
    return max(lows), min(highs)


def _whole(value: float, towards: Callable[[float], int]) -> float:
    return towards(value) if math.isfinite(value) else value
