"""Values in the user's words: places, dates, numbers, addresses, quoted strings, file names, expressions.

A `Words` is one text, read once; it answers what a property of a given name and description may want.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tercet.server.cached import cached_attribute
from tercet.server.simulated.arithmetic import find_expressions

MOST_TEXT = 20_000


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, for look-ups."""
    return frozenset(words.split())


EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
URL = re.compile(r"https?://[^\s\"'<>)\]]{1,2000}")
DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
TIME = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")
UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
PHONE = re.compile(r"\+?\d[\d ()-]{6,18}\d")
NUMBER = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,10})?(?![\w.]*\w)")
QUOTED = re.compile(r"\"([^\"\n]{1,500})\"|“([^”\n]{1,500})”|`([^`\n]{1,500})`|(?<!\w)'([^'\n]{1,500})'(?!\w)")
FILE = re.compile(r"(?<!\S)(?:[\w.-]{1,60}/){0,8}[\w-]{1,60}\.(?:[A-Za-z]\w{0,5})\b")
CAPITALISED = re.compile(r"\b[A-Z][\w'’-]*(?:\s+[A-Z][\w'’-]*){0,3}")
TICKER = re.compile(r"\b[A-Z]{2,5}\b")
NAMED = re.compile(
    r"\b(?:name is|named|called|I am|I'm|for|to|by|meet|Mr\.?|Ms\.?|Dr\.?)\s+([A-Z][\w'’-]{1,30}(?:\s+[A-Z][\w'’-]{1,30}){0,2})"
)
PLACE = re.compile(
    r"\b(?:in|at|for|of|near|to|from|visit)\s+(?:the\s+)?((?:[A-Z][\w.'’-]*|St\.)(?:(?:\s+|,\s*|\s+(?:and|or|vs\.?)\s+|,\s*and\s+)(?:[A-Z][\w.'’-]*)){0,12})"
)
LOWER_PLACE = re.compile(r"\b(?:in|at|for|near)\s+((?!the\b|a\b|an\b|my\b|this\b)[a-z]{2,20}(?:\s+[a-z]{2,20}){0,2})")
NOT_PLACES = re.compile(
    r"\s*\b(?:today|tomorrow|tonight|now|right|please|this|next|on|in|at|for|celsius|fahrenheit|currently|and|is|Celsius|Fahrenheit)\b.*$"
)
LEAD_IN = re.compile(
    r"^(?:please\s+|can you\s+|could you\s+)*(?:search(?:\s+the\s+(?:web|internet|docs?))?(?:\s+for)?|look\s+up|find(?:\s+me)?|google)\s+",
    re.IGNORECASE,
)
OPENERS = word_set(
    "what what's whats who where when why how is are can could please tell show give the a an i my and do does find get "
    "search look compare weather calculate compute send call use hi hello check write read create list book schedule "
    "extract translate classify it this if add set remind which thank thanks yes no ok okay good great fine nice sorry well "
    "now then also but so that there these those they we you he she was were will would should may might maybe perhaps let "
    "let's hey dear not any some explain say in on at for to from of about continue go help need want run open use using"
)


class Entities:
    """Names, places and numbers that can be picked out of one text."""

    def __init__(self, text: str) -> None:
        self.text = text[:MOST_TEXT].strip()
        self._numbers_used = 0

    @cached_attribute
    def places(self) -> list[str]:
        """Names of places, as written."""
        found: list[str] = []
        for match in PLACE.finditer(self.text):
            found += _split_places(match[1])
        if not found:
            found = [name for name in self.names if name.lower() not in OPENERS]
        if not found:
            lower = [NOT_PLACES.sub("", match[1]).strip() for match in LOWER_PLACE.finditer(self.text)]
            found = [place for place in lower if place]
        return list(dict.fromkeys(found))

    @cached_attribute
    def names(self) -> list[str]:
        """Capitalised words in a row, those that merely open a sentence left out."""
        found = []
        for match in CAPITALISED.finditer(self.text):
            words = match[0].split()
            while words and words[0].lower() in OPENERS:
                words = words[1:]
            if words and words != ["I"]:
                found.append(" ".join(words).removesuffix("'s").removesuffix("’s"))
        return found

    @cached_attribute
    def quoted(self) -> list[str]:
        """Texts in quotation marks."""
        return [next(part for part in match if part) for match in QUOTED.findall(self.text)]

    @cached_attribute
    def expressions(self) -> list[str]:
        """Arithmetic."""
        return find_expressions(self.text)

    @cached_attribute
    def numbers(self) -> list[float]:
        """Numbers that stand alone, in order."""
        plain = DATE.sub(" ", TIME.sub(" ", self.text))
        return [float(found) for found in NUMBER.findall(plain)]

    def next_number(self, name: str) -> float | None:
        """Return the number that stands by the property's name (`5 days` for `days`), else the next one not used
        yet."""
        word = re.escape(name.rpartition("_")[2].rstrip("s"))
        near = re.search(
            rf"(-?\d{{1,15}}(?:\.\d{{1,10}})?)\s*{word}|{word}s?\s*(?:is|of|=|:|to)?\s*(-?\d{{1,15}}(?:\.\d{{1,10}})?)",
            self.text,
            re.IGNORECASE,
        )
        if near:
            return float(near[1] or near[2])
        if self._numbers_used < len(self.numbers):
            self._numbers_used += 1
            return self.numbers[self._numbers_used - 1]
        return None

    def labelled(self, name: str) -> str | None:
        """Return the value that stands by the property's own name: `plan: Pro`, `the plan is Pro`, `the Pro plan`."""
        spoken = re.escape(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").strip())
        if not spoken:
            return None
        after = re.search(rf"\b{spoken}\s*(?::|=|\bis\b)\s*[\"“']?([^,.;\"”\n]{{1,80}})", self.text, re.IGNORECASE)
        if after:
            return after[1].strip()
        before = re.search(rf"\b([A-Z][\w-]{{0,40}}) {spoken}\b", self.text)
        return before[1] if before and before[1].lower() not in OPENERS else None

    def first(self, pattern: re.Pattern[str]) -> str | None:
        """Return the first match of a pattern."""
        found = pattern.search(self.text)
        return found[0] if found else None

    @property
    def query(self) -> str:
        """The text without such a beginning as "search for"."""
        return LEAD_IN.sub("", self.text).strip(" ?.!") or self.text


def _split_places(found: str) -> list[str]:
    sentence = re.split(r"(?<=\w{3})\.\s", found)[0]
    parts = re.split(r"\s+(?:and|or|vs\.?)\s+|,\s*and\s+", sentence)
    places: list[str] = []
    for part in parts:
        pieces = [piece.strip(" .'’,") for piece in part.split(",")]
        several = len(parts) > 1 or len(pieces) > 2
        if several and not any(len(piece) == 2 and piece.isupper() for piece in pieces[1:]):
            places += pieces
        else:
            places.append(", ".join(piece for piece in pieces if piece))
    return [re.sub(r"['’]s$", "", place) for place in places if place and place.lower() not in OPENERS]


# --- which value a property wants --------------------------------------------------------------------------------------

_WANTS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in [
        (r"e-?mail|recipient", "email"),
        (r"\burl\b|link|website|webpage", "url"),
        (r"expression|formula|equation|\bcalculation", "expression"),
        (r"file|path|\bdirectory|folder", "file"),
        (r"date|\bday\b|deadline|birthday", "date"),
        (r"\btime\b|hour", "time"),
        (r"phone|mobile", "phone"),
        (r"origin|depart", "origin"),
        (r"destination|arriv", "destination"),
        (r"location|city|\bplace|country|town|\bwhere\b|region|timezone", "place"),
        (r"ticker|symbol", "ticker"),
        (r"query|question|search|keywords?|\bprompt|topic", "query"),
        (r"\bname\b|person|author|customer|\buser(?:name)?\b|contact|attendee", "name"),
        (r"message|content|\btext\b|body|\binput\b|comment|note|description|summary|title|subject", "text"),
    ]
]


DIRECTIONS = {"to": "destination", "from": "origin"}
"""Properties that may hold an address of either sort."""


def wanted_kind(name: str, schema: Mapping[str, Any]) -> str:
    """Return what sort of value a property is after, by its name first and its description second; empty if unclear."""
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    for text in (spoken, str(schema.get("description", ""))[:500]):
        for pattern, kind in _WANTS:
            if pattern.search(text):
                return kind
    return ""


def value_for(words: Entities, name: str, schema: Mapping[str, Any]) -> str | None:
    """Return the user's own value for a string property; None when the text holds none."""
    if name.lower() in DIRECTIONS:
        return words.first(EMAIL) or _place(words, DIRECTIONS[name.lower()])
    kind = wanted_kind(name, schema)
    labelled = words.labelled(name)
    if labelled and kind not in ("email", "url", "file", "expression"):
        return labelled
    pattern = {
        "email": EMAIL,
        "url": URL,
        "file": FILE,
        "date": DATE,
        "time": TIME,
        "phone": PHONE,
        "ticker": TICKER,
    }.get(kind)
    if pattern is not None:
        return words.first(pattern) or (_day_word(words) if kind == "date" else None)
    if kind in ("place", "origin", "destination"):
        return _place(words, kind)
    if kind == "expression":
        return next(iter(words.expressions), None)
    if kind == "query":
        return next(iter(words.quoted), None) or words.query or None
    if kind == "name":
        named = NAMED.search(words.text)
        return named[1] if named else next(iter(words.names), None)
    if kind == "text":
        return next(iter(words.quoted), None) or words.text or None
    return next(iter(words.quoted), None)


def values_for(words: Entities, name: str, schema: Mapping[str, Any]) -> list[str]:
    """Return all of the user's values for a property, when a call may be made for each."""
    kind = wanted_kind(name, schema)
    if kind == "place":
        return words.places
    if kind == "expression":
        return words.expressions
    if kind == "ticker":
        return TICKER.findall(words.text)
    if kind in ("url", "file", "email"):
        return {"url": URL, "file": FILE, "email": EMAIL}[kind].findall(words.text)
    return []


def _place(words: Entities, kind: str) -> str | None:
    lead = {"origin": r"\bfrom\s+", "destination": r"\bto\s+"}.get(kind)
    if lead:
        match = re.search(lead + r"([A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3})", words.text)
        return match[1].rstrip(".,") if match else None
    return next(iter(words.places), None)


def _day_word(words: Entities) -> str | None:
    match = re.search(
        r"\b(today|tomorrow|yesterday|(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        words.text,
        re.IGNORECASE,
    )
    return match[1] if match else None
