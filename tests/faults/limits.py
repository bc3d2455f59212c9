"""A check that hangs is a wrong one with its name, never a hang of the suite; and Ctrl-C means Ctrl-C wherever it was begun."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

Found = Iterator[tuple[str, list[str]]]
PATIENT = 240.0
"""Seconds for one check: the longest take half a minute on two quiet cores."""
STUBBORN = 3
"""How often something that hangs is interrupted before its program is ended."""


class HangError(BaseException):
    """A check took longer than its limit. No Exception: nothing that is tested may take it for one of its own."""


def listen_to_signals() -> None:
    """Let SIGINT raise KeyboardInterrupt. A script's background jobs are begun with it ignored, and so are their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def limit(seconds: float, name: Callable[[], str]) -> Iterator[None]:
    """Raise HangError in this thread after so many seconds, again and again; then tell the name and end the program."""
    calls = [0]

    def interrupt(number: int, frame: FrameType | None) -> None:
        calls[0] += 1
        if calls[0] <= STUBBORN:
            raise HangError(f"hangs: no end after {seconds:g} s")
        print(json.dumps(hanging(name(), seconds)), flush=True)
        os._exit(4)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def limit_child(seconds: float) -> None:
    """In a forked child: end it after so many seconds, whatever it does."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def hanging(name: str, seconds: float) -> dict[str, object]:
    """What is told of a check that hangs."""
    return {"name": name, "problems": [f"hangs: no end after {seconds:g} s"]}


def limited(check: str, found: Found, seconds: float = PATIENT) -> Found:
    """What a check finds, each within its limit. One that hangs ends the check, and is wrong."""
    last = "its beginning"
    while True:
        try:
            with limit(seconds, lambda last=last: f"{check}, after {last}"):
                each = next(found)
        except StopIteration:
            return
        except HangError as hang:
            yield f"{check}, after {last}", [str(hang)]
            return
        except Exception as error:
            yield f"{check}, after {last}", [f"the check itself broke: {type(error).__name__}: {error}"]
            return
        last = each[0]
        yield each


def tell(check: str, found: Found, seconds: float = PATIENT) -> None:
    """Print what a check finds, one JSON object a line."""
    for name, problems in limited(check, found, seconds):
        print(json.dumps({"name": name, "problems": problems}), flush=True)
