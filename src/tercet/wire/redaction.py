"""Takes credentials out of what may be kept: headers by an allow-list, queries by parameter, bodies by value, field and look.

Whatever goes into the journal or a recording goes through here, decoded (`bodies.py`). What a credential looks like is one
table, SIGNS; fields that hold one are another, FIELDS. A text is searched in every view of `encodings.py`, too.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec

from tercet.wire.encodings import RUN, Reading, Span, is_like_picture, legible, picture_in, readings, unpacked
from tercet.wire.headers import REDACTED, is_secret, redacted_url

__all__ = ["REDACTED", "Redaction", "Span", "Unreadable", "redacted_url"]

SHORTEST = 8
"""Shorter credentials are not searched for in bodies: they would be found in ordinary words."""
MOST_READ, MOST_TIMES = 4_000_000, 12
"""Characters of all readings of a text: four millions, or this many times its own."""
MOST_PACKED = 2
"""Base64 within base64 that is undone, with the escapes in either."""
MOST_LIKE_WORDS = 20
"""A credential field's text that is shorter and has no digit may be a word, which other texts may hold."""
UPSTREAM_KEY = "TERCET_UPSTREAM_KEY"
"""The variable whose key goes to an upstream in the place of the caller's."""
SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(pattern, re.DOTALL))
    for sign, pattern in (
        ("sk-ant-", r"sk-ant-[A-Za-z0-9_\-]{8,}"),
        ("sk-proj-", r"sk-proj-[A-Za-z0-9_\-]{16,}"),
        ("sk-", r"sk-[A-Za-z0-9]{40,}"),
        ("AKIA", r"AKIA[0-9A-Z]{16}"),
        ("ASIA", r"ASIA[0-9A-Z]{16}"),
        ("ABSK", r"ABSK[A-Za-z0-9+/=]{40,}"),
        ("bedrock-api-key-", r"bedrock-api-key-[A-Za-z0-9+/=]{16,}"),
        ("IQoJb3JpZ2lu", r"IQoJb3JpZ2lu[A-Za-z0-9+/=]{20,}"),
        ("FwoGZXIvYXdz", r"FwoGZXIvYXdz[A-Za-z0-9+/=]{20,}"),
        ("signature=", r"(?i:signature=([0-9a-f]{64}))"),
        ("AIza", r"AIza[A-Za-z0-9_\-]{35}"),
        ("ya29.", r"ya29\.[A-Za-z0-9_\-.]{16,}"),
        ("1//0", r"1//0[A-Za-z0-9_\-]{30,}"),
        ("GOCSPX-", r"GOCSPX-[A-Za-z0-9_\-]{16,}"),
        *((f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{30,}}") for kind in "oprsu"),
        ("github_pat_", r"github_pat_[A-Za-z0-9_]{30,}"),
        ("xox", r"xox[abeoprs]-[A-Za-z0-9\-]{10,}"),
        ("eyJ", r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*"),
        ("bearer", r"(?i:\bbearer\s+)(?=[A-Za-z0-9._~+/\-]*[0-9])[A-Za-z0-9._~+/\-]{16,}=*"),
        ("basic", r"(?i:authorization[\"'\\]*\s*[:=]\s*[\"'\\]*basic\s+)[A-Za-z0-9+/]{6,}=*"),
        ("PRIVATE KEY", r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)"),
        ("://", r"://([^\s/?#@\"'<>\\]*:[^\s/?#@\"'<>\\]+)@"),
    )
)
"""What credentials look like, whoever they are for: a sign that is searched for first, and the whole of it, or the group
that is replaced."""
FIELDS = (
    "access_token", "api_key", "api_secret", "auth_token", "authorization", "authorization_token", "aws_secret_access_key",
    "aws_session_token", "bearer_token", "client_secret", "id_token", "passphrase", "passwd", "password", "private_key",
    "proxy_authorization", "refresh_token", "secret_access_key", "secret_key", "security_token", "session_token",
    "x_amz_credential", "x_amz_security_token", "x_amz_signature", "x_api_key", "x_goog_api_key", "x_goog_signature",
)  # fmt: skip
"""Fields whose text is a credential, such as that of an MCP server; written with `_`, `-`, capitals, or nothing between."""
_ENDS = ("key", "token", "secret", "passwd", "password", "passphrase", "authorization", "credential", "signature")
"""How the name of every such field ends."""
_QUOTED, _IN_PAIR = (
    re.compile(rf"(?:{'|'.join(_ENDS)})[\"']"),
    re.compile(rf"(?:{'|'.join(_ENDS)})[ \t]?[:=]"),
)
_RAREST = "\"'=:_-./QZXJzjxqKGA129kb"
"""Characters of signs, those first that are rare in texts."""


def _any() -> re.Pattern[bytes]:
    """Return a search for all signs and fields that stops at the rarest character of each alone."""
    ways: dict[str, list[str]] = {}
    for sign, pattern in SIGNS:
        at = min(range(len(sign)), key=lambda place, sign=sign: _RAREST.find(sign[place]) % 99)  # type: ignore[misc]
        before, after = re.escape(sign[: at + 1]), re.escape(sign[at + 1 :])
        exactly = not pattern.pattern.startswith("(?i:")
        for stop in {sign[at]} if exactly else {sign[at].lower(), sign[at].upper()}:
            ways.setdefault(stop, []).append(f"(?<={before}){after}" if exactly else f"(?i:(?<={before}){after})")
    last = [f"[{''.join(sorted({end[place] for end in _ENDS}))}]" for place in (-2, -1)]
    for mark in "\"'=:":  # most words end otherwise, so two letters are looked at first
        names = "|".join(f"(?<={end}{mark})" for end in _ENDS)
        ways.setdefault(mark, []).append(f"(?i:(?<={last[0]}{last[1]}{mark})(?:{names}))")
        if mark in "=:":
            names = "|".join(f"(?<={end} {mark})" for end in _ENDS)
            ways[mark].append(f"(?i:(?<={last[0]}{last[1]} {mark})(?:{names}))")
    return re.compile("|".join(f"{re.escape(stop)}(?:{'|'.join(ways[stop])})" for stop in sorted(ways)).encode())


_ANY = _any()
"""All signs and fields at once: most texts, and nearly all that base64 may mean by chance, hold none."""
_BARE = frozenset(name.replace("_", "") for name in FIELDS)
_NAME = "|".join(sorted((name.replace("_", "[_-]?") for name in FIELDS), key=len, reverse=True))
_IN_QUOTES = re.compile(rf"(?is)([\"'])(?:{_NAME})\1\s*:\s*([\"'])((?:\\.|(?!\2)[^\\])+)")
_IN_LINE = re.compile(
    rf"(?i)(?:\b|_)(?:{_NAME})[ \t]{{0,9}}[:=][ \t]{{0,9}}[\"'\\]{{0,2}}"
    r"((?=[^\s\"'<>\\,;&]*[0-9])[^\s\"'<>\\,;&]{8,})"
)
"""As settings, shells, YAML and header lines write them. A value without a digit may be a word."""
_IN_QUERY = re.compile(rf"(?i)[?&#;](?:{_NAME}|key|token)=([^&\s\"'<>#]+)")
SHOWN = frozenset(
    {
        "accept", "accept-encoding", "anthropic-beta", "anthropic-organization-id", "anthropic-version", "anthropic-workspace-id",
        "cache-control", "connection", "content-encoding", "content-length", "content-type", "host",
        "idempotency-key", "location", "request-id", "retry-after", "retry-after-ms", "transfer-encoding",
        "user-agent", "x-client-request-id", "x-should-retry",
    }
)  # fmt: skip
"""Headers that are kept, without what looks like a credential."""
SHOWN_PREFIXES = ("anthropic-ratelimit-", "anthropic-priority-", "x-stainless-", "tercet-")
HELD_BACK = frozenset({"tercet-token"})

Pairs = Iterable[tuple[bytes, bytes]]


class Unreadable(Exception):  # noqa: N818 - nobody did anything wrong
    """A body that cannot be read, or not without the credentials in it."""


class Redaction:
    """The credentials of one exchange, and what is left of its texts without them."""

    def __init__(self, *heads: Pairs, query: bytes = b"") -> None:
        self._secrets: tuple[str, ...] = ()
        self._in_bytes: tuple[bytes, ...] = ()
        for headers in heads:
            for name, value in headers:
                self._learn(*_credentials(name.decode("latin-1"), value.decode("latin-1").strip()))
        for part in query.decode("latin-1").split("&") if query else ():
            parameter, _, given = part.partition("=")
            if is_secret(unquote_plus(parameter), unquote_plus(given)):
                self._learn(given, unquote_plus(given))
        self._learn(os.environ.get(UPSTREAM_KEY, "").strip())

    def _learn(self, *found: str) -> None:
        """Search for these from now on, in each way in which they may be written."""
        known = set(self._secrets)
        for secret in found:
            if len(secret) >= SHORTEST and secret != REDACTED:
                known |= {secret, quote(secret, safe=""), secret.encode("utf-8", "replace").decode("latin-1")}
        self._secrets = tuple(sorted(known, key=len, reverse=True))
        self._in_bytes = tuple(secret.encode("latin-1") for secret in self._secrets if _is_latin(secret))

    def text(self, text: str) -> str:
        """Return the text without this exchange's credentials and without whatever looks like one."""
        try:
            return without(text, self.spans(text)) if self.finds(text) else text
        except Unreadable:
            return REDACTED

    def json(self, value: Any) -> Any:
        """Return the JSON value without them, nor what its credential fields hold: those are this exchange's
        credentials, too."""
        leaves, credentials = _leaves(value)
        self._learn(*(text for text in credentials if not _is_word(text)))
        pictures = [text for text in leaves if is_like_picture(text)]
        words = [text for text in leaves if not is_like_picture(text)] if pictures else leaves
        if credentials or any(map(self._may_find, ("\n".join(words), *pictures))):
            value = self._cleaned(value)
        self.check(value)
        return value

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                self.text(name): REDACTED if is_field(name) and _values(item) else self._cleaned(item)
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self._cleaned(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def _may_find(self, text: str) -> bool:
        try:
            return self.finds(text)
        except Unreadable:
            return True

    def check(self, value: Any) -> None:
        """Raise Unreadable if a credential is left that no text held: a number's digits, say."""
        if self._secrets:
            said = msgspec.json.encode(value)
            if any(secret.encode("utf-8", "surrogatepass") in said for secret in self._secrets):
                left = said.decode().replace(REDACTED, "\0")
                if any(secret in left for secret in self._secrets):
                    raise Unreadable

    def finds(self, text: str, depth: int = MOST_PACKED) -> bool:
        """Return whether a credential is in the text, in any reading of it."""
        if (data := picture_in(text)) is not None:
            return any(secret in text for secret in self._secrets) or self._coded(data)
        return any(self._plain(reading.text) or self._packed(reading.text, depth) for reading in _within_bounds(text))

    def spans(self, text: str) -> list[Span]:
        """Return the parts of the text that hold a credential or code one: in order, apart from each other."""
        found: list[Span] = []
        for reading in _within_bounds(text):
            here = self._plain(reading.text)
            if self._packed(reading.text):
                here += [run.span() for run in RUN.finditer(reading.text) if self._packed(run[0])]
                if self._packed(without(reading.text, merged(here))):  # it goes on over line breaks, say
                    return [(0, len(text))]
            found += map(reading.source, here)
        return merged(found)

    def _plain(self, text: str) -> list[Span]:
        """Return where credentials stand in the text as it is."""
        found = [span for secret in self._secrets if secret in text for span in _places(secret, text)]
        if _ANY.search(text.encode("utf-8", "surrogatepass")) is None:
            return found
        low = text.lower()
        for sign, pattern in SIGNS:
            if sign in text or sign in low:
                found += [each.span(each.lastindex or 0) for each in pattern.finditer(text)]
        for stem, pattern, group in ((_QUOTED, _IN_QUOTES, 3), (_IN_PAIR, _IN_QUERY, 1), (_IN_PAIR, _IN_LINE, 1)):
            if stem.search(low):
                found += [each.span(group) for each in pattern.finditer(text) if each[group] != REDACTED]
        return found

    def _packed(self, text: str, depth: int = MOST_PACKED) -> bool:
        """Return whether base64, hex or something compressed in them holds a credential, or something that holds
        one."""
        for data in unpacked(text):
            plain = data.replace(b"\0", b"")
            if self._coded(plain):
                return True
            if depth > 1 and (said := legible(plain)) and self.finds(said, depth - 1):
                return True
        return False

    def _coded(self, data: bytes) -> bool:
        """Whether bytes hold a credential as they are."""
        if any(secret in data for secret in self._in_bytes):
            return True
        return _ANY.search(data) is not None and bool(self._plain(data.decode("latin-1")))

    def headers(self, pairs: Pairs) -> dict[str, str]:
        """Return the headers that may be kept, by lower-case name and cleaned; of the others, the names."""
        shown: dict[str, str] = {}
        for name, value in pairs:
            key, said = name.decode("latin-1").lower(), value.decode("latin-1")
            known = key in SHOWN or (key.startswith(SHOWN_PREFIXES) and key not in HELD_BACK)
            shown[key] = redacted_url(said) if known and not is_secret("", said) else REDACTED
        if self._may_find("\n".join((*shown, *shown.values()))):
            return {self.text(key): self.text(said) for key, said in shown.items()}
        return shown

    def query(self, query: bytes) -> str:
        """Return a query without credentials."""
        parts = [part.partition("=") for part in query.decode("latin-1").split("&")]
        return self.text("&".join(name + mark + _shown_parameter(name, value) for name, mark, value in parts))


def without(text: str, spans: list[Span]) -> str:
    """Return the text with REDACTED in the place of each span."""
    pieces: list[str] = []
    last = 0
    for begins, ends in spans:
        pieces += (text[last:begins], REDACTED)
        last = ends
    return "".join((*pieces, text[last:]))


def merged(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that overlap as one."""
    apart: list[Span] = []
    for begins, ends in sorted(spans):
        if apart and begins < apart[-1][1]:
            apart[-1] = apart[-1][0], max(ends, apart[-1][1])
        elif ends > begins:
            apart.append((begins, ends))
    return apart


def _within_bounds(text: str) -> Iterator[Reading]:
    left = max(MOST_READ, MOST_TIMES * len(text))
    for reading in readings(text):
        left -= len(reading.text)
        if left < 0:
            raise Unreadable
        yield reading


def _places(secret: str, text: str) -> Iterator[Span]:
    at = text.find(secret)
    while at >= 0:
        yield at, at + len(secret)
        at = text.find(secret, at + 1)


def _shown_parameter(name: str, value: str) -> str:
    secret = is_secret(unquote_plus(name), unquote_plus(value)) or is_field(unquote_plus(name))
    return REDACTED if value and secret else value


def _leaves(value: Any) -> tuple[list[str], list[str]]:
    """Return every text of a JSON value, names included, and those that its credential fields hold."""
    leaves: list[str] = []
    credentials: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            leaves += each
            waiting += each.values()
            credentials += [text for name, item in each.items() if is_field(name) for text in _values(item)]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str):
            leaves.append(each)
    return leaves, [text for text in credentials if text not in ("", REDACTED)]


def _values(item: Any) -> list[str]:
    """Return the texts and numbers that a credential field holds, alone or in a list. An object there describes a field."""
    if isinstance(item, list):
        return [text for each in item for text in _values(each)]
    if isinstance(item, str):
        return [item]
    return [str(item)] if isinstance(item, int | float) and not isinstance(item, bool) else []


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 256 for letter in text)


def _is_word(text: str) -> bool:
    return len(text) < MOST_LIKE_WORDS and not any(letter.isdigit() for letter in text)


@lru_cache(maxsize=1024)  # the same few names come with every body
def is_field(name: str) -> bool:
    """Return whether a field of this name holds a credential."""
    return len(name) < 60 and re.sub(r"[^a-z0-9]", "", name.lower()) in _BARE


def _credentials(name: str, value: str) -> Iterator[str]:
    """Yield what is secret in a header: the whole of it, and each part that may stand alone."""
    if not is_secret(name, value):
        return
    yield from (value, value.rpartition(" ")[2])
    yield from re.findall(r"(?:Credential|Signature)=([^,/\s]+)", value)
    if name.lower() in ("cookie", "set-cookie"):
        yield from (
            pair.strip().partition("=")[2] for pair in value.split(";")[: 1 if name.lower() == "set-cookie" else None]
        )
    if value[:6].lower() == "basic ":
        try:
            pair = base64.b64decode(value[6:], validate=True).decode("latin-1")
        except binascii.Error:
            return
        yield from (pair, pair.partition(":")[2])
