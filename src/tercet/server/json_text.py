"""JSON text to values, with the API's words for what is no JSON. Knows no field."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tercet.server.errors import HTTPError, invalid

NOT_JSON = "The request body is not valid JSON: "
EMPTY = "Input is a zero-length, empty document: line 1 column 1 (char 0)"
DEEPEST = 200
"""Levels of nesting. The real limit is not known; this keeps every later step far from the interpreter's."""
_decode = msgspec.json.Decoder().decode


def decoded_json(body: bytes) -> Any:
    """The value of a body. Raises a 400 that says where the text stops being JSON."""
    if not body.strip():
        raise invalid(NOT_JSON + EMPTY)
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid(NOT_JSON + _complaint(body)) from None
    except RecursionError:
        raise _too_deep() from None
    if _nests_deeply(body) and _depth_exceeds(value):
        raise _too_deep()
    return value


def _too_deep() -> HTTPError:
    return invalid(f"{NOT_JSON}more than {DEEPEST} levels are nested: line 1 column 1 (char 0)")


def _nests_deeply(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > DEEPEST


def _depth_exceeds(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _complaint(body: bytes) -> str:
    try:
        json.loads(body)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno} column {problem.colno} (char {problem.pos})"
        if problem.pos >= len(problem.doc) or problem.msg.startswith("Unterminated"):
            return _at_end(problem.doc)
        return f"{problem.msg[:1].lower()}{problem.msg[1:]}: {place}"
    except UnicodeDecodeError as problem:
        return f"the text is not UTF-8: line 1 column {problem.start + 1} (char {problem.start})"
    except (ValueError, RecursionError):  # numbers with thousands of digits, thousands of levels
        return "a value is out of range: line 1 column 1 (char 0)"
    return "unexpected character: line 1 column 1 (char 0)"


def _at_end(text: str) -> str:
    line = text.count("\n") + 1
    column = len(text) - (text.rfind("\n") + 1)
    return f"unexpected end of data: line {line} column {column + 1} (char {len(text)})"
