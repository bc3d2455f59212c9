"""The words in which faults are asked for, such as `5% rst@120` or `x2 status:529,retry-after=1`. Knows no connection.

A rule is `[RATE%] [xTIMES] [/PATH] FAULT [+ FAULT …]`, a fault is `KIND[@PLACE][:VALUE][,NAME=VALUE …]`. A place is a
number of bytes of the body, `head:N` for bytes of the response from its first on, `event:N` or the name of an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

MOST_CHARACTERS = 1000
DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)(ms|s|)")


class Kind(NamedTuple):
    """The arguments of a kind of fault: a place of these sorts (`bytes`, `head`, `event`), and a value of this sort."""

    places: tuple[str, ...] = ()
    value: str | None = None
    needs_place: bool = False


CUTS = ("bytes", "head", "event")
EVENT = ("event",)
KINDS = {
    "refuse": Kind(value="seconds"),
    "close": Kind(),
    "slow": Kind(value="seconds"),
    "rst": Kind(CUTS),
    "fin": Kind(CUTS),
    "stall": Kind(CUTS, "seconds"),
    "end": Kind(("bytes", "event")),
    "corrupt": Kind(("bytes",), needs_place=True),
    "drip": Kind(value="drip"),
    "length": Kind(value="number"),
    "garbage": Kind(value="word"),
    "status": Kind(value="number"),
    "html": Kind(value="number"),
    "empty": Kind(value="number"),
    "body": Kind(value="word"),
    "gzip": Kind(value="word"),
    "newlines": Kind(value="word"),
    "drop": Kind(EVENT, needs_place=True),
    "duplicate": Kind(EVENT, needs_place=True),
    "swap": Kind(EVENT, needs_place=True),
    "insert": Kind(EVENT, "word", needs_place=True),
    "error": Kind(EVENT, "word", needs_place=True),
    "silence": Kind(EVENT, "seconds", needs_place=True),
    "pace": Kind(value="number"),
}
WORDS = {
    "garbage": ("bytes", "tls", "http2", "nul"),
    "body": ("null", "array", "number", "text", "broken", "utf8", "deep", "error"),
    "gzip": ("good", "garbage", "cut", "bomb", "flood"),
    "newlines": ("crlf", "cr", "bom"),
    "insert": ("ping", "unknown", "comment", "null", "broken", "done", "stop"),
}
"""The values that a kind knows; the first is meant when none is given."""
EVENTS = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
    "error",
)
"""The names of the events of a stream: a place at another one would never come."""


class UnknownFault(ValueError):  # noqa: N818 - it is the asker's
    """These words ask for no fault. The message says what is allowed."""


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One fault. `place` is (`bytes` | `head` | `event`, number or event name)."""

    kind: str
    place: tuple[str, int | str] | None = None
    value: str = ""
    options: dict[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """The value as a duration; None if there is none."""
        return seconds_of(self.value) if self.value else None

    @property
    def number(self) -> int | None:
        """The value as a whole number; None if there is none."""
        return int(self.value) if self.value else None


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Faults, and how often and where they meet a request."""

    faults: tuple[FaultSpec, ...]
    text: str
    rate: float = 1.0
    times: int | None = None
    path: str | None = None


def seconds_of(text: str) -> float:
    """`2`, `2s`, `250ms` as seconds."""
    found = DURATION.fullmatch(text.strip())
    if found is None:
        raise UnknownFault(f"{text[:40]!r} is no duration; write 2s or 250ms")
    return float(found[1]) / (1000.0 if found[2] == "ms" else 1.0)


def parse_rule(text: str) -> FaultRule:
    """Return the rule that these words say. Raises UnknownFault."""
    rate, times, path = 1.0, None, None
    rest = text.strip()[:MOST_CHARACTERS]
    while (word := rest.partition(" ")[0]) and (word.endswith("%") or word[:1] in "x/"):
        if word.endswith("%"):
            rate = _rate(word)
        elif word[0] == "/":
            path = word
        elif word[1:].isdigit() and word.isascii():
            times = _times(word)
        else:
            break
        rest = rest.partition(" ")[2].strip()
    return FaultRule(parse_faults(rest), text.strip(), rate, times, path)


def _rate(word: str) -> float:
    try:
        rate = float(word[:-1]) / 100
    except ValueError:
        rate = -1.0
    if not 0.0 < rate <= 1.0:
        raise UnknownFault(f"{word[:40]!r} is no rate of anything that happens; write a number above 0%, up to 100%")
    return rate


def _times(word: str) -> int:
    times = int(word[1:8])
    if not times:
        raise UnknownFault(f"{word[:40]!r} never strikes; write x1 or more, or leave the rule out")
    return times


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names what was probably meant; empty if nothing is near."""
    found = get_close_matches(name[:100], list(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""


def parse_faults(text: str) -> tuple[FaultSpec, ...]:
    """Return the faults that these words ask for, in order. Raises UnknownFault."""
    if len(text) > MOST_CHARACTERS:
        raise UnknownFault(f"a fault is asked for in at most {MOST_CHARACTERS} characters, not {len(text)}")
    return tuple(_fault(part.strip()) for part in text.split("+"))


def _fault(text: str) -> FaultSpec:
    head, *pairs = text.split(",")
    if head[:3].isdigit():
        head = f"status:{head}"
    name, at, rest = head.partition("@")
    if at:
        place, value = _split_place(rest)
    else:
        name, _, value = head.partition(":")
        place = None
    name = name.strip()
    if name not in KINDS:
        raise UnknownFault(f"{name[:40]!r} is no fault; known are {', '.join(KINDS)}{nearest(name, KINDS)}")
    options = dict(_pair(pair) for pair in pairs)
    made = FaultSpec(name, _place(name, place) if place is not None else None, value.strip(), options)
    _check(made)
    return made


def _split_place(rest: str) -> tuple[str, str]:
    """`head:40`, `event:3`, `120` or a name, and what follows the colon behind it."""
    if rest.startswith(("head:", "event:")):
        sort, _, behind = rest.partition(":")
        number, _, value = behind.partition(":")
        return f"{sort}:{number}", value
    place, _, value = rest.partition(":")
    return place, value


def _place(kind: str, text: str) -> tuple[str, int | str]:
    allowed = KINDS[kind].places
    sort, _, number = text.strip().rpartition(":")
    if not number.isascii() or not number.isdigit():
        found: tuple[str, int | str] = ("event", number)
    elif sort:
        found = (sort, int(number[:12]))
    else:
        found = ("bytes" if "bytes" in allowed else "event", int(number[:12]))
    if found[0] not in allowed or not number:
        raise UnknownFault(f"{kind}@{text[:40]}: {kind} takes {_allowed(allowed)}")
    if isinstance(found[1], str) and found[1] not in EVENTS:
        said = f"{kind}@{text[:40]}: there is no such event; known are {', '.join(EVENTS)}"
        raise UnknownFault(said + nearest(found[1], EVENTS))
    return found


def _allowed(places: tuple[str, ...]) -> str:
    shown = {"bytes": "a number of bytes", "head": "head:N", "event": "event:N or an event's name"}
    return "as its place " + ", ".join(shown[place] for place in places) if places else "no place"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UnknownFault(f"{text[:40]!r} is no option; write name=value")
    if any(ord(sign) < 32 or ord(sign) > 255 for sign in text):
        raise UnknownFault(f"the option {name.strip()[:40]!r} holds characters that no header can carry")
    return name.strip().lower(), value.strip()


def _check(fault: FaultSpec) -> None:
    kind = KINDS[fault.kind]
    if kind.needs_place and fault.place is None:
        raise UnknownFault(f"{fault.kind} needs a place: {fault.kind}@N")
    if fault.value and kind.value is None:
        raise UnknownFault(f"{fault.kind} takes no value, and {fault.value[:40]!r} was given")
    if kind.value == "seconds" and fault.value:
        seconds_of(fault.value)
    elif kind.value == "drip":
        drip_of(fault.value)
    elif kind.value == "number" and fault.value and not (fault.value.isascii() and fault.value.isdigit()):
        raise UnknownFault(f"{fault.kind}:{fault.value[:40]}: a whole number is expected")
    elif fault.kind in WORDS and fault.value and fault.value not in WORDS[fault.kind]:
        raise UnknownFault(
            f"{fault.kind}:{fault.value[:40]}: known are {', '.join(WORDS[fault.kind])}{nearest(fault.value, WORDS[fault.kind])}"
        )
    if fault.kind in ("status", "html", "empty") and not 200 <= int(fault.value or 500) <= 599:
        raise UnknownFault(f"{fault.kind}:{fault.value[:40]}: a status from 200 to 599 is expected")
    if fault.kind == "pace" and not int(fault.value or 0):
        raise UnknownFault("pace needs a number of events a second: pace:20")


def drip_of(value: str) -> tuple[int, float]:
    """`BYTES/SECONDS` as both numbers; one byte every tenth of a second unless given."""
    size, slash, every = (value or "1/0.1").partition("/")
    if not (slash and size.isascii() and size.isdigit() and 0 < int(size) < 10**9):
        raise UnknownFault(f"drip:{value[:40]}: write drip:BYTES/SECONDS, such as drip:1/100ms")
    return int(size), seconds_of(every)
