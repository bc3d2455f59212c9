"""Which requests a rule means: conditions on method, path, headers and any part of the body. Knows no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tercet.server.responders.outcome import BadScript

PARTS = ("method", "path", "headers", "body", "text")
Condition = Callable[[Any], bool]
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as rules look at it. `body` is the JSON value; None if there is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Match:
    """Conditions that must all hold. No condition holds for every request."""

    method: Condition | None = None
    path: Condition | None = None
    headers: tuple[tuple[str, Condition], ...] = ()
    body: tuple[tuple[tuple[str, ...], Condition], ...] = ()
    text: Condition | None = None

    def fits(self, seen: Seen) -> bool:
        """Return whether this request is meant."""
        return (
            (self.method is None or self.method(seen.method))
            and (self.path is None or self.path(seen.path))
            and all(holds(seen.headers.get(name, ABSENT)) for name, holds in self.headers)
            and all(holds(at(seen.body, path)) for path, holds in self.body)
            and (self.text is None or self.text(last_text(seen.body)))
        )


def match_of(given: Any, where: str) -> Match:
    """Return the conditions that a description means. Raises BadScript."""
    if given is None:
        return Match()
    if not isinstance(given, Mapping):
        raise BadScript(f"{where}: match is {type(given).__name__}; write a mapping with {', '.join(PARTS)}")
    unknown = sorted(set(map(str, given)) - set(PARTS))
    if unknown:
        raise BadScript(f"{where}: match holds {unknown[0]!r}; known are {', '.join(PARTS)}")
    for part in ("headers", "body"):
        if not isinstance(given.get(part, {}), Mapping):
            raise BadScript(f"{where}: {part} is a mapping, from a name or path to what it must be")
    headers = [(str(name).lower(), condition(want, where)) for name, want in given.get("headers", {}).items()]
    body = [(tuple(str(name).split(".")), condition(want, where)) for name, want in given.get("body", {}).items()]
    single = {part: condition(given[part], where) for part in ("method", "path", "text") if part in given}
    return Match(headers=tuple(headers), body=tuple(body), **single)


def condition(want: Any, where: str) -> Condition:
    """Return a value that must be equal, or a mapping of one of `equals`, `contains`, `regex`, `exists`, `any_of`,
    `not`."""
    if not isinstance(want, Mapping):
        return lambda value: bool(value == want)
    if len(want) != 1 or next(iter(want)) not in OPERATORS:
        raise BadScript(f"{where}: {dict(want)!r} is no condition; write a value, or one of {', '.join(OPERATORS)}")
    name, operand = next(iter(want.items()))
    return OPERATORS[name](operand, where)


def _contains(operand: Any, where: str) -> Condition:
    return lambda value: _holds(value, operand)


def _holds(value: Any, operand: Any) -> bool:
    """Return whether a text, or a text anywhere in a value, contains `operand`; or a list holds it."""
    if isinstance(value, str):
        return isinstance(operand, str) and operand in value
    if isinstance(value, Mapping):
        return any(_holds(item, operand) for item in value.values())
    return isinstance(value, list) and (operand in value or any(_holds(item, operand) for item in value))


def _regex(operand: Any, where: str) -> Condition:
    try:
        pattern = re.compile(str(operand))
    except re.error as problem:
        raise BadScript(f"{where}: {operand!r} is no regular expression: {problem}") from None
    return lambda value: value is not ABSENT and pattern.search(_as_text(value)) is not None


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _exists(operand: Any, where: str) -> Condition:
    return lambda value: (value is not ABSENT) is bool(operand)


def _any_of(operand: Any, where: str) -> Condition:
    options = [condition(option, where) for option in (operand if isinstance(operand, list) else [operand])]
    return lambda value: any(holds(value) for holds in options)


def _not(operand: Any, where: str) -> Condition:
    holds = condition(operand, where)
    return lambda value: not holds(value)


OPERATORS: dict[str, Callable[[Any, str], Condition]] = {
    "equals": lambda operand, where: lambda value: bool(value == operand),
    "contains": _contains,
    "regex": _regex,
    "exists": _exists,
    "any_of": _any_of,
    "not": _not,
}


def at(value: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path such as `messages.-1.content`; ABSENT if nothing does."""
    for step in path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.lstrip("-").isdigit() and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def last_text(body: Any) -> str:
    """Return the text of the last user message, its blocks joined by line breaks."""
    messages = body.get("messages") if isinstance(body, Mapping) else None
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, Mapping) and message.get("role") == "user":
            content = message.get("content")
            blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
            texts = [block.get("text") for block in blocks if isinstance(block, Mapping)]
            return "\n".join(text for text in texts if isinstance(text, str))
    return ""
