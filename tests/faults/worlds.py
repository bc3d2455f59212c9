"""Rows 11 and 103–117: what callers, signals, threads, forks and event loops do to a client. Each check yields its problems by
name; `python -m tests.faults.worlds` prints them all, the tests run the shorter ones."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from tests.faults import bodies, limits
from tests.faults.server import FaultServer, Stall, Steps, response
from tests.faults.subject import KEY, PATIENCE, descriptors, still_open
from tests.faults.surfaces import ASK, KIND, SURFACES, Seen, ask, ask_async

import tercet
from tercet.transport.base import TransportSettings

Problems = Iterator[tuple[str, list[str]]]
SOON = 5.0
"""Seconds within which an interrupted call must have ended; its answer would never come, its next attempt after thirty."""
PHASES: dict[str, Callable[[str], list[Steps]]] = {
    "before the headers": lambda kind: [(Stall(),)],
    "within the headers": lambda kind: [(b"HTTP/1.1 200 OK\r\ncontent-ty", Stall())],
    "within the body": lambda kind: [(bodies.good(kind)[: len(bodies.good(kind)) // 2], Stall())],
    "between attempts": lambda kind: [
        (
            response(bodies.ERROR, status="529 Overloaded").replace(
                b"content-length", b"retry-after: 30\r\ncontent-length"
            ),
        )
    ],
}


def client_of(server: FaultServer, **options: Any) -> tercet.Anthropic:
    return tercet.Anthropic(**{"api_key": KEY, "base_url": server.url, "timeout": 10.0, **options})


def async_client_of(server: FaultServer, **options: Any) -> tercet.AsyncAnthropic:
    return tercet.AsyncAnthropic(**{"api_key": KEY, "base_url": server.url, "timeout": 10.0, **options})


def echo(body: bytes) -> Steps:
    """A message that says what the request said."""
    said = msgspec.json.decode(body)["messages"][0]["content"]
    return (response(bodies.dumped({**bodies.MESSAGE, "content": [{"type": "text", "text": said}]})),)


def told(client: Any, what: str) -> str:
    message = client.messages.create(**{**ASK, "messages": [{"role": "user", "content": what}]})
    text: str = message.content[0].text
    return text


async def told_async(client: Any, what: str) -> str:
    message = await client.messages.create(**{**ASK, "messages": [{"role": "user", "content": what}]})
    text: str = message.content[0].text
    return text


def left(server: FaultServer, before: int) -> list[str]:
    """What is still open."""
    found = []
    if sockets := server.settled(PATIENCE):
        found.append(f"{sockets} sockets left open")
    if more := still_open(before, PATIENCE):
        found.append(f"{more} descriptors left open")
    return found


class SoftLimitError(Exception):
    """What a task queue's handler raises."""


class LostDeviceError(OSError):
    """What a handler raises that looks like a network's error."""


RAISED: dict[str, type[BaseException]] = {
    "Ctrl-C": KeyboardInterrupt,
    "a TimeoutError of a handler": TimeoutError,
    "an OSError of a handler": LostDeviceError,
    "an exception of a handler's own": SoftLimitError,
}


@contextlib.contextmanager
def interrupted(server: FaultServer, kind: type[BaseException]) -> Iterator[list[BaseException]]:
    """A signal to this process, a while after the server has its request. Ctrl-C, or one whose handler raises such an
    exception: those that it raised are given."""
    over, raised = threading.Event(), list[BaseException]()
    number = signal.SIGINT if kind is KeyboardInterrupt else signal.SIGUSR1

    def handle(*_: Any) -> None:
        raised.append(kind("of the handler"))
        raise raised[-1]

    def interrupt() -> None:
        while not server.requests and not over.wait(0.001):
            pass
        if not over.wait(0.1):
            os.kill(os.getpid(), number)

    before = signal.signal(number, signal.default_int_handler if number == signal.SIGINT else handle)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        yield raised
    finally:
        over.set()
        thread.join()
        signal.signal(number, before)


def interrupts(server: FaultServer, phases: Sequence[str] = tuple(PHASES)) -> Problems:
    """103: Ctrl-C, and exceptions that signal handlers raise, in every phase: they come out unchanged and at once."""
    for name, kind in RAISED.items():
        for phase in phases:
            for surface in SURFACES:
                for world in ("blocking", "async"):
                    server.play(PHASES[phase](KIND[surface]))
                    before, begun = descriptors(), time.monotonic()
                    found = _interrupted(server, surface, world, kind)
                    if time.monotonic() - begun > SOON:
                        found.append(f"took {time.monotonic() - begun:.2f} s")
                    if server.requests != 1:
                        found.append(f"{server.requests} requests")
                    yield f"103 {name} {phase} · {surface} · {world}", found + left(server, before)


def _interrupted(server: FaultServer, surface: str, world: str, kind: type[BaseException]) -> list[str]:
    raised: list[BaseException] = []
    try:
        with interrupted(server, kind) as raised:
            if world == "async":
                asyncio.run(_asked(server, surface))
            else:
                with client_of(server) as client:
                    ask(client, surface, Seen())
    except BaseException as error:
        same = type(error) is kind if kind is KeyboardInterrupt else bool(raised) and error is raised[0]
        error.__traceback__ = error.__context__ = None
        raised.clear()
        return [] if same else [f"{type(error).__name__} instead of {kind.__name__}: {str(error)[:100]}"]
    return ["not interrupted"]


async def _asked(server: FaultServer, surface: str) -> Any:
    async with async_client_of(server) as client:
        return await ask_async(client, surface, Seen())


def cancellations(server: FaultServer, steps: int = 50) -> Problems:
    """104: cancelled after each of the first turns of the loop, and in every phase; 105: `wait_for`."""
    for surface in SURFACES:
        server.play([(bodies.good(KIND[surface]),)])
        before = descriptors()
        found = asyncio.run(_cancelled_at(server, surface, steps))
        yield f"104 cancelled after each of {steps} turns · {surface}", found + left(server, before)
        for phase, answers in PHASES.items():
            server.play(answers(KIND[surface]))
            before = descriptors()
            found = asyncio.run(_waited_for(server, surface))
            yield f"105 wait_for {phase} · {surface}", found + left(server, before)


async def _cancelled_at(server: FaultServer, surface: str, steps: int) -> list[str]:
    found = []
    async with async_client_of(server) as client:
        for turns in range(1, steps + 1):
            task = asyncio.ensure_future(ask_async(client, surface, Seen()))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            except BaseException as error:
                found.append(f"{type(error).__name__} after {turns} turns")
        await ask_async(client, surface, Seen())
    if len(asyncio.all_tasks()) != 1:
        found.append("tasks left")
    return found


async def _waited_for(server: FaultServer, surface: str) -> list[str]:
    async with async_client_of(server) as client:
        try:
            await asyncio.wait_for(ask_async(client, surface, Seen()), 0.15)
        except TimeoutError as error:
            return [] if not isinstance(error, tercet.APIError) else ["an APIError instead of TimeoutError"]
        except BaseException as error:
            return [f"{type(error).__name__} instead of TimeoutError"]
    return ["not cancelled"]


def storm(server: FaultServer, tasks: int = 1000) -> Problems:
    """106: many tasks cancelled while they wait for few connections; the pool serves on."""

    async def run() -> list[str]:
        client = async_client_of(server, http_client=TransportSettings(most_connections=8), timeout=None)
        running = [asyncio.ensure_future(told_async(client, f"{number}")) for number in range(tasks)]
        for number, task in enumerate(running):
            if number % 7 == 0:
                await asyncio.sleep(0)
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
        found = [f"{type(each).__name__}" for each in ended if not isinstance(each, asyncio.CancelledError | str)]
        answers = await asyncio.gather(*(told_async(client, f"after {number}") for number in range(64)))
        if answers != [f"after {number}" for number in range(64)]:
            found.append("an answer was crossed")
        await client.close()
        return found

    server.play(echo)
    before = descriptors()
    yield f"106 {tasks} tasks cancelled over 8 connections", asyncio.run(run()) + left(server, before)


def pools(server: FaultServer) -> Problems:
    """11: every connection is in use: who waits is told so in time, has sent nothing, and is served once one is free."""
    unanswered = {"http_client": TransportSettings(most_connections=2), "timeout": tercet.Timeout(10.0, pool=0.05)}
    for surface in SURFACES:
        server.play([(bodies.of("sse", *bodies.EVENTS[:5], end=False), Stall())])
        before = descriptors()
        with client_of(server, max_retries=0, **unanswered) as client:
            held = [client.messages.create(**ASK, stream=True) for _ in range(2)]
            error = _error_of(lambda client=client, surface=surface: ask(client, surface, Seen()))
            found = _told_of_the_pool(error, server.requests)
            held.pop().close()
            server.play([(bodies.good(KIND[surface]),)])
            again = _error_of(lambda client=client, surface=surface: ask(client, surface, Seen()))
            found += [f"{again!r} once one was free"] * bool(again)
            del held
        yield f"11 all connections in use · {surface} · blocking", found + left(server, before)
        before = descriptors()
        found = asyncio.run(_pool_in_use(server, surface, unanswered))
        yield f"11 all connections in use · {surface} · async", found + left(server, before)


def _told_of_the_pool(error: BaseException | None, requests: int) -> list[str]:
    found = [] if isinstance(error, tercet.APITimeoutError) else [f"{error!r} instead of APITimeoutError"]
    found += [f"{requests - 2} requests were sent"] * (requests != 2)
    phases = [attempt.phase for attempt in getattr(error, "attempts", ())]
    return found + [f"attempts {phases}"] * (phases != ["not_sent"])


async def _pool_in_use(server: FaultServer, surface: str, options: dict[str, Any]) -> list[str]:
    server.play([(bodies.of("sse", *bodies.EVENTS[:5], end=False), Stall())])
    async with async_client_of(server, max_retries=0, **options) as client:
        held = [await client.messages.create(**ASK, stream=True) for _ in range(2)]
        try:
            await ask_async(client, surface, Seen())
            found = ["not told"]
        except BaseException as error:
            found = _told_of_the_pool(error, server.requests)
        await held.pop().close()
        server.play([(bodies.good(KIND[surface]),)])
        await ask_async(client, surface, Seen())
        await held.pop().close()
    return found


def readers(server: FaultServer) -> Problems:
    """107: readers who leave; 108: errors of their own; 109: a client closed meanwhile."""
    for surface in ("raw", "helper"):
        server.play([(bodies.of("sse", *bodies.EVENTS[:5], end=False), Stall())])
        before = descriptors()
        with client_of(server) as client:
            for _ in client.messages.create(**ASK, stream=True):
                break
            gc.collect()
            sockets = server.settled(PATIENCE)
        yield (
            f"107 a stream that is dropped · {surface}",
            [f"{sockets} sockets left open"] * bool(sockets) + left(server, before),
        )
        yield f"108 an error of the reader · {surface}", _own_error(server, surface) + left(server, before)
    server.play([(Stall(),)])
    before, seen = descriptors(), []
    client = client_of(server)
    thread = threading.Thread(target=lambda: seen.append(_error_of(lambda: ask(client, "create", Seen()))))
    thread.start()
    while not server.requests:
        time.sleep(0.001)
    client.close()
    thread.join(30)
    right = seen and isinstance(seen[0], tercet.APIConnectionError)
    yield "109 a client closed during its request", [] if right else [f"ended with {seen}", *left(server, before)]


def _own_error(server: FaultServer, surface: str) -> list[str]:
    class MineError(Exception):
        pass

    mine = MineError("of the reader")
    with client_of(server) as client:
        try:
            opened: Any = (
                client.messages.stream(**ASK) if surface == "helper" else client.messages.create(**ASK, stream=True)
            )
            with opened as stream:
                for _ in stream:
                    raise mine
        except MineError as error:
            return [] if error is mine else ["another error came out"]
    return ["no error came out"]


def _error_of(act: Callable[[], Any]) -> BaseException | None:
    try:
        act()
    except BaseException as error:
        return error
    return None


def loops(server: FaultServer, rounds: int = 20) -> Problems:
    """110: event loops in turn; 113: a busy executor."""

    async def twice(number: int) -> bool:
        said = await asyncio.gather(*(told_async(client, f"{number} {each}") for each in range(3)))
        return said == [f"{number} {each}" for each in range(3)]

    server.play(echo)
    before = descriptors()
    client = async_client_of(server, max_retries=0, timeout=None)
    problems = [error for number in range(rounds) if (error := _error_of(lambda n=number: asyncio.run(twice(n))))]
    asyncio.run(client.close())
    yield f"110 {rounds} event loops in turn", [f"{error!r}" for error in problems] + left(server, before)
    yield "113 an executor that is busy", asyncio.run(_with_busy_executor(server)) + left(server, before)


async def _with_busy_executor(server: FaultServer) -> list[str]:
    free = threading.Event()
    blocked = [asyncio.get_running_loop().run_in_executor(None, free.wait) for _ in range(40)]
    try:
        async with async_client_of(server) as client:
            said = await asyncio.wait_for(told_async(client, "still"), 30)
        return [] if said == "still" else [f"answered {said!r}"]
    except TimeoutError:
        return ["waited for the executor"]
    finally:
        free.set()
        await asyncio.gather(*blocked)


def forks(server: FaultServer, rounds: int = 1000) -> Problems:
    """111: parent and child ask with one client that was used before the fork."""
    server.play(echo)
    before = descriptors()
    client, wrong = client_of(server, max_retries=0, timeout=None), list[str]()
    told(client, "first")
    for number in range(rounds):
        child = os.fork()
        if child == 0:
            limits.limit_child(60.0)
            os._exit(0 if _error_of(lambda n=number: _expect(client, f"child {n}")) is None else 1)
        if (error := _error_of(lambda n=number: _expect(client, f"parent {n}"))) is not None:
            wrong.append(f"parent {number}: {error!r}")
        if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            wrong.append(f"child {number} ended with {code}")
    client.close()
    yield f"111 {rounds} forks of a client in use", wrong[:3] + left(server, before)


def _expect(client: Any, what: str) -> None:
    if (said := told(client, what)) != what:
        raise AssertionError(said)


def threads(server: FaultServer, count: int = 64, each: int = 20) -> Problems:
    """112: many threads, one client."""
    server.play(echo)
    before = descriptors()
    client, wrong = client_of(server, max_retries=0, timeout=None), []

    def work(thread: int) -> None:
        for number in range(each):
            if (error := _error_of(lambda n=number: _expect(client, f"{thread}/{n}"))) is not None:
                wrong.append(repr(error))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    client.close()
    yield f"112 {count} threads of {each} calls", wrong[:3] + left(server, before)


def exhausted(server: FaultServer) -> Problems:
    """115: no descriptors left; 116: a wall clock that jumps."""
    import resource

    server.play(echo)
    before = descriptors()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    client = client_of(server, max_retries=0)
    _expect(client, "warm")
    client.close()
    client = client_of(server, max_retries=0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(int(name) for name in os.listdir("/proc/self/fd")), hard))
    held = []
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.dup(0))
        error = _error_of(lambda: _expect(client, "none"))
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    found = [] if isinstance(error, tercet.APIConnectionError) else [f"{error!r} instead of APIConnectionError"]
    again = _error_of(lambda: _expect(client, "again"))
    client.close()
    yield "115 no descriptors left", found + [f"not usable afterwards: {again!r}"] * bool(again) + left(server, before)
    yield from _clock_jumps(server)


def _clock_jumps(server: FaultServer) -> Problems:
    real = time.time
    for jump in (3600.0, -3600.0):
        server.play([(Stall(),)])
        begun = time.monotonic()
        time.time = lambda jump=jump: real() + jump  # type: ignore[assignment,misc]
        try:
            error = _error_of(lambda: ask(client_of(server, timeout=0.25, max_retries=0), "create", Seen()))
        finally:
            time.time = real
        right = isinstance(error, tercet.APITimeoutError) and time.monotonic() - begun < 30
        yield (
            f"116 a clock that jumps {jump:+.0f} s",
            [] if right else [f"{error!r} after {time.monotonic() - begun:.2f} s"],
        )


BAD: dict[str, Callable[[FaultServer], Any]] = {
    "a blank key": lambda server: client_of(server, api_key="  "),
    "a key with a line break": lambda server: client_of(server, api_key="sk-ant\r\nx: y"),
    "a header with a line break": lambda server: client_of(server, default_headers={"x": "a\r\nb"}),
    "a header with NUL": lambda server: ask(client_of(server), "create", Seen(), extra_headers={"x": "a\0b"}),
    "a header name with a space": lambda server: ask(client_of(server), "create", Seen(), extra_headers={"x y": "a"}),
    "a base_url with a line break": lambda server: client_of(server, base_url=f"{server.url}/\r\nx: y"),
    "negative max_retries": lambda server: client_of(server, max_retries=-1),
    "a negative timeout": lambda server: client_of(server, timeout=-1),
    "a model with a line break in its id": lambda server: client_of(server).models.retrieve("a\r\nb", max_retries=0),
    "a lone surrogate in the prompt": lambda server: told(client_of(server, max_retries=0), "\ud800"),
}
HARMLESS: dict[str, Callable[[FaultServer], bool]] = {
    "a model with a line break in its id": lambda server: all("%0D%0A" in head.split()[1] for head in server.heads),
    "a lone surrogate in the prompt": lambda server: all(_is_utf8(body) for body in server.bodies),
}
"""Sent, in a form that harms nobody."""


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\\ud800" not in body.lower()


def arguments(server: FaultServer) -> Problems:
    """117: what cannot be sent is refused before a byte is."""
    for name, act in BAD.items():
        server.play([(response(bodies.ERROR, status="404 Not Found"),)])
        error = _error_of(lambda act=act: act(server))
        if name in HARMLESS:
            yield f"117 {name}", [] if HARMLESS[name](server) else [f"sent as {server.heads} {server.bodies}"]
            continue
        right = isinstance(error, ValueError | TypeError) and not isinstance(error, tercet.APIError)
        found = [] if right else [f"{error!r} instead of a ValueError"]
        yield f"117 {name}", found + [f"{server.requests} requests were sent"] * bool(server.requests)


CHECKS = (interrupts, cancellations, storm, pools, readers, loops, forks, threads, exhausted, arguments)


def main() -> None:
    limits.listen_to_signals()
    for check in CHECKS:
        server = FaultServer(batch=bodies.batch)
        limits.tell(check.__name__, check(server))
        server.close()


if __name__ == "__main__":
    sys.exit(main())
