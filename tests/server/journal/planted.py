"""Secrets for the fuzzer: how one may be written, sent, and found again. Shares nothing with what is tested."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

LEAVES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64, in lines": lambda text: base64.encodebytes(text.encode() * 3).decode(),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16")).decode(),
    "base64 of JSON": lambda text: base64.b64encode(escaped({"a": text}, random.Random(1), 1.0)).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "percent signs": lambda text: quote(text, safe=""),
    "percent signs everywhere": lambda text: "".join(f"%{ord(each):02x}" for each in text),
    "entities": lambda text: html.escape(text),
    "numbered entities": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "JSON": lambda text: json.dumps({"a": text}),
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps([text])}),
    "JSON, escaped throughout": lambda text: escaped({"a": text}, random.Random(1), 1.0).decode(),
    "percent signs in JSON": lambda text: json.dumps({"a": quote(text, safe="")}).replace("%", "\\u0025"),
}
"""How a text of JSON may hold a secret."""


def escaped(value: Any, choice: random.Random, rate: float) -> bytes:
    """The JSON of a value, its texts escaped here and there, with spaces anywhere."""

    def letter(each: str) -> str:
        if each in '"\\' or ord(each) < 32 or choice.random() < rate:
            return "\\/" if each == "/" else "".join(f"\\u{ord(unit):04x}" for unit in units(each))
        return each

    def space() -> str:
        return choice.choice(["", "", " ", "\n", "\t "])

    def said(each: Any) -> str:
        if isinstance(each, str):
            return '"' + "".join(map(letter, each)) + '"'
        if isinstance(each, dict):
            inner = ",".join(f"{space()}{said(name)}{space()}:{said(item)}" for name, item in each.items())
            return "{" + inner + space() + "}"
        if isinstance(each, list):
            return "[" + ",".join(space() + said(item) for item in each) + space() + "]"
        return json.dumps(each)

    return (space() + said(value) + space()).encode()


def units(each: str) -> list[str]:
    """A character as the one or two that JSON can escape."""
    if ord(each) < 0x10000:
        return [each]
    data = each.encode("utf-16-be")
    return [chr(int.from_bytes(data[:2], "big")), chr(int.from_bytes(data[2:], "big"))]


def raw_deflated(data: bytes) -> bytes:
    writer = zlib.compressobj(wbits=-15)
    return writer.compress(data) + writer.flush()


BODIES: dict[str, tuple[Callable[[bytes], bytes], dict[str, str]]] = {
    "as it is": (lambda data: data, {}),
    "gzip": (gzip.compress, {"content-encoding": "gzip"}),
    "gzip, undeclared": (gzip.compress, {}),
    "gzip, called deflate": (gzip.compress, {"content-encoding": "deflate"}),
    "gzip, called br": (gzip.compress, {"content-encoding": "br"}),
    "gzip twice": (lambda data: gzip.compress(gzip.compress(data)), {"content-encoding": "gzip, gzip"}),
    "gzip twice, declared once": (lambda data: gzip.compress(gzip.compress(data)), {"content-encoding": "gzip"}),
    "gzip in parts": (lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]), {"content-encoding": "gzip"}),
    "gzip, cut": (lambda data: gzip.compress(data, 0)[:-9], {"content-encoding": "gzip"}),
    "gzip and more": (lambda data: gzip.compress(data) + data, {"content-encoding": "gzip"}),
    "deflate": (zlib.compress, {"content-encoding": "deflate"}),
    "deflate, undeclared": (zlib.compress, {}),
    "deflate, stored": (lambda data: zlib.compress(data, 0), {}),
    "deflate without a frame": (raw_deflated, {"content-encoding": "deflate"}),
    "deflate without a frame, undeclared": (raw_deflated, {}),
    "called gzip, and plain": (lambda data: data, {"content-encoding": "gzip"}),
    "called zstd, and plain": (lambda data: data, {"content-encoding": "zstd"}),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, {}),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), {}),
    "UTF-16, declared": (
        lambda data: data.decode().encode("utf-16-le"),
        {"content-type": "application/json; charset=utf-16le"},
    ),
    "UTF-16, neither marked nor declared": (lambda data: data.decode().encode("utf-16-be"), {}),
    "UTF-7": (lambda data: data.decode().encode("utf-7"), {"content-type": "application/json; charset=utf-7"}),
    "a line break first": (lambda data: b"\r\n\n" + data, {}),
    "a comma after it": (lambda data: data + b",", {}),
    "twice": (lambda data: data + data, {}),
    "twice, in lines": (lambda data: data.replace(b"\n", b" ") + b"\n" + data.replace(b"\n", b" "), {}),
    "cut": (lambda data: data[:-1], {}),
    "text": (lambda data: data, {"content-type": "text/plain"}),
    "broken text": (lambda data: data[1:-1], {"content-type": "text/plain; charset=latin-1"}),
    "undeclared": (lambda data: data, {"content-type": ""}),
    "a file": (
        lambda data: parts(("a.json", "application/json", data), ("b.bin", "", gzip.compress(data))),
        {"content-type": "multipart/form-data; boundary=xyz"},
    ),
    "a form": (
        lambda data: b"a=" + quote(data.decode(), safe="").encode() + b"&b=1",
        {"content-type": "application/x-www-form-urlencoded"},
    ),
}
"""What may happen to a body's bytes, and the headers that say so or lie."""


def parts(*files: tuple[str, str, bytes]) -> bytes:
    """Files as multipart/form-data."""
    said = b""
    for name, kind, data in files:
        said += f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        said += (f"Content-Type: {kind}\r\n".encode() if kind else b"") + b"\r\n" + data + b"\r\n"
    return said + b"--xyz--\r\n"


def traces(secret: str) -> Iterator[bytes]:
    """The secret in each form in which it could be found."""
    data = secret.encode()
    yield from (data, json.dumps(secret)[1:-1].encode(), json.dumps(json.dumps(secret))[3:-3].encode())
    yield "".join(f"\\u{ord(each):04x}" for each in secret).encode()
    yield from (quote(secret, safe="").encode(), html.escape(secret).encode(), data.hex().encode())
    yield from (data.hex().upper().encode(), secret.encode("utf-16-le"))
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + data)
        yield coded[4 if shift else 0 : -4]


def found(secret: str, kept: bytes) -> list[bytes]:
    """The forms of the secret that something kept holds, as it is or once its JSON is read and its pieces are joined."""
    everything = [kept, *joined(kept)]
    return [form for form in traces(secret) for each in everything if form in each]


def joined(kept: bytes) -> Iterator[bytes]:
    """Texts within what is kept: of the JSON, and of every field of a stream's events, joined."""
    try:
        leaves = list(texts(json.loads(kept)))
    except ValueError:
        leaves = [kept.decode("utf-8", "replace")]
    for leaf in leaves:
        yield leaf.encode("utf-8", "surrogatepass")
    fields: dict[str, str] = {}
    for line in "".join(leaves).splitlines():
        if line.startswith("data:"):
            try:
                delta = json.loads(line[5:]).get("delta") or {}
            except (ValueError, AttributeError):
                continue
            for name, piece in delta.items() if isinstance(delta, dict) else ():
                fields[name] = fields.get(name, "") + str(piece)
    yield from (text.encode("utf-8", "surrogatepass") for text in fields.values())


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
