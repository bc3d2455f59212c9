"""String formats of JSON schema: an example of each, taken from the user's words if possible, and a check."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from tercet.server.simulated import slots

EXAMPLES = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H30M",
    "email": "user@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "3f2c9a4e-8d1b-4c6a-9e57-0b1a2c3d4e5f",
}
SPOKEN = {
    "email": slots.EMAIL,
    "uri": slots.URL,
    "url": slots.URL,
    "date": slots.DATE,
    "uuid": slots.UUID,
    "ipv4": slots.IPV4,
}
SHAPES = {
    "duration": re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
    "email": slots.EMAIL,
    "hostname": re.compile(
        r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
    ),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "url": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "ipv4": re.compile(r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}"),
    "ipv6": re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


def formatted(name: str, words: slots.Words) -> str | None:
    """A string of this format; None for formats that are not known."""
    spoken = words.first(SPOKEN[name]) if name in SPOKEN else None
    return spoken if spoken and format_fits(name, spoken) else EXAMPLES.get(name)


def format_fits(name: str, value: str) -> bool:
    """Whether a string has this format. Unknown formats assert nothing."""
    try:
        if name == "date":
            return len(value) == 10 and bool(date.fromisoformat(value))
        if name == "date-time":
            return "T" in value.upper() and datetime.fromisoformat(value).tzinfo is not None
        if name == "time":
            return time.fromisoformat(value) is not None
    except ValueError:
        return False
    shape = SHAPES.get(name)
    return shape is None or shape.fullmatch(value) is not None
