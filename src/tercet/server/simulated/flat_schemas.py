"""Schemas as values are made from them: local references followed, `allOf` merged in, keywords without sense dropped.

Schemas are hostile: the work on one is linear in it, and ends at a number of parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tercet.server.simulated.entities import DATE, EMAIL, IPV4, URL, UUID, Entities
from tercet.wire.json_formats import has_format
from tercet.wire.json_schema import Schema, equality_key, is_number, resolve

DEEPEST = 24
MOST_PARTS = 500
"""Schemas that are merged into one."""
LARGEST = 1e100
"""Numbers beyond are no bounds for what is made."""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_bound(value: Any) -> bool:
    return is_number(value) and -LARGEST <= value <= LARGEST and (isinstance(value, int) or math.isfinite(value))


def _is_step(value: Any) -> bool:
    return _is_bound(value) and value >= 1 / LARGEST


def _of(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


SOUND: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_bound),
    "multipleOf": _is_step,
    **dict.fromkeys(("required", "enum", "prefixItems", "anyOf", "oneOf", "allOf", "examples"), _of(list)),
    **dict.fromkeys(("$ref", "pattern", "format"), _of(str)),
    **dict.fromkeys(("items", "additionalProperties"), _of(dict, bool)),
    "type": _of(str, list),
    "properties": _of(dict),
}
"""Keyword -> whether a value of it makes sense."""


def flat(schema: Schema, root: Schema) -> dict[str, Any]:
    """Return a schema with what its `$ref` and `allOf` lead to merged in: properties and required ones joined, enumerations
    cut to what they share, other keywords of the later over those of the earlier."""
    whole: dict[str, Any] = {}
    waiting: list[Any] = [schema]
    for _ in range(MOST_PARTS):
        if not waiting:
            break
        part = waiting.pop()
        if not isinstance(part, Mapping):
            continue
        own = sound(part)
        waiting += reversed(own.pop("allOf", []))
        if own.pop("$ref", None) is not None and (found := resolve(part, root)) is not part:
            waiting.append(found)
        _merge(whole, own)
    return whole


def sound(schema: Schema) -> dict[str, Any]:
    """Return a schema without keywords whose values are of the wrong kind."""
    return {key: value for key, value in schema.items() if key not in SOUND or SOUND[key](value)}


def _merge(whole: dict[str, Any], part: dict[str, Any]) -> None:
    """Put what a sound schema says into the whole; what it joins there is the whole's own."""
    for keyword, value in part.items():
        known = whole.get(keyword)
        if keyword == "properties":
            whole.setdefault(keyword, {}).update(value)
        elif keyword == "required":
            names = [name for name in value if isinstance(name, str)]
            whole[keyword] = list(dict.fromkeys([*(known or ()), *names]))
        elif keyword == "enum" and known is not None:
            shared = {equality_key(member) for member in value}
            whole[keyword] = [member for member in known if equality_key(member) in shared]
        else:
            whole[keyword] = value


# --- formats -----------------------------------------------------------------------------------------------------------

EXAMPLES = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H30M",
    "email": "user@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "3f2c9a4e-8d1b-4c6a-9e57-0b1a2c3d4e5f",
}
SPOKEN = {"email": EMAIL, "uri": URL, "url": URL, "date": DATE, "uuid": UUID, "ipv4": IPV4}


def formatted(name: str, words: Entities) -> str | None:
    """Return a string of this format, the user's own if there is one; None for formats that are not known."""
    spoken = words.first(SPOKEN[name]) if name in SPOKEN else None
    return spoken if spoken and has_format(spoken, name) else EXAMPLES.get(name)
