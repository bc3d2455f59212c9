"""Arithmetic in a text: found, and worked out exactly. Nothing is evaluated as code.

Numbers, brackets and + - * / // % ** are all there is, and bind as in Python. The length, the numbers and the powers are
capped. Two stacks hold what is not worked out yet: no depth of brackets reaches a limit of the interpreter, so that the
answer does not depend on who asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache

LONGEST = 400
"""Characters of an expression."""
LARGEST = 10**60
LARGEST_POWER = 200
MOST_TEXT = 20_000

_PLAIN = re.compile(r"[0-9.+\-*/%() ]+")
_TOKEN = re.compile(r" *([0-9]+\.?[0-9]*|\.[0-9]+|\*\*|//|[-+*/%()])")
_TWO = re.compile(r"([0-9]{1,18}) ?([-+*]) ?([0-9]{1,18})")
"""Two whole numbers: what is asked most, and needs no fractions."""
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "·": "*", "^": "**"})
_FOUND = re.compile(
    r"(?<![0-9.,])[-(−]{0,20}[0-9][0-9.,]*+(?:\s{0,4}(?:\*\*|//|[-+*/%^×÷−·()])[\s()]{0,20}(?:[-−]?[0-9.][0-9.,]*+)?)+"
)
_WORDS = (
    (re.compile(r"\b(\d{1,12}(?:\.\d{1,12})?)\s*(?:%|percent) of (?=\d)", re.IGNORECASE), r"\1 / 100 * "),
    (re.compile(r"\bsquare root of\s+(\d{1,30})", re.IGNORECASE), r"\1 ** 0.5"),
    (re.compile(r"(?<=\d) (?:times|multiplied by|x) (?=\d)", re.IGNORECASE), " * "),
    (re.compile(r"(?<=\d) (?:divided by|over) (?=\d)", re.IGNORECASE), " / "),
    (re.compile(r"(?<=\d) plus (?=\d)", re.IGNORECASE), " + "),
    (re.compile(r"(?<=\d) minus (?=\d)", re.IGNORECASE), " - "),
    (re.compile(r"(?<=\d) to the power of (?=\d)", re.IGNORECASE), " ** "),
    (re.compile(r"(?<=\d) squared\b", re.IGNORECASE), "**2"),
)
_NUMBER_AND_WORD = re.compile(
    r"\d\s*(?:%|percent\b|(?:times|multiplied|x|divided|over|plus|minus|to|squared)\b)|root of", re.IGNORECASE
)
"""Found wherever one of these words is."""
_NO_SUM = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{3}-\d{3}-\d{4}")
"""Dates and telephone numbers."""
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: Fraction(left // right),
    "%": lambda left, right: left % right,
    "**": lambda left, right: _power(left, right),
}
_SIGNED = {"+": "plus", "-": "minus"}
"""The names of signs before a number, which bind more tightly than those between two."""
_BINDING = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "plus": 3, "minus": 3, "**": 4}


class NotComputableError(ValueError):
    """The expression is none, divides by zero, or is too large."""


def evaluate(expression: str) -> Fraction:
    """Return the exact value of an expression. Raise NotComputableError if it has none."""
    plain = expression.translate(_SIGNS).strip()
    if len(plain) > LONGEST or not _PLAIN.fullmatch(plain):
        raise NotComputableError(f"not arithmetic, or longer than {LONGEST} characters: {expression[:20]!r}")
    try:
        return _worked_out(plain)
    except OverflowError as problem:
        raise NotComputableError(f"the numbers are too large: {expression[:20]!r}") from problem
    except ZeroDivisionError:
        raise NotComputableError("division by zero") from None


def _worked_out(plain: str) -> Fraction:
    """Return the value: operators wait on a stack until one comes that binds less tightly, or the end."""
    values: list[Fraction] = []
    waiting: list[str] = []
    before_value = True
    for part in _tokens(plain):
        if before_value:
            if part[-1] in "0123456789.":
                values.append(_capped(Fraction(part)))
                before_value = False
            elif part == "(" or part in _SIGNED:
                waiting.append(_SIGNED.get(part, part))
            else:
                raise NotComputableError(f"{part!r} stands where a number is expected")
        elif part == ")":
            _apply(values, waiting, 1)
            if not waiting:
                raise NotComputableError("a bracket is closed that was not opened")
            waiting.pop()
        elif part in _OPERATIONS:
            _apply(values, waiting, _BINDING[part] + (part == "**"))  # a power of a power: from the right
            waiting.append(part)
            before_value = True
        else:
            raise NotComputableError(f"{part!r} stands where an operator is expected")
    if before_value:
        raise NotComputableError("a number is missing at the end")
    _apply(values, waiting, 1)
    if waiting:
        raise NotComputableError("a bracket is not closed")
    return values[0]


def _tokens(plain: str) -> Iterator[str]:
    at = 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None:
            raise NotComputableError(f"not arithmetic: {plain[at : at + 20]!r}")
        yield found[1]
        at = found.end()


def _apply(values: list[Fraction], waiting: list[str], binding: int) -> None:
    """Carry out the operators that wait and bind at least as tightly, as far as the last open bracket."""
    while waiting and _BINDING[waiting[-1]] >= binding:
        operator, right = waiting.pop(), values.pop()
        if operator in _OPERATIONS:
            right = _OPERATIONS[operator](values.pop(), right)
        elif operator == "minus":
            right = -right
        values.append(_capped(right))


def _capped(value: Fraction) -> Fraction:
    if abs(value) > LARGEST or value.denominator > LARGEST:
        raise NotComputableError("the numbers are too large")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > LARGEST_POWER:
        raise NotComputableError("the power is too large")
    if exponent.denominator == 1:
        return base ** int(exponent)
    if base < 0:
        raise NotComputableError("the root of a negative number is not real")
    return Fraction(float(base) ** float(exponent))


@lru_cache(maxsize=256)
def computed(expression: str) -> str | None:
    """Return the value as people write it, up to ten significant digits; None when it cannot be computed."""
    if (two := _TWO.fullmatch(expression)) is not None:
        left, right = int(two[1]), int(two[3])
        return str(left + right if two[2] == "+" else left - right if two[2] == "-" else left * right)
    try:
        value = evaluate(expression)
    except NotComputableError:
        return None
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"


def find_expressions(text: str) -> list[str]:
    """Return the arithmetic in a text, words made signs: `125 * 48`, `3 + 4`."""
    whole = text[:MOST_TEXT]
    if _NUMBER_AND_WORD.search(whole) is not None:
        for pattern, sign in _WORDS:
            whole = pattern.sub(sign, whole)
    tidied = (_tidied(match[0]) for match in _FOUND.finditer(whole))
    return [each for each in tidied if each and not _NO_SUM.fullmatch(each) and computed(each) is not None]


def _tidied(raw: str) -> str:
    """Return an expression without separators of thousands, signs at its end and brackets too many; "" if none is left."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", raw).strip().rstrip("+-*/%^×÷−·., ")
    while text.count("(") < text.count(")") and text.endswith(")"):
        text = text[:-1].rstrip()
    return " ".join(text.split()) if len(text) <= LONGEST and re.search(r"[-+*/%^×÷−·]", text[1:]) else ""
