"""Checks of JSON values against JSON schemas. One reading for both sides of the wire; pure.

Reads the keywords of draft 2020-12 that say what values there may be, and `items` as older drafts have it. Keywords that
are unknown, and those whose own value makes no sense, hold for every value. Schemas and values may be hostile: the work
is counted in steps, one for each value held against each schema and for each member of its lists, and ends at a limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from tercet.wire.json_formats import has_format, pattern_fits, pattern_is_found

Schema: TypeAlias = Mapping[str, Any]
Predicate: TypeAlias = Callable[[Any], bool]

DEEPEST = 200
"""Schemas within schemas, references included."""
MOST_STEPS = 1_000_000
MOST_TOLD = 10
"""Problems that an error tells."""
MOST_CHAIN = 100
"""References that lead to references."""


def check_value(value: Any, schema: Schema) -> None:
    """Raise ValueError if the value does not fit: each problem with its place, ten at most. For schemas of one's
    own."""
    found = list(islice(Checker(schema, pattern_fits=pattern_is_found).problems(value), MOST_TOLD))
    if found:
        raise ValueError("; ".join(found))


def resolve(schema: Any, root: Schema) -> Any:
    """Return what a local reference leads to, other keywords beside it left out; anything else unchanged."""
    for _ in range(MOST_CHAIN):
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        schema = _follow_pointer(reference, root)
    return schema


def _follow_pointer(reference: str, root: Schema) -> Any:
    """Return what a JSON pointer leads to; None if it leads nowhere."""
    found: Any = root
    for step in reference[1:].split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and len(step) < 10 and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


class Checker:
    """Checks values against the parts of one schema, with one count of steps for all of them."""

    def __init__(
        self,
        root: Schema,
        *,
        most_steps: int = MOST_STEPS,
        deepest: int = DEEPEST,
        pattern_fits: Callable[[str, str], bool] = pattern_fits,
    ) -> None:
        self.root = root
        self._left, self._deepest, self._pattern_fits = most_steps, deepest, pattern_fits
        self._most = most_steps

    @property
    def is_exhausted(self) -> bool:
        """Return whether the steps were used up, so that a value could not be checked."""
        return self._left < 0

    def fits(self, value: Any, schema: Any) -> bool:
        """Return whether the value fits a part of the schema; False once the steps are used up."""
        return next(self.problems(value, schema), None) is None

    def problems(self, value: Any, schema: Any = None) -> Iterator[str]:
        """Yield what does not fit, one line each; `$` is the value."""
        try:
            yield from self._problems(value, self.root if schema is None else schema, "$", 0)
        except _SpentError:
            yield f"$ could not be checked within {self._most:,} steps"
        except RecursionError:
            yield f"$ nests deeper than {self._deepest} levels"

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _SpentError

    def _problems(self, value: Any, schema: Any, at: str, depth: int) -> Iterator[str]:
        self._spend(1)
        if depth > self._deepest:
            yield f"{at} nests deeper than {self._deepest} levels"
        elif schema is False:
            yield f"{at} must not be there"
        elif isinstance(schema, Mapping):
            if isinstance(reference := schema.get("$ref"), str) and reference.startswith("#"):
                yield from self._problems(value, _follow_pointer(reference, self.root), at, depth + 1)
            yield from self._rule_problems(value, schema, at)
            yield from self._combinator_problems(value, schema, at, depth + 1)
            if isinstance(value, dict):
                yield from self._object_problems(value, schema, at, depth + 1)
            elif isinstance(value, list):
                yield from self._array_problems(value, schema, at, depth + 1)

    def _rule_problems(self, value: Any, schema: Schema, at: str) -> Iterator[str]:
        for keyword, limit in schema.items():
            rule = RULES.get(keyword)
            if rule is None or not rule.takes(limit) or not rule.applies(value):
                continue
            if isinstance(limit, list):
                self._spend(len(limit))
            if not rule.holds(value, limit):
                said = rule.says.format(
                    limit=_join_names(limit) if keyword == "type" else _to_text(limit, str), shown=_to_text(limit)
                )
                yield f"{at} {said}, not {_abbreviate(value)}"
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and isinstance(value, str) and not self._pattern_fits(pattern, value):
            yield f"{at} must match {pattern!r}, not {_abbreviate(value)}"

    def _fits(self, value: Any, schema: Any, depth: int) -> bool:
        return next(self._problems(value, schema, "$", depth), None) is None

    def _combinator_problems(self, value: Any, schema: Schema, at: str, depth: int) -> Iterator[str]:
        for part in _list(schema, "allOf"):
            yield from self._problems(value, part, at, depth)
        if (some := _list(schema, "anyOf")) and not any(self._fits(value, part, depth) for part in some):
            yield f"{at} fits none of the {len(some)} alternatives (anyOf)"
        if some := _list(schema, "oneOf"):
            count = sum(self._fits(value, part, depth) for part in some)
            if count != 1:
                yield f"{at} must fit one of the alternatives (oneOf), and fits {count}"
        if isinstance(unwanted := schema.get("not"), Mapping | bool) and self._fits(value, unwanted, depth):
            yield f"{at} fits what it must not (not)"

    def _object_problems(self, value: dict[str, Any], schema: Schema, at: str, depth: int) -> Iterator[str]:
        properties, patterns = _mapping(schema, "properties"), _mapping(schema, "patternProperties")
        required = _list(schema, "required")
        self._spend(len(required) + len(value) * len(patterns))
        for name in required:
            if isinstance(name, str) and name not in value:
                yield f"{at} lacks {name!r}"
        others = schema.get("additionalProperties", True)
        for name, item in value.items():
            parts = [part for pattern, part in patterns.items() if self._pattern_fits(pattern, name)]
            if name in properties:
                parts.append(properties[name])
            for part in parts or [others]:
                yield from self._problems(item, part, f"{at}.{name}", depth)

    def _array_problems(self, value: list[Any], schema: Schema, at: str, depth: int) -> Iterator[str]:
        items = schema.get("items", True)
        places = items if isinstance(items, list) else _list(schema, "prefixItems")
        rest = schema.get("additionalItems", True) if isinstance(items, list) else items
        for number, item in enumerate(value):
            part = places[number] if number < len(places) else rest
            yield from self._problems(item, part, f"{at}[{number}]", depth)


class _SpentError(Exception):
    """The steps are used up."""


def _list(schema: Schema, keyword: str) -> list[Any]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def _mapping(schema: Schema, keyword: str) -> Mapping[str, Any]:
    found = schema.get(keyword)
    return found if isinstance(found, Mapping) else {}


# --- equality ----------------------------------------------------------------------------------------------------------


def same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal: true is not 1, and 1 is 1.0."""
    return equality_key(one) == equality_key(other)  # type: ignore[no-any-return]


def equality_key(value: Any) -> Any:
    """Return a hashable value that is equal for equal JSON values, and for no others."""
    if isinstance(value, dict):
        return "{", frozenset((name, equality_key(item)) for name, item in value.items())
    if isinstance(value, list):
        return "[", *map(equality_key, value)
    return ("bool", value) if isinstance(value, bool) else value


# --- one keyword, one value ----------------------------------------------------------------------------------------------

TYPES: Mapping[str, Predicate] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and (isinstance(value, int) or value.is_integer()),
    "number": lambda value: is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
    return is_number(value) and (isinstance(value, int) or math.isfinite(value))


def _is_count(value: Any) -> bool:
    return TYPES["integer"](value) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _anything(value: Any) -> bool:
    return True


def _is_of_type(value: Any, wanted: Any) -> bool:
    names = wanted if isinstance(wanted, list) else [wanted]
    return any(TYPES[name](value) if isinstance(name, str) and name in TYPES else True for name in names)


def _is_member(value: Any, members: list[Any]) -> bool:
    key = equality_key(value)
    return any(key == equality_key(member) for member in members)


def is_multiple(value: float, step: float) -> bool:
    """Return whether a number is a multiple of a step, both as they are written: 0.3 is one of 0.1."""
    if not _is_finite(value):
        return False
    return _exactly(value) % _exactly(step) == 0


def _exactly(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def _is_unique(value: list[Any], wanted: bool) -> bool:
    return not wanted or len(set(map(equality_key, value))) == len(value)


def _join_names(limit: Any) -> str:
    return " or ".join(map(str, limit)) if isinstance(limit, list) else str(limit)


def _to_text(value: Any, write: Callable[[Any], str] = repr) -> str:
    try:
        return write(value)
    except ValueError:  # Python writes no numbers of more than 4,300 digits
        return "a number of very many digits"


def _abbreviate(value: Any) -> str:
    text = _to_text(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Rule(NamedTuple):
    """A keyword that looks at one value: the limits it takes, the values it applies to, when it holds, what it says."""

    takes: Predicate
    applies: Predicate
    holds: Callable[[Any, Any], bool]
    says: str


RULES: Mapping[str, Rule] = {
    "type": Rule(lambda limit: isinstance(limit, str | list), _anything, _is_of_type, "must be {limit}"),
    "enum": Rule(_is_list, _anything, _is_member, "must be one of {limit}"),
    "const": Rule(_anything, _anything, same, "must be {shown}"),
    "minimum": Rule(_is_finite, is_number, lambda value, limit: value >= limit, "must be at least {limit}"),
    "maximum": Rule(_is_finite, is_number, lambda value, limit: value <= limit, "must be at most {limit}"),
    "exclusiveMinimum": Rule(_is_finite, is_number, lambda value, limit: value > limit, "must be more than {limit}"),
    "exclusiveMaximum": Rule(_is_finite, is_number, lambda value, limit: value < limit, "must be less than {limit}"),
    "multipleOf": Rule(
        lambda limit: _is_finite(limit) and limit > 0, is_number, is_multiple, "must be a multiple of {limit}"
    ),
    "minLength": Rule(_is_count, _is_text, lambda value, n: len(value) >= n, "must have at least {limit} characters"),
    "maxLength": Rule(_is_count, _is_text, lambda value, n: len(value) <= n, "must have at most {limit} characters"),
    "format": Rule(_is_text, _is_text, has_format, "must be a {limit}"),
    "minItems": Rule(_is_count, _is_list, lambda value, n: len(value) >= n, "must have at least {limit} items"),
    "maxItems": Rule(_is_count, _is_list, lambda value, n: len(value) <= n, "must have at most {limit} items"),
    "uniqueItems": Rule(lambda limit: isinstance(limit, bool), _is_list, _is_unique, "must have no item twice"),
    "minProperties": Rule(_is_count, _is_object, lambda value, n: len(value) >= n, "must have at least {limit} keys"),
    "maxProperties": Rule(_is_count, _is_object, lambda value, n: len(value) <= n, "must have at most {limit} keys"),
}
