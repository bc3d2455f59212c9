"""From a verb and a path to the handler: a table of routes. Knows no route of its own, and no handler's insides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from tercet.server.errors import HTTPError, not_found
from tercet.server.exchange import Handler


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
        raise not_found(f"Not found: {path[:200]}")


def _of_verb(verbs: dict[str, Handler], verb: str, path: str) -> Handler:
    handler = verbs.get(verb)
    if handler is None:
        allowed = ", ".join(sorted(verbs))
        said = f"Method not allowed: {verb[:20]} {path[:200]}. Use {allowed}."
        raise HTTPError(405, said, headers=((b"allow", allowed.encode()),))
    return handler
