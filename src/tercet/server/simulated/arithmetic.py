"""Arithmetic by a small parser of its own: + - * / // ** % and brackets, with caps. Nothing is ever evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

LONGEST = 400
"""Characters of an expression."""
DEEPEST = 40
"""Brackets and signs inside each other."""
LARGEST = 10**60
LARGEST_POWER = 200

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(\*\*|//|[-+*/%^()×÷−·]))")
_FOUND = re.compile(
    r"(?<![\d.,])[-(−]{0,20}\d[\d.,]*+(?:\s{0,4}(?:\*\*|//|[-+*/%^×÷−·()])[\s()]{0,20}(?:[-−]?[\d.][\d.,]*+)?)+"
)
_WORDS = [
    (re.compile(r"\bmultiplied by\b|\btimes\b|(?<=\d)\s*x\s*(?=\d)", re.IGNORECASE), "*"),
    (re.compile(r"\bdivided by\b|\bover\b(?=\s*\d)", re.IGNORECASE), "/"),
    (re.compile(r"\bplus\b", re.IGNORECASE), "+"),
    (re.compile(r"\bminus\b", re.IGNORECASE), "-"),
    (re.compile(r"\bto the power of\b", re.IGNORECASE), "**"),
    (re.compile(r"\bmodulo\b|\bmod\b(?=\s*\d)", re.IGNORECASE), "%"),
    (re.compile(r"(?<=\d)\s+squared\b", re.IGNORECASE), "**2"),
    (re.compile(r"(?<=\d)\s+cubed\b", re.IGNORECASE), "**3"),
]
_PERCENT_OF = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*(?:%|percent)\s+of\s+(\d{1,12}(?:\.\d{1,12})?)", re.IGNORECASE)
_ROOT_OF = re.compile(r"square root of\s+(\d{1,30})", re.IGNORECASE)
_SIGN_AFTER_NUMBER = re.compile(
    r"\d[.,]*+\s*+(?=[-+*/%^()×÷−·xtmdopscſ])"
    r"(?:[-+*/%^()×÷−·x]|times|multiplied|divided|over|plus|minus|to the|mod|squared|cubed|percent)",
    re.IGNORECASE,
)
"""What every arithmetic begins with, in signs or in words. Most texts hold none: one look in place of eleven."""
_SIGNS = {"×": "*", "÷": "/", "−": "-", "·": "*", "^": "**"}


class NotComputableError(ValueError):
    """The expression is none, divides by zero, or is too large."""


def evaluate(expression: str) -> Fraction:
    """The exact value of an expression."""
    if len(expression) > LONGEST:
        raise NotComputableError(f"the expression is longer than {LONGEST} characters")
    return _Parser(_tokens(expression)).whole()


def _tokens(expression: str) -> list[str]:
    tokens, position = [], 0
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise NotComputableError(f"not arithmetic: {expression[position:].strip()[:20]!r}")
        tokens.append(_SIGNS.get(match[0].strip(), match[0].strip()))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the usual precedence; powers bind to the right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0

    def whole(self) -> Fraction:
        value = self._sum()
        if self.place != len(self.tokens):
            raise NotComputableError(f"unexpected {self.tokens[self.place]!r}")
        return value

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        found = self._next()
        if found in wanted:
            self.place += 1
            return found
        return ""

    def _sum(self) -> Fraction:
        value = self._product()
        while operator := self._take("+", "-"):
            value = _SUMS[operator](value, self._product())
        return _checked(value)

    def _product(self) -> Fraction:
        value = self._signed()
        while operator := self._take("*", "/", "//", "%"):
            right = self._signed()
            if operator != "*" and right == 0:
                raise NotComputableError("division by zero")
            value = _checked(_PRODUCTS[operator](value, right))
        return value

    def _signed(self) -> Fraction:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotComputableError("the expression is nested too deeply")
        sign = self._take("-", "+")
        value = self._signed() if sign else self._power()
        self.depth -= 1
        return -value if sign == "-" else value

    def _power(self) -> Fraction:
        base = self._atom()
        return _power(base, self._signed()) if self._take("**") else base

    def _atom(self) -> Fraction:
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise NotComputableError("a bracket is not closed")
            return value
        token = self._next()
        if not token or token[0] not in "0123456789.":
            raise NotComputableError(
                f"a number is missing before {token!r}" if token else "a number is missing at the end"
            )
        self.place += 1
        return _checked(Fraction(token))


_Operation = Callable[[Fraction, Fraction], Fraction]
_SUMS: dict[str, _Operation] = {"+": lambda a, b: a + b, "-": lambda a, b: a - b}
_PRODUCTS: dict[str, _Operation] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: Fraction(a // b),
    "%": lambda a, b: a % b,
}


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > LARGEST_POWER:
        raise NotComputableError("the power is too large")
    if base == 0 and exponent < 0:
        raise NotComputableError("division by zero")
    if exponent.denominator == 1:
        return _checked(base ** int(exponent))
    if base < 0:
        raise NotComputableError("the root of a negative number is not real")
    try:
        return _checked(Fraction(float(base) ** float(exponent)))
    except OverflowError:
        raise NotComputableError("the numbers are too large") from None


def _checked(value: Fraction) -> Fraction:
    if abs(value) > LARGEST or value.denominator > LARGEST:
        raise NotComputableError("the numbers are too large")
    return value


def written(value: Fraction) -> str:
    """A number as people write it: whole if it is, else up to ten significant digits."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"


def find_expressions(text: str) -> list[str]:
    """The arithmetic in a text, as written, signs and words made plain: `125 * 48`, `3 + 4`."""
    text = text[:20_000]
    if _SIGN_AFTER_NUMBER.search(text) is None and "root of" not in text.lower():
        return []
    whole = _PERCENT_OF.sub(r"\1 / 100 * \2", text)
    whole = _ROOT_OF.sub(r"\1 ** 0.5", whole)
    for pattern, sign in _WORDS:
        whole = pattern.sub(f" {sign} " if not sign[-1].isdigit() else sign, whole)
    found = []
    for match in _FOUND.finditer(whole):
        expression = _tidied(match[0])
        if expression and not _is_date(expression) and computed(expression) is not None:
            found.append(expression)
    return found


def computed(expression: str) -> str | None:
    """The value as text; None when it cannot be computed."""
    try:
        return written(evaluate(expression))
    except NotComputableError:
        return None


def _tidied(raw: str) -> str:
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", raw).strip().rstrip("+-*/%^×÷−·., ")
    while text.count("(") < text.count(")") and text.endswith(")"):
        text = text[:-1].rstrip()
    return " ".join(text.split()) if len(text) <= LONGEST and re.search(r"[-+*/%^×÷−·]", text[1:]) else ""


def _is_date(expression: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{1,2}(-\d{1,2})?|\d{1,2}/\d{1,2}/\d{2,4}|\d{3}-\d{3}-\d{4}", expression) is not None
