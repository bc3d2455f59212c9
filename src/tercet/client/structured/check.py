"""Whether a JSON value fits a JSON schema: the keywords that say what values there may be. Pure.

For schemas that callers wrote themselves; types are checked by their own libraries. Keywords that are unknown, and
formats without a rule here, hold for every value, as JSON Schema has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

from tercet.client.structured.references import resolved

Schema: TypeAlias = Mapping[str, Any]
DEEPEST = 200
MOST_TOLD = 10
"""Problems that an error tells."""


def check_value(value: Any, schema: Schema) -> None:
    """Raise ValueError if the value does not fit: each problem with its place, ten at most."""
    found = list(islice(_problems(value, schema, "$", schema, 0), MOST_TOLD))
    if found:
        raise ValueError("; ".join(found))


def _problems(value: Any, schema: Any, at: str, root: Schema, depth: int) -> Iterator[str]:
    """What does not fit, one line each."""
    if depth > DEEPEST:
        yield f"{at} nests deeper than {DEEPEST} levels"
    elif schema is False:
        yield f"{at} must not be there"
    elif isinstance(schema, Mapping):
        if "$ref" in schema:
            yield from _problems(value, resolved(schema, root), at, root, depth + 1)
        for keyword, limit in schema.items():
            rule = _RULES.get(keyword)
            unset = limit is None and keyword != "const"
            if rule is not None and not unset and (problem := rule(value, limit)):
                yield f"{at} {problem}"
        yield from _combined(value, schema, at, root, depth + 1)
        if isinstance(value, dict):
            yield from _in_object(value, schema, at, root, depth + 1)
        elif isinstance(value, list):
            yield from _in_array(value, schema, at, root, depth + 1)


def _fits(value: Any, schema: Any, root: Schema, depth: int) -> bool:
    return next(_problems(value, schema, "$", root, depth), None) is None


def _combined(value: Any, schema: Schema, at: str, root: Schema, depth: int) -> Iterator[str]:
    for part in schema.get("allOf", ()):
        yield from _problems(value, part, at, root, depth)
    if "anyOf" in schema and not any(_fits(value, part, root, depth) for part in schema["anyOf"]):
        yield f"{at} fits none of the {len(schema['anyOf'])} alternatives (anyOf)"
    if "oneOf" in schema:
        count = sum(_fits(value, part, root, depth) for part in schema["oneOf"])
        if count != 1:
            yield f"{at} must fit one of the alternatives (oneOf), and fits {count}"
    if "not" in schema and _fits(value, schema["not"], root, depth):
        yield f"{at} fits what it must not (not)"


def _in_object(value: dict[str, Any], schema: Schema, at: str, root: Schema, depth: int) -> Iterator[str]:
    properties = schema.get("properties") or {}
    for name in schema.get("required") or ():
        if name not in value:
            yield f"{at} lacks {name!r}"
    others = schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties") or {}
    for name, item in value.items():
        inner = [part for pattern, part in patterns.items() if re.search(pattern, name)]
        if name in properties:
            inner.append(properties[name])
        for part in inner or [others]:
            yield from _problems(item, part, f"{at}.{name}", root, depth)


def _in_array(value: list[Any], schema: Schema, at: str, root: Schema, depth: int) -> Iterator[str]:
    items = schema.get("items", True)
    places = items if isinstance(items, list) else schema.get("prefixItems") or []
    rest = schema.get("additionalItems", True) if isinstance(items, list) else items
    for number, item in enumerate(value):
        part = places[number] if number < len(places) else rest
        yield from _problems(item, part, f"{at}[{number}]", root, depth)


# --- one keyword, one value ------------------------------------------------------------------------------------------

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and value == int(value),
    "number": lambda value: _is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(value: Any, wanted: Any) -> str | None:
    names = wanted if isinstance(wanted, list | tuple) else [wanted]
    if any(_TYPES.get(name, _anything)(value) for name in names):
        return None
    return f"must be {' or '.join(map(str, names))}, not {_shown(value)}"


def _anything(value: Any) -> bool:
    return True


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON values: true is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _repeats(value: list[Any]) -> bool:
    texts = [f"{_key(item)}" for item in value]
    return len(set(texts)) < len(texts)


def _key(value: Any) -> Any:
    """A text that is equal for equal JSON values."""
    if isinstance(value, dict):
        return sorted((key, _key(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_key(item) for item in value]
    return repr(int(value)) if _is_number(value) and value == int(value) else repr(value)


def _is_multiple(value: float, step: float) -> bool:
    """Whether a number is a multiple, to the precision in which JSON numbers are written."""
    from decimal import Decimal

    return step == 0 or Decimal(repr(value)) % Decimal(repr(step)) == 0


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _rule(
    applies: Callable[[Any], bool], holds: Callable[[Any, Any], bool], says: str
) -> Callable[[Any, Any], str | None]:
    def check(value: Any, limit: Any) -> str | None:
        if applies(value) and not holds(value, limit):
            return f"{says.format(limit=limit)}, not {_shown(value)}"
        return None

    return check


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


_FORMATS: Mapping[str, Callable[[str], Any]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
}


def _has_format(value: str, name: Any) -> bool:
    try:
        _FORMATS.get(name, str)(value)
    except ValueError:
        return False
    return True


_RULES: Mapping[str, Callable[[Any, Any], str | None]] = {
    "type": _type,
    "enum": _rule(_anything, lambda value, some: any(_same(value, one) for one in some), "must be one of {limit}"),
    "const": _rule(_anything, _same, "must be {limit!r}"),
    "minimum": _rule(_is_number, lambda value, limit: value >= limit, "must be at least {limit}"),
    "maximum": _rule(_is_number, lambda value, limit: value <= limit, "must be at most {limit}"),
    "exclusiveMinimum": _rule(_is_number, lambda value, limit: value > limit, "must be more than {limit}"),
    "exclusiveMaximum": _rule(_is_number, lambda value, limit: value < limit, "must be less than {limit}"),
    "multipleOf": _rule(_is_number, _is_multiple, "must be a multiple of {limit}"),
    "minLength": _rule(_is_text, lambda value, limit: len(value) >= limit, "must have at least {limit} characters"),
    "maxLength": _rule(_is_text, lambda value, limit: len(value) <= limit, "must have at most {limit} characters"),
    "pattern": _rule(_is_text, lambda value, limit: re.search(limit, value) is not None, "must match {limit!r}"),
    "format": _rule(_is_text, _has_format, "must be a {limit}"),
    "minItems": _rule(_is_list, lambda value, limit: len(value) >= limit, "must have at least {limit} items"),
    "maxItems": _rule(_is_list, lambda value, limit: len(value) <= limit, "must have at most {limit} items"),
    "uniqueItems": _rule(_is_list, lambda value, on: not on or not _repeats(value), "must have no item twice"),
    "minProperties": _rule(_is_object, lambda value, limit: len(value) >= limit, "must have at least {limit} keys"),
    "maxProperties": _rule(_is_object, lambda value, limit: len(value) <= limit, "must have at most {limit} keys"),
}
