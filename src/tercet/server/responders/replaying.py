"""Answers from recordings: the same request gets the recorded answer, in the recorded order when it was asked often.

A request that was not recorded is a 400: no client takes it for a missing model, and none sends it again. It is an error that names the nearest recording and the first difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tercet.server.errors import HTTPError
from tercet.server.exchange import LOCAL, LiveResponse, ServerExchange
from tercet.server.responders.recording import BadRecording, Recording, asked_of, read

SHOWN = 60
MISSING = "nothing"
MISSED = 400
"""The status of what cannot be played. Clients show the words of a 400; a 404 they explain by the model's name."""


class Replay:
    """The recordings of a folder, read when it is made."""

    def __init__(self, folder: str | Path, *, original_timing: bool = False) -> None:
        self._timed = original_timing
        self._folder = Path(folder)
        if not self._folder.is_dir():
            raise NotADirectoryError(20, "There is no folder of recordings", str(folder))
        self._all = [read(path) for path in sorted(self._folder.glob("*.json"))]
        if not self._all:
            raise BadRecording(f"{folder} holds no recordings")
        self._by_request: dict[bytes, list[Recording]] = {}
        for recording in self._all:
            asked = recording.method, recording.path, recording.query, recording.body
            self._by_request.setdefault(_key(*asked), []).append(recording)
        self._played: dict[bytes, int] = {}

    def rewind(self) -> None:
        """Begin every sequence of recorded answers anew."""
        self._played.clear()

    async def answer(self, state: Any, exchange: ServerExchange) -> LiveResponse:
        """Return the recorded answer to this request. Raises 400 if there is none."""
        content = await exchange.body(state.settings.file_bytes)
        found = asked_of(exchange.path, exchange.query_string, exchange.pairs, content)
        asked = exchange.method, found.path, found.query, found.body
        key = _key(*asked)
        recordings = self._by_request.get(key)
        if recordings is None:
            raise self._unknown(*asked)
        number = self._played[key] = self._played.get(key, -1) + 1
        return self._reply(recordings[min(number, len(recordings) - 1)])

    def _reply(self, recording: Recording) -> LiveResponse:
        if recording.missing:
            raise HTTPError(
                MISSED,
                f"{recording.name} cannot be played: {recording.missing} is not in it, since it could not be read when it "
                "was recorded. Record this exchange anew.",
            )
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in recording.headers.items()]
        if len(recording.chunks) == 1:
            headers.append((b"content-length", b"%d" % len(recording.chunks[0][1])))
        headers.append(LOCAL)
        headers.append((b"tercet-recording", recording.name.encode("latin-1", "replace")))
        return LiveResponse(recording.status, headers, self._played_back(recording))

    async def _played_back(self, recording: Recording) -> AsyncGenerator[bytes, None]:
        if not self._timed:
            yield b"".join(data for _, data in recording.chunks)
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for seconds, data in recording.chunks:
            await asyncio.sleep(max(0.0, begun + seconds - loop.time()))
            yield data

    def _unknown(self, method: str, path: str, query: str, body: Any) -> HTTPError:
        """Return an error that says which recording comes nearest, and where it differs first."""
        asked = dict(_leaves({"query": query, "body": body}))
        said = f"Replay: no recording in this folder answers {method} {path[:200]}."
        near = [each for each in self._all if (each.method, each.path) == (method, path)]
        if not near:
            known = sorted({f"{each.method} {each.path}" for each in self._all})
            return HTTPError(MISSED, f"{said} First difference: the path. Recorded are: {', '.join(known[:10])}.")
        nearest = min(near, key=lambda each: len(_differences(asked, each)))
        place = _differences(asked, nearest)[0]
        recorded = dict(_leaves({"query": nearest.query, "body": nearest.body}))
        was, found = (_shown(each.get(place, MISSING)) for each in (recorded, asked))
        return HTTPError(
            MISSED,
            f"{said} The nearest is {nearest.name}; first difference: {_named(place)} was {was}, and is {found}.",
        )


def _key(method: str, path: str, query: str, body: Any) -> bytes:
    return msgspec.json.encode((method, path, query, body), order="deterministic")


def _differences(asked: dict[tuple[str, ...], Any], recording: Recording) -> list[tuple[str, ...]]:
    """Return the places at which a request and a recording differ, in the request's order, then those that it lacks."""
    recorded = dict(_leaves({"query": recording.query, "body": recording.body}))
    absent = object()
    differing = [place for place, value in asked.items() if recorded.get(place, absent) != value]
    return differing + [place for place in recorded if place not in asked]


def _leaves(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every scalar (and empty object or list) in a value, by its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield place, value
    for name, item in items:
        yield from _leaves(item, (*place, str(name)))


def _named(place: tuple[str, ...]) -> str:
    """`body.json.messages.0.content` as a reader writes it."""
    return ".".join(place[2:] if place[:2] == ("body", "json") else place) or "the body"


def _shown(value: Any) -> str:
    if value == MISSING:
        return MISSING
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
