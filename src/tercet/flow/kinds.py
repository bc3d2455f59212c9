"""Kinds of requests: what limits need to know of one. A noun says its own; other requests are classed by method and path.

Fails closed: what is not known to be free may cost something. Knows the API's paths; no bodies, no prices.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias
from urllib.parse import unquote

Kind: TypeAlias = Literal["message", "batch", "completion", "free", "unknown"]
"""`message`: asks a model once. `batch`: many messages. `completion`: the legacy endpoint. `free`: asks no model anything."""

COSTING: dict[str, Kind] = {"messages": "message", "messages/batches": "batch", "complete": "completion"}
"""By path below `/v1`, wherever that stands, or below a base URL that ends in it."""
_ANYWHERE = r"(/[\w.-]+)*/v1/"
FREE = re.compile(
    _ANYWHERE + r"(messages/count_tokens|messages/batches/[\w.-]+/cancel|files|skills(/[\w.-]+/versions)?"
    r"|organizations/[\w./-]+)"
)
"""Paths to which a POST is free. Nothing in them may be read in two ways."""
READ = re.compile(_ANYWHERE + r"(models|messages/batches|files|skills|organizations)(/[\w./-]+)?")
"""Paths that are read and deleted without asking a model, whatever else the request holds."""
READING = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


def kind_of(method: str, url: str, content: bytes) -> Kind:
    """Return the kind of a request that no noun describes, `url` being a whole one or a path."""
    reads = method.upper() in READING
    if reads and not content:
        return "free"
    path = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\]*", "", url).partition("?")[0]
    parts = _plain(path)
    if parts is None or not (reads or method.upper() == "POST"):
        return "unknown"
    for end, kind in COSTING.items():
        wanted = end.split("/")
        if not reads and (parts == wanted or parts[-len(wanted) - 1 :] == ["v1", *wanted]):
            return kind
    return "free" if (READ if reads else FREE).fullmatch(path) and path == "/" + "/".join(parts) else "unknown"


def _plain(path: str) -> list[str] | None:
    """Return the segments that a server may see, in lower case; None where two servers could see different ones."""
    decoded = unquote(path.partition("#")[0])
    if "%" in decoded or "\\" in decoded or not decoded.isprintable():
        return None
    parts: list[str] = []
    for segment in decoded.split("/"):
        name = segment.partition(";")[0].strip().lower()
        if name == "..":
            parts = parts[:-1]
        elif name not in ("", "."):
            parts.append(name)
    return parts
