"""Headers: ordered, case-insensitive, checked before they are sent, and silent about credentials.

The repr and the pickle of headers hide what may be a credential, so that no log, traceback or worker queue shows a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import CellType
from typing import Any, TypeVar, overload

T = TypeVar("T")

SECRET_HEADER = re.compile(
    r"auth(?!or(?!iz))|key|token(?!s|-(?:count|limit|remaining|reset|usage))|secret|cookie|credential|passw|signature"
    r"|^x-goog-",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^\s*(?:bearer|basic|digest|negotiate)\s+", re.IGNORECASE)
SECRET_VALUE = re.compile(r"\s*(?:sk-ant-|(?:bearer|basic|digest|negotiate)\s)", re.IGNORECASE)
NOT_SECRET = frozenset(
    {"idempotency-key", "www-authenticate", "proxy-authenticate", "access-control-allow-credentials"}
)
_SHOWN = re.compile(r"(sk-ant-|(?:bearer|basic) +)[\w.~+/=-]{6,}", re.IGNORECASE)
REDACTED = "<redacted>"
SHORTEST_SECRET = 8
"""Shorter values are not searched for in bodies: they would be found in ordinary words."""

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_NAMES = {"\r": "a line break", "\n": "a line break", "\0": "a NUL"}
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_PARAMETER = re.compile(r"([?&])([^=&#?]*)=([^&#]*)")


def is_secret(name: str, value: str = "") -> bool:
    """Return whether a header of this name may carry a credential, or one of this value does."""
    return _secret_name(name) or SECRET_VALUE.match(value) is not None


@lru_cache(maxsize=512)  # the same few names come with every response
def _secret_name(name: str) -> bool:
    return SECRET_HEADER.search(name) is not None and name.lower() not in NOT_SECRET


def redacted_url(url: str) -> str:
    """Return the URL without user, password and credentials among its parameters."""
    if "@" in url:
        url = _USERINFO.sub(f"{REDACTED}@", url)
    return _PARAMETER.sub(_redacted_parameter, url) if "?" in url else url


def without_credentials(text: str) -> str:
    """Return any text without what looks like a credential: keys, bearer tokens, and what stands in URLs."""
    return "\n".join(redacted_url(_SHOWN.sub(r"\1[hidden]", line)) for line in text.split("\n"))


def url_secrets(url: str) -> list[str]:
    """Return the credentials that `redacted_url` takes out."""
    found = [part[:-1].rpartition(":")[2] for part in _USERINFO.findall(url)] if "@" in url else []
    if "?" in url:
        found += [value for _, name, value in _PARAMETER.findall(url) if is_secret(name, value)]
    return [value for value in found if len(value) >= SHORTEST_SECRET]


def _redacted_parameter(found: re.Match[str]) -> str:
    mark, name, value = found.groups()
    return f"{mark}{name}={REDACTED if is_secret(name, value) else value}"


def checked_headers(given: Mapping[str, str | bytes]) -> Headers:
    """Return headers that can be sent, from what a caller gave; of names that differ in case alone the last counts.

    Raises TypeError or ValueError for what cannot stand in a header. The error names the header and never its value.
    """
    checked: dict[str, tuple[str, str]] = {}
    fault: Exception | None = None
    if not isinstance(given, Mapping):
        raise TypeError(f"headers must be a dict, not {type(given).__name__}")
    for name, value in given.items():
        fault = _fault_in(name, value)
        if fault is not None:
            break
        text = value if isinstance(value, str) else value.decode("latin-1")
        checked.pop(name.lower(), None)
        checked[name.lower()] = (name, text.strip(" \t"))
    if fault is not None:
        given, checked = {}, {}
        name = value = text = ""  # a traceback that shows local variables must not show a key
        raise fault
    return Headers(checked.values())


def _fault_in(name: object, value: object) -> Exception | None:
    if not isinstance(name, str):
        return TypeError(f"a header's name must be a str, not {type(name).__name__}")
    if not _NAME.fullmatch(name):
        why = "is empty" if not name else f"holds characters that a header's name cannot: {name[:60]!r}"
        return ValueError(f"a header's name {why}")
    if not isinstance(value, str | bytes):
        return TypeError(f"header {name!r} must be a str or bytes, not {type(value).__name__}")
    text = value if isinstance(value, str) else value.decode("latin-1")
    if found := _CONTROL.search(text):
        what = _CONTROL_NAMES.get(found[0], "a control character")
        return ValueError(f"header {name!r} holds {what} at character {found.start()} of {len(text)}; take it out")
    if not text.isascii() and any(ord(character) > 255 for character in text):
        return ValueError(f"header {name!r} holds a character outside Latin-1, which HTTP cannot send; encode it first")
    return None


class Headers(Mapping[str, str]):
    """HTTP headers: ordered, case-insensitive, several values to a name joined by `, ` when read."""

    __slots__ = ("_found", "_held")

    def __init__(self, items: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        pairs = items if type(items) is list or type(items) is tuple else _pairs(items)
        self._held = CellType(tuple(pairs))  # cells: what prints attributes, however deep, does not see inside
        self._found: CellType | None = None

    def _lookup(self) -> dict[str, str]:
        if self._found is None:
            found: dict[str, str] = {}
            for name, value in self._held.cell_contents:
                low = name.lower()
                found[low] = f"{found[low]}, {value}" if low in found else value
            self._found = CellType(found)
        known: dict[str, str] = self._found.cell_contents
        return known

    def by_name(self) -> Mapping[str, str]:
        """Return the values by their names in lower case: for those who look for several."""
        return self._lookup()

    def __getitem__(self, name: str) -> str:
        return self._lookup()[name.lower()]

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, /, default: str) -> str: ...
    @overload
    def get(self, key: str, /, default: T) -> str | T: ...
    def get(self, key: str, /, default: Any = None) -> Any:
        """Return the value of a header, or `default`."""
        return self._lookup().get(key.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lookup())

    def __len__(self) -> int:
        return len(self._lookup())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._lookup()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._lookup() == Headers(other)._lookup()

    __hash__ = None  # type: ignore[assignment]

    def multi_items(self) -> tuple[tuple[str, str], ...]:
        """Return every header as it stands on the wire, repeated names included."""
        items: tuple[tuple[str, str], ...] = self._held.cell_contents
        return items

    def get_list(self, name: str) -> list[str]:
        """Return all values of one header, in order."""
        return [value for key, value in self.multi_items() if key.lower() == name.lower()]

    def redacted(self) -> Headers:
        """Return the same headers with credentials replaced; itself if it holds none."""
        if not any(is_secret(name, value) for name, value in self.multi_items()):
            return self
        return Headers([(name, REDACTED if is_secret(name, value) else value) for name, value in self.multi_items()])

    def secrets(self) -> list[str]:
        """Return the credentials themselves, without their scheme (`Bearer`), for those who take them out of other
        texts."""
        values = [value for name, value in self.multi_items() if is_secret(name, value) and value != REDACTED]
        return [bare for value in values if len(bare := _SCHEME.sub("", value, count=1)) >= SHORTEST_SECRET]

    def __repr__(self) -> str:
        return f"Headers({dict(self.redacted().multi_items())!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self.redacted().multi_items(),)


def _pairs(items: Any) -> Iterable[tuple[str, str]]:
    return items.items() if isinstance(items, Mapping) else items
