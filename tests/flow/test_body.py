"""A stream whose beginning is read again, in both worlds."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tercet.flow.drivers import arun, run
from tercet.flow.effects import Close, Lost, Plan, Read, Rewind
from tercet.transport.memory import AsyncChunks, Chunks

CUT = Lost("read", "cut", "it broke")


def rewinding(stream: Any, **how: Any) -> Plan[Any]:
    rewound = yield Rewind(stream, **how)
    chunks = []
    while True:
        chunk = yield Read(rewound)
        chunks.append(chunk)
        if not isinstance(chunk, bytes):
            break
    yield Close(rewound)
    return chunks


async def both(rest: list[Any], **how: Any) -> list[Any]:
    blocking, asynchronous = Chunks(rest), AsyncChunks(rest)
    first = run(rewinding(blocking, **how), _unused)
    second = await arun(rewinding(asynchronous, **how), _unused)
    assert first == second
    assert blocking.closed
    assert asynchronous.closed
    return first  # type: ignore[no-any-return]


class Takes(Chunks):
    """A stream that takes back what was read."""

    def unread(self, data: bytes) -> None:
        self._rest = iter([data, *self._rest])


@pytest.mark.parametrize(
    "how", [{"until": time.monotonic() + 60}, {"watch": lambda chunk: None}, {"held": (b"a", CUT)}]
)
def test_a_stream_that_takes_back_is_read_itself_unless_more_is_asked(how: Any) -> None:
    def rewound(**how: Any) -> Plan[Any]:
        stream = Takes([b"c"])
        made = yield Rewind(stream, **how)
        return made is stream, (yield Read(made)), (yield Read(made))

    assert run(rewound(held=(b"a", b"b")), _unused) == (True, b"ab", b"c")
    assert run(rewound(**{"held": (b"a",), **how}), _unused)[:2] == (False, b"a")


def _unused(request: Any) -> Any:
    raise AssertionError("nothing is sent")


@pytest.mark.anyio
async def test_what_is_held_comes_first() -> None:
    assert await both([b"c", b"d"], held=(b"a", b"b")) == [b"a", b"b", b"c", b"d", None]


@pytest.mark.anyio
@pytest.mark.parametrize("end", [None, CUT])
async def test_an_end_that_is_held_is_the_end(end: Any) -> None:
    assert await both([b"never"], held=(b"a", end)) == [b"a", end]


@pytest.mark.anyio
async def test_it_ends_when_it_is_too_late() -> None:
    chunks = await both([b"b"], held=(b"a",), until=time.monotonic() - 1)

    assert chunks[0] == b"a"
    assert (chunks[1].kind, chunks[1].phase) == ("timeout", "cut")


@pytest.mark.anyio
async def test_it_goes_on_while_there_is_time() -> None:
    assert await both([b"b"], until=time.monotonic() + 60) == [b"b", None]


@pytest.mark.anyio
@pytest.mark.parametrize(("rest", "end"), [([b"b"], None), ([b"b", CUT], CUT)])
async def test_whoever_watches_sees_each_chunk_and_one_end(rest: list[Any], end: Any) -> None:
    seen: list[Any] = []
    await both(rest, held=(b"a",), watch=seen.append)

    assert seen == [b"a", b"b", end] * 2


def test_closing_early_is_an_end_for_whoever_watches() -> None:
    seen: list[Any] = []

    def closing(stream: Any) -> Plan[None]:
        yield Close((yield Rewind(stream, watch=seen.append)))

    run(closing(Chunks([b"a"])), _unused)

    assert seen == [None]
