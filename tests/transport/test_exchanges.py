"""What goes well: bodies, streams, kept-alive connections, redirects, many at once; and how things end when closed."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.transport.servers import Peer, Server, always, answer, once, serving, stall
from tests.transport.worlds import World, asked

from tercet.transport.base import Lost, Reply
from tercet.transport.factory import async_transport_for, transport_for
from tercet.wire.http import Timeout

EVENTS = [f"data: {number}\n\n".encode() for number in range(200)]


def chunked(pieces: list[bytes]) -> bytes:
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nrequest-id: r\r\n\r\n" + body + b"0\r\n\r\n"


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_reply_has_status_headers_and_content(world: World) -> None:
    with serving(always(answer(b"{}", "201 Created", "request-id: req_1", "set-cookie: a", "set-cookie: b"))) as server:
        reply = world.send(asked(server.url))

    assert isinstance(reply, Reply)
    assert (reply.status, reply.content, reply.headers["request-id"]) == (201, b"{}", "req_1")
    assert reply.headers.get_list("Set-Cookie") == ["a", "b"]


def test_the_server_gets_what_was_asked(world: World) -> None:
    bodies = []

    def script(peer: Peer) -> None:
        while request := peer.request():
            bodies.append(request[1])
            peer.send(answer())

    with serving(script) as server:
        for size in (0, 10, 100_000, 3_000_000):
            assert isinstance(world.send(asked(server.url, b"x" * size)), Reply)

    assert [len(body) for body in bodies] == [0, 10, 100_000, 3_000_000]
    assert server.heads[0].startswith("POST /v1/messages HTTP/1.1")
    assert "x-api-key: sk-ant-secret-of-this-test" in server.heads[0]


def test_one_connection_serves_many_requests(world: World) -> None:
    with serving(always(answer())) as server:
        for _ in range(5):
            world.send(asked(server.url))

    assert server.connections == 1


@pytest.mark.parametrize("stream", [chunked(EVENTS), answer(b"".join(EVENTS))], ids=["chunked", "length"])
def test_a_stream_brings_the_body_and_gives_the_connection_back(world: World, stream: bytes) -> None:
    with serving(always(stream)) as server:
        for _ in range(3):
            reply = world.send(asked(server.url, stream=True))
            assert isinstance(reply, Reply)
            assert world.read_all(reply) == (b"".join(EVENTS), None)
            assert world.read(reply) is None

    assert server.connections == 1


def test_a_stream_that_is_closed_gives_up_its_connection(world: World) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        if peer.ends():
            gone.set()

    with serving(script) as server:
        reply = world.send(asked(server.url, stream=True))
        assert isinstance(reply, Reply)
        assert world.read(reply) == b"ab"
        world.close_stream(reply)
        world.close_stream(reply)

        assert gone.wait(30)
        assert world.read(reply) is None


def test_a_stream_that_is_dropped_gives_up_its_connection(fast: World) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        if peer.ends():
            gone.set()

    with serving(script) as server:
        reply = fast.send(asked(server.url, stream=True))
        del reply
        gc.collect()
        if fast._loop:
            fast.done(asyncio.sleep(0))

        assert gone.wait(30)


def test_a_stream_that_breaks_says_so_after_what_came(world: World) -> None:
    with serving(once(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")) as server:
        reply = world.send(asked(server.url, stream=True))
        assert isinstance(reply, Reply)
        body, end = world.read_all(reply)

    assert body == b"ab"
    assert isinstance(end, Lost)
    assert end.phase == "cut"
    assert world.read(reply) is None


def test_a_connection_closed_while_idle_is_replaced(fast: World) -> None:
    closed = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer())
        peer.sock.close()
        closed.release()

    with serving(script) as server:
        for _ in range(3):
            assert isinstance(fast.send(asked(server.url)), Reply)
            assert closed.acquire(timeout=30)

    assert server.connections == 3


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_the_same_origin_is_followed_with_its_body(world: World, status: int) -> None:
    def script(peer: Peer) -> None:
        while request := peer.request():
            if "/v1/messages" in request[0]:
                peer.send(answer(b"", f"{status} Moved", "location: /elsewhere?x=1"))
            else:
                peer.send(answer(request[1]))

    with serving(script) as server:
        reply = world.send(asked(server.url, b"prompt"))

    assert isinstance(reply, Reply)
    assert (reply.status, reply.content) == (200, b"prompt")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_prompt_goes_to_another_origin(world: World, status: int) -> None:
    with serving(always(answer())) as other:
        location = f"location: {other.url}"
        with serving(always(answer(b"", f"{status} Moved", location))) as server:
            reply = world.send(asked(server.url))

    assert isinstance(reply, Reply)
    assert (reply.status, other.connections) == (status, 0)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_is_not_turned_into_something_else(world: World, status: int) -> None:
    with serving(always(answer(b"", f"{status} Moved", "location: /elsewhere"))) as server:
        reply = world.send(asked(server.url))

    assert isinstance(reply, Reply)
    assert (reply.status, len(server.heads)) == (status, 1)


def test_a_loop_of_redirects_ends(world: World) -> None:
    with serving(always(answer(b"", "307 Again", "location: /v1/messages"))) as server:
        reply = world.send(asked(server.url))

    assert isinstance(reply, Reply)
    assert (reply.status, len(server.heads)) == (307, 6)


def echo(peer: Peer) -> None:
    while request := peer.request():
        peer.send(answer(request[1]))


def test_many_threads_get_their_own_answers() -> None:
    transport = transport_for()

    def ask(number: int) -> bool:
        with_number = b"%d" % number
        reply = transport.send(asked(server.url, with_number))
        return isinstance(reply, Reply) and reply.content == with_number

    with serving(echo) as server, ThreadPoolExecutor(64) as threads:
        assert all(threads.map(ask, range(640)))

    transport.close()


@pytest.mark.anyio
async def test_many_tasks_get_their_own_answers() -> None:
    transport = async_transport_for()

    async def ask(number: int) -> bool:
        with_number = b"%d" % number
        reply = await transport.send(asked(server.url, with_number))
        return isinstance(reply, Reply) and reply.content == with_number

    with serving(echo) as server:
        assert all(await asyncio.gather(*(ask(number) for number in range(300))))

        await transport.close()


def test_the_pool_waits_for_a_free_connection_as_long_as_told(worlds) -> None:  # type: ignore[no-untyped-def]
    for kind in ("blocking", "async"):
        world = worlds(kind, most_connections=1)
        with serving(once(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", stall)) as server:
            reply = world.send(asked(server.url, stream=True))
            outcome = world.send(asked(server.url, timeout=Timeout(5, pool=0.05)))
            assert isinstance(outcome, Lost)
            assert (outcome.kind, outcome.phase) == ("pool", "not_sent")
            world.close_stream(reply)


def test_closing_ends_a_blocking_exchange_under_way() -> None:
    transport = transport_for()
    outcomes: list[Reply | Lost] = []
    with serving(once(b"", stall)) as server:
        thread = threading.Thread(target=lambda: outcomes.append(transport.send(asked(server.url))))
        thread.start()
        wait_for_request(server)
        transport.close()
        thread.join(30)

    assert isinstance(outcomes[0], Lost)
    assert (outcomes[0].kind, outcomes[0].phase) == ("closed", "unanswered")
    assert isinstance(transport.send(asked("http://127.0.0.1:1/")), Lost)


def wait_for_request(server: Server) -> None:
    for _ in range(3000):
        if server.heads:
            return
        threading.Event().wait(0.01)


@pytest.mark.anyio
async def test_closing_ends_an_async_exchange_under_way() -> None:
    transport = async_transport_for()
    with serving(once(b"", stall)) as server:
        task = asyncio.create_task(transport.send(asked(server.url)))
        while not server.heads:
            await asyncio.sleep(0.01)
        await transport.close()
        outcome = await asyncio.wait_for(task, 30)

    assert isinstance(outcome, Lost)
    assert (outcome.kind, outcome.phase) == ("closed", "unanswered")


@pytest.mark.anyio
async def test_cancelling_closes_the_connection_at_once() -> None:
    transport = async_transport_for()
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        if peer.ends():
            gone.set()

    with serving(script) as server:
        task = asyncio.create_task(transport.send(asked(server.url)))
        while not server.heads:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await transport.close()

        assert gone.wait(30)


def test_clients_share_connections_until_the_last_one_closes() -> None:
    first, second = transport_for(), transport_for()
    with serving(always(answer())) as server:
        first.send(asked(server.url))
        second.send(asked(server.url))
        assert server.connections == 1
        first.close()
        first.close()
        assert isinstance(second.send(asked(server.url)), Reply)
        assert server.connections == 1
        second.close()


def test_event_loops_may_follow_each_other() -> None:
    transport = async_transport_for()

    async def ask() -> bool:
        replies = [await transport.send(asked(server.url)) for _ in range(2)]
        return all(isinstance(reply, Reply) for reply in replies)

    before = open_files()
    with serving(always(answer())) as server:
        assert [asyncio.run(ask()) for _ in range(3)] == [True, True, True]
        assert server.connections == 3
    asyncio.run(transport.close())
    gc.collect()

    assert open_files() <= before + 3  # the server's own side may still be closing


def test_a_header_that_could_split_the_request_is_refused(fast: World) -> None:
    request = asked("http://127.0.0.1:1/").with_headers({"x-a": "b\r\nx-c: d"})
    with serving(always(answer())) as server:
        request.url = server.url
        with pytest.raises(ValueError, match="line break"):
            fast.send(request)

    assert server.heads == []


def test_a_stream_outlives_the_client_that_opened_it() -> None:
    with serving(always(chunked(EVENTS))) as server:
        reply = transport_for().send(asked(server.url, stream=True))
        gc.collect()
        assert isinstance(reply, Reply)
        assert reply.stream is not None
        pieces = list(iter(reply.stream.read, None))  # type: ignore[arg-type]

    assert b"".join(pieces) == b"".join(EVENTS)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_an_async_stream_outlives_the_client_that_opened_it() -> None:
    with serving(always(chunked(EVENTS))) as server:
        reply = await async_transport_for().send(asked(server.url, stream=True))
        gc.collect()
        assert isinstance(reply, Reply)
        assert reply.stream is not None
        pieces = []
        while isinstance(chunk := await reply.stream.read(), bytes):  # type: ignore[misc]
            pieces.append(chunk)

    assert b"".join(pieces) == b"".join(EVENTS)
