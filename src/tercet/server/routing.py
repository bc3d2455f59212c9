"""From a verb and a path to the handler: a table of routes. Knows no route of its own, and no handler's insides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from tercet.server.errors import HTTPError, not_found
from tercet.server.exchange import Handler

OTHER_APIS = {
    "/v1/chat/completions": "This is the API of Claude: POST /v1/messages, with max_tokens, and `system` beside the messages.",
    "/v1/responses": "This is the API of Claude: POST /v1/messages, with max_tokens, and `system` beside the messages.",
    "/v1/completions": "This is the API of Claude: POST /v1/messages, with max_tokens and a list of messages.",
    "/v1/complete": "Text completions have ended: POST /v1/messages, with the prompt as the user's message.",
}
"""Paths of other APIs, and of this one's past, that clients are set to by mistake."""


class Route(NamedTuple):
    """A verb, a path whose `*` segments are handed to the handler, and the handler."""

    verb: str
    path: str
    handler: Handler


class RouteTable:
    """Routes, indexed: plain paths by one look-up, shaped ones by their number of segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._exact: dict[str, dict[str, Handler]] = {}
        self._shaped: dict[int, list[tuple[list[str], dict[str, Handler]]]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        if "*" not in route.path:
            self._exact.setdefault(route.path, {})[route.verb] = route.handler
            return
        segments = route.path.split("/")
        shelf = self._shaped.setdefault(len(segments), [])
        verbs = next((verbs for known, verbs in shelf if known == segments), None)
        if verbs is None:
            shelf.append((segments, verbs := {}))
        verbs[route.verb] = route.handler

    def found(self, verb: str, path: str, raw_path: bytes) -> tuple[Handler, list[str]]:
        """Return the handler of a request and the values of the path's `*` segments. Raises 404 and 405."""
        verbs = self._exact.get(path)
        if verbs is not None:
            return verbs.get(verb) or _of_verb(verbs, verb, path), []
        segments = [unquote(part) for part in raw_path.decode("latin-1").split("/")]
        for wanted, shaped in self._shaped.get(len(segments), ()):
            if all(want in ("*", part) for want, part in zip(wanted, segments, strict=True)):
                values = [part for want, part in zip(wanted, segments, strict=True) if want == "*"]
                if all(values):
                    return _of_verb(shaped, verb, path), values
        raise not_found(f"Not found: {path[:200]}{self._hint(path)}")

    def _hint(self, path: str) -> str:
        """Return a sentence that names the path which was probably meant: a base URL with `/v1` twice or without it, with a
        slash too many, with a proxy's prefix, or another API's path. Empty if none is near."""
        plain = "/" + "/".join(part for part in path.split("/") if part)
        if plain in OTHER_APIS:
            return f". {OTHER_APIS[plain]}"
        meant = [known for known in self._exact if plain.endswith(known) or f"/v1{plain}" == known]
        if not meant:
            return ""
        best = max(meant, key=len)
        return f". Did you mean {best}? The base URL ends before /v1: http://HOST:PORT, with nothing behind it."


def _of_verb(verbs: dict[str, Handler], verb: str, path: str) -> Handler:
    handler = verbs.get("GET" if verb == "HEAD" else verb)
    if handler is None:
        allowed = ", ".join(sorted({*verbs, "HEAD"} if "GET" in verbs else verbs))
        said = f"Method not allowed: {verb[:20]} {path[:200]}. Use {allowed}."
        raise HTTPError(405, said, headers=((b"allow", allowed.encode()),))
    return handler
