"""Arithmetic in a text: found, and worked out exactly. Python's own parser reads it; nothing is evaluated as code.

Numbers, brackets and + - * / // % ** are all there is. The length, the numbers and the powers are capped.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction

LONGEST = 400
"""Characters of an expression."""
LARGEST = 10**60
LARGEST_POWER = 200
MOST_TEXT = 20_000

_PLAIN = re.compile(r"[0-9.+\-*/%() ]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9.])0+(?=[0-9])")
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
_NO_SUM = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{3}-\d{3}-\d{4}")
"""Dates and telephone numbers."""
_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: Fraction(left // right),
    ast.Mod: lambda left, right: left % right,
    ast.Pow: lambda left, right: _power(left, right),
}


class NotComputableError(ValueError):
    """The expression is none, divides by zero, or is too large."""


def evaluate(expression: str) -> Fraction:
    """Return the exact value of an expression. Raise NotComputableError if it has none."""
    plain = expression.translate(_SIGNS).strip()
    if len(plain) > LONGEST or not _PLAIN.fullmatch(plain):
        raise NotComputableError(f"not arithmetic, or longer than {LONGEST} characters: {expression[:20]!r}")
    try:
        return _value(ast.parse(_LEADING_ZEROS.sub("", plain), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, OverflowError) as problem:
        raise NotComputableError(f"not arithmetic: {expression[:20]!r}") from problem
    except ZeroDivisionError:
        raise NotComputableError("division by zero") from None


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number):
            value = Fraction(str(number))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            value = _value(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = -_value(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            value = _OPERATIONS[type(operator)](_value(left), _value(right))
        case _:
            raise NotComputableError("only numbers, brackets and + - * / // % ** are understood")
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


def computed(expression: str) -> str | None:
    """Return the value as people write it, up to ten significant digits; None when it cannot be computed."""
    try:
        value = evaluate(expression)
    except NotComputableError:
        return None
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"


def find_expressions(text: str) -> list[str]:
    """Return the arithmetic in a text, words made signs: `125 * 48`, `3 + 4`."""
    whole = text[:MOST_TEXT]
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
