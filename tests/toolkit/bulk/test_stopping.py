"""Signals: once finishes, twice stops now; the end is the signal's own, and a caller's handlers are left alone."""

import os
import signal
import threading

import pytest

from tercet.toolkit.bulk.stopping import interruptible
from tercet.toolkit.bulk.ways import StopRequest


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_asks_for_a_stop_and_ends_as_it_would_have(number, ends):
    stop, said = StopRequest(), []
    before = signal.getsignal(number)
    with interruptible(stop, said.append) as heard:
        os.kill(os.getpid(), number)
        assert (stop.requested, stop.at_once) == (True, False)
        os.kill(os.getpid(), number)
        assert stop.at_once
    assert signal.getsignal(number) == before
    with pytest.raises(ends) as told:
        heard.end("5 of 9 items have a result, for $0.10")
    assert said == [
        "Finishing what is under way; once more to stop now.",
        "Stopped: 5 of 9 items have a result, for $0.10. Run the same again: it goes on.",
    ]
    if ends is SystemExit:
        assert told.value.code == 143


def test_without_a_signal_nothing_ends():
    with interruptible(StopRequest(), print) as heard:
        pass
    heard.end("all")


def test_handlers_of_the_callers_own_stay():
    def own(number, frame):
        pass

    before = signal.signal(signal.SIGTERM, own)
    try:
        with interruptible(StopRequest(), print):
            assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_than_the_main_one_sets_no_handlers():
    seen = []

    def work():
        with interruptible(StopRequest(), print):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_a_stop_is_told_to_whoever_comes_later_as_well():
    stop, told = StopRequest(), []
    stop.when_requested(lambda: told.append(1))
    stop.request()
    stop.when_requested(lambda: told.append(2))
    assert told == [1, 2]
