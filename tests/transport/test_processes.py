"""Signals, forks and the interpreter's end: what a real process does to a transport."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading

import pytest
from tests.transport.servers import Peer, answer, once, serving, stall

HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"
BEFORE = """
import asyncio, logging, os, signal, sys, threading, time, urllib.request
from tercet.transport.factory import transport_for, async_transport_for
from tercet.transport.base import Reply
from tercet.wire.http import Headers, Request, Timeout
def ask(body=b"{}", stream=False):
    return Request("POST", sys.argv[1], Headers(), body, timeout=Timeout(20), stream=stream)
def later(number, seconds=0.15):
    threading.Timer(seconds, lambda: os.kill(os.getpid(), number)).start()
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with SIGINT ignored
logging.getLogger("asyncio").setLevel("ERROR")  # it warns of a slow machine
transport = transport_for()
"""


def run(program: str, url: str) -> str:
    text = BEFORE + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", text, url], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.strip()


INTERRUPTED = """
begun = time.monotonic()
try:
    later(signal.SIGINT)
    {act}
    print("not interrupted")
except KeyboardInterrupt:
    print(time.monotonic() - begun < 15, len(os.listdir("/proc/self/fd")) - files, threading.active_count() <= 2)
"""


@pytest.mark.parametrize(
    ("prepare", "act", "sent"),
    [
        ("files = len(os.listdir('/proc/self/fd'))", "transport.send(ask())", ""),
        (
            "files = len(os.listdir('/proc/self/fd')); reply = transport.send(ask(stream=True)); reply.stream.read()",
            "reply.stream.read()",
            HEAD,
        ),
    ],
    ids=["while waiting", "while streaming"],
)
def test_ctrl_c_ends_a_call_at_once_and_leaves_nothing(prepare: str, act: str, sent: str) -> None:
    with serving(once(sent.encode(), stall)) as server:
        said = run(prepare + INTERRUPTED.format(act=act), server.url)

    assert said == "True 0 True"


def test_signal_handlers_run_while_a_call_waits() -> None:
    handled = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        if peer.number == 1:
            handled.wait(30)
        else:
            handled.set()
        peer.send(answer(b"after the handler" if handled.is_set() else b"before the handler"))

    program = """
    signal.signal(signal.SIGALRM, lambda *_: urllib.request.urlopen(sys.argv[1]).read())
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    print(transport.send(ask()).content)
    """
    with serving(script) as server:
        assert run(program, server.url) == "b'after the handler'"


def echo(peer: Peer) -> None:
    while request := peer.request():
        peer.send(answer(request[1]))


def test_parent_and_child_get_their_own_answers_after_a_fork() -> None:
    program = """
    assert transport.send(ask(b"first")).content == b"first"
    child = os.fork()
    who = b"parent" if child else b"child"
    right = all(transport.send(ask(who + b"%d" % n)).content == who + b"%d" % n for n in range(50))
    if not child:
        os._exit(0 if right else 1)
    print(right, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    with serving(echo) as server:
        assert run(program, server.url) == "True 0"

    assert server.connections == 2


def test_a_stream_is_not_shared_with_a_child() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD.encode())
        peer.sock.settimeout(0.2)
        try:
            peer.sock.recv(1)
        except TimeoutError:
            peer.send(b"2\r\ncd\r\n0\r\n\r\n")

    program = """
    reply = transport.send(ask(stream=True))
    assert reply.stream.read() == b"ab"
    child = os.fork()
    if not child:
        os._exit(0 if reply.stream.read().kind == "closed" else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(reply.stream.read(), status)
    """
    with serving(script) as server:
        assert run(program, server.url) == "b'cd' 0"


def test_async_answers_after_a_fork() -> None:
    program = """
    shared = async_transport_for()
    async def main(who):
        return [(await shared.send(ask(who))).content == who for _ in range(5)] == [True] * 5
    before = asyncio.run(main(b"first"))
    child = os.fork()
    right = asyncio.run(main(b"parent" if child else b"child"))
    if not child:
        os._exit(0 if right else 1)
    print(before, right, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    with serving(echo) as server:
        assert run(program, server.url) == "True True 0"


@pytest.mark.parametrize(
    "program",
    [
        "reply = transport.send(ask(stream=True)); reply.stream.read(); print('end')",
        """
async def main():
    global reply
    reply = await async_transport_for().send(ask(stream=True))
    await reply.stream.read()
asyncio.run(main())
print('end')
""",
        """
async def main():
    global shared
    shared = async_transport_for()
    await shared.send(ask(stream=True))
asyncio.run(main())
print('end')
""",
    ],
    ids=["blocking", "async", "async dropped"],
)
def test_the_interpreter_ends_quietly_within_a_stream(program: str) -> None:
    with serving(once(HEAD.encode(), stall)) as server:
        assert run(program, server.url) == "end"


def test_nothing_is_read_before_the_first_request() -> None:
    program = (
        "import tercet.transport.factory, sys; print([n for n in ('ssl', 'httpx2', 'pyreqwest') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=os.environ)

    assert done.stdout.strip() == "[]"
