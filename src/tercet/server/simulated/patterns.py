"""Strings that match a regular expression, for the simple patterns that schemas use; None where that is too hard.

Walks the parsed pattern: literals, classes, groups, alternatives, bounded repeats. Assertions other than ^ and $ are
left out.
"""

from __future__ import annotations

from re import _constants as codes  # type: ignore[attr-defined]
from typing import Any

from tercet.wire.json_formats import LONGEST_VALUE, parsed_pattern

MOST_REPEATS = 200
CATEGORIES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_WORD: "-",
    codes.CATEGORY_NOT_SPACE: "a",
}
PREFERRED = "aA1-_ .,/:x@"


class _TooHardError(Exception):
    pass


def matching(pattern: str) -> str | None:
    """Return a short string in which the pattern is found."""
    tree = parsed_pattern(pattern)
    if tree is None:
        return None
    try:
        return "".join(_written(tree, {}))
    except (_TooHardError, RecursionError):
        return None


def _written(tree: Any, groups: dict[int, str]) -> list[str]:
    parts: list[str] = []
    for code, argument in tree:
        parts.append(_one(code, argument, groups))
        if sum(map(len, parts)) > LONGEST_VALUE:
            raise _TooHardError
    return parts


def _one(code: Any, argument: Any, groups: dict[int, str]) -> str:
    if code is codes.LITERAL:
        return chr(argument)
    if code is codes.ANY:
        return "a"
    if code is codes.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if code is codes.IN:
        return _member(argument)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, inner = argument
        times = max(least, 1 if most > 0 and least == 0 and len(inner) == 1 else least)
        if times > MOST_REPEATS:
            raise _TooHardError
        return "".join("".join(_written(inner, groups)) for _ in range(times))
    if code is codes.SUBPATTERN:
        text = "".join(_written(argument[3], groups))
        groups[argument[0]] = text
        return text
    if code is codes.BRANCH:
        return "".join(_written(argument[1][0], groups))
    if code is codes.GROUPREF:
        return groups.get(argument, "")
    if code is codes.AT:
        return ""
    raise _TooHardError


def _member(items: Any) -> str:
    if items[0][0] is codes.NEGATE:
        return next((letter for letter in PREFERRED if not any(_holds(item, letter) for item in items[1:])), "~")
    code, argument = items[0]
    if code is codes.LITERAL:
        return chr(argument)
    if code is codes.RANGE:
        return chr(argument[0])
    if code is codes.CATEGORY and argument in CATEGORIES:
        return CATEGORIES[argument]
    raise _TooHardError


def _holds(item: Any, letter: str) -> bool:
    code, argument = item
    if code is codes.LITERAL:
        return bool(ord(letter) == argument)
    if code is codes.RANGE:
        return bool(argument[0] <= ord(letter) <= argument[1])
    tests = {codes.CATEGORY_DIGIT: str.isdigit, codes.CATEGORY_WORD: str.isalnum, codes.CATEGORY_SPACE: str.isspace}
    return argument in tests and tests[argument](letter)
