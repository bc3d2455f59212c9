"""Formats and patterns of strings in JSON schemas. Formats that are unknown hold for every string.

A pattern is Python's where it differs from JavaScript's. Those of strangers are only tried where they cannot take long.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST_PATTERN = 500
LONGEST_VALUE = 500
"""Characters of a string that a stranger's pattern is tried on."""
MANY = 10
"""Repeats from which on a repeat counts as unbounded."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _in_shape(pattern: str) -> Callable[[str], object]:
    def check(value: str) -> None:
        if re.fullmatch(pattern, value) is None:
            raise ValueError(value[:100])

    return check


def _date_time(value: str) -> None:
    datetime.fromisoformat(value)
    if len(value) <= len("2026-01-31"):
        raise ValueError(value)


def _date(value: str) -> None:
    date.fromisoformat(value)
    if len(value) != len("2026-01-31"):
        raise ValueError(value)


FORMATS: Mapping[str, Callable[[str], object]] = {
    "date-time": _date_time,
    "date": _date,
    "time": time.fromisoformat,
    "duration": _in_shape(
        r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
    ),
    "email": _in_shape(r"[^@\s]+@[^@\s]+"),
    "hostname": _in_shape(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*"),
    "uri": _in_shape(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "url": _in_shape(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "uuid": _in_shape(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
}


def has_format(value: str, name: str) -> bool:
    """Return whether a string has a format."""
    try:
        FORMATS.get(name, str)(value)
    except ValueError:
        return False
    return True


def pattern_is_found(pattern: str, value: str) -> bool:
    """Return whether a pattern is found in a string, however long that takes. What is no pattern holds nowhere."""
    try:
        return re.search(pattern, value) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def pattern_fits(pattern: str, value: str) -> bool:
    """Return whether a stranger's pattern is found in a string. What cannot be tried safely does not fit; what is no
    pattern, or is too long for one, holds everywhere."""
    tree = parsed_pattern(pattern)
    if tree is None or len(value) > LONGEST_VALUE or _is_risky(tree, 0):
        return tree is None
    return re.search(pattern, value) is not None


@lru_cache(maxsize=256)
def parsed_pattern(pattern: str) -> Any:
    """Return the tree of a pattern as Python's own parser makes it; None for what is none, or is too long."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def _is_risky(tree: Any, repeats: int) -> bool:
    """Return whether an unbounded repeat holds another: the shape that backtracks without end."""
    for code, argument in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _, most, inner = argument
            wide = repeats + (most > MANY)
            if wide > 1 or _is_risky(inner, wide):
                return True
        elif any(_is_risky(inner, repeats) for inner in _inner_trees(code, argument)):
            return True
    return False


def _inner_trees(code: Any, argument: Any) -> list[Any]:
    if code is codes.SUBPATTERN:
        return [argument[3]]
    if code is codes.BRANCH:
        return list(argument[1])
    return [argument[1]] if code in (codes.ASSERT, codes.ASSERT_NOT) else []
