"""Queued answers: in order, each once, and none of them when one is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tercet.server.responders.outcome import BadScript
from tercet.server.responders.script import Queue


def test_answers_come_in_order_and_once() -> None:
    queue = Queue()
    queue.add("a", {"error": 529})
    first, second = queue.next(), queue.next()
    assert first is not None
    assert first.answer is not None
    assert second is not None
    assert (first.answer.blocks[0]["text"], second.faults[0].value, queue.next()) == ("a", "529", None)


def test_one_that_is_wrong_keeps_all_of_them_out() -> None:
    queue = Queue()
    with pytest.raises(BadScript, match="answer 2"):
        queue.add("a", {"nonsense": 1})
    assert len(queue) == 0


def test_threads_get_each_answer_once() -> None:
    queue = Queue()
    queue.add(*map(str, range(400)))
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: queue.next(), range(500)))
    texts = [each.answer.blocks[0]["text"] for each in taken if each is not None and each.answer is not None]
    assert sorted(texts, key=int) == [str(number) for number in range(400)]


def test_what_nobody_asked_for_can_be_dropped() -> None:
    queue = Queue()
    queue.add("a")
    queue.clear()
    assert queue.next() is None
