"""The readable part of unfinished JSON, such as a tool call's input while it streams. One pass, without recursion.
What is not finished is left out: a string, number or word that the end cuts, a key without its value."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

DEPTH_LIMIT = 512

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"([^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*)')
_CUT_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CUT_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?)?)?\Z")
_HIGH_SURROGATE_END = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_WORDS = {
    "t": ("true", True),
    "f": ("false", False),
    "n": ("null", None),
    "N": ("NaN", float("nan")),
    "I": ("Infinity", float("inf")),
    "-I": ("-Infinity", float("-inf")),
}


class _CutError(Exception):
    """The text ends here."""


class NotJSONError(ValueError):
    """The text is no beginning of a JSON document."""


def parse_partial(text: str, *, trailing_strings: bool = False, refuse_rest: bool = False) -> Any:
    """Return what can be read of `text`. Text after a whole document is not looked at, unless `refuse_rest`.

    `trailing_strings=True` keeps the part of a string that the end cuts, unless it is a key. Raises NotJSONError if `text`
    cannot be continued to JSON, nests deeper than 512, or holds nothing readable yet.
    """
    reader = _Reader(text, trailing_strings)
    value = reader.document()
    if refuse_rest:
        reader.refuse_rest()
    return value


class _Reader:
    def __init__(self, text: str, trailing_strings: bool) -> None:
        self._text, self._at = text, 0
        self._trailing_strings = trailing_strings
        self._open: list[Any] = []
        self._keys: list[str] = []

    def document(self) -> Any:
        """Return the outermost value."""
        try:
            value = self._value()
        except _CutError:
            raise NotJSONError("nothing can be read yet") from None
        if not isinstance(value, dict | list):
            return value
        self._open.append(value)
        with suppress(_CutError):
            self._fill(just_opened=self._at)
        return value

    def refuse_rest(self) -> None:
        """Raise unless the document reaches to the end of the text, or is cut by it."""
        with suppress(_CutError):
            if not self._open:
                self._peek()
                raise self._error("goes on after its end")

    def _fill(self, just_opened: int) -> None:
        """Read the members of all open containers until the outermost closes or the text ends."""
        while self._open:
            container: Any = self._open[-1]
            first = self._at == just_opened
            if self._closes("}" if type(container) is dict else "]", first):
                self._open.pop()
                continue
            key = self._key() if type(container) is dict else None
            value = self._value()
            _put(container, key, value)
            if isinstance(value, dict | list):
                if len(self._open) >= DEPTH_LIMIT:
                    raise self._error(f"nests deeper than {DEPTH_LIMIT}")
                self._open.append(value)
                just_opened = self._at
            if self._kept_cut:
                raise _CutError

    _kept_cut = False

    def _closes(self, bracket: str, first: bool) -> bool:
        """Step over what stands between members: the closing bracket (True), or a comma unless this is the first."""
        mark = self._peek()
        if mark == bracket:
            self._at += 1
            return True
        if first:
            return False
        if mark != ",":  # as after a cut: what was read stands
            raise _CutError
        self._at += 1
        if self._peek() in "}]":
            raise self._error("has a trailing comma")
        return False

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._error("has a key that is no string")
        key = self._string(keep_cut=False)
        if self._peek() != ":":
            raise self._error("lacks a colon")
        self._at += 1
        return key

    def _peek(self) -> str:
        """Return the next character that is no space."""
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        if self._at == len(self._text):
            raise _CutError
        return self._text[self._at]

    def _value(self) -> Any:
        mark = self._peek()
        if mark == "{" or mark == "[":
            self._at += 1
            return {} if mark == "{" else []
        if mark == '"':
            return self._string(keep_cut=self._trailing_strings)
        word = _WORDS.get(self._text[self._at : self._at + 2] if mark == "-" else mark)
        return self._word(*word) if word else self._number()

    def _word(self, word: str, value: Any) -> Any:
        came = self._text[self._at : self._at + len(word)]
        if came == word:
            self._at += len(word)
            return value
        if word.startswith(came):
            raise _CutError
        raise self._error("has an unknown word")

    def _number(self) -> Any:
        if _CUT_NUMBER.match(self._text, self._at) and not _NUMBER.fullmatch(self._text, self._at):
            raise _CutError
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._error("lacks a value")
        self._at = match.end()
        if self._text[self._at : self._at + 1] in tuple("0123456789.eE"):
            raise self._error("has an invalid number")
        return float(match[0]) if match[1] or match[2] else int(match[0])

    def _string(self, *, keep_cut: bool) -> str:
        match = _STRING.match(self._text, self._at)
        assert match is not None
        end = match.end()
        if end < len(self._text) and self._text[end] == '"':
            self._at = end + 1
            return _unescape(match[1])
        if end < len(self._text) and not _CUT_ESCAPE.match(self._text, end):
            raise self._error("has an invalid string")
        if not keep_cut:
            raise _CutError
        self._at, self._kept_cut = len(self._text), True
        half = _HIGH_SURROGATE_END.search(match[1][-6:])  # its other half has not come
        return _unescape(match[1][:-6] if half else match[1])

    def _error(self, what: str) -> NotJSONError:
        return NotJSONError(f"the text {what} at character {self._at}")


def _put(container: Any, key: str | None, value: Any) -> None:
    if key is None:
        container.append(value)
    else:
        container[key] = value


def _unescape(inner: str) -> str:
    if "\\" not in inner:
        return inner
    text: str = json.loads(f'"{inner}"')
    return text
