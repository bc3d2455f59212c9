"""Queued answers: in order, each once, and none of them when one is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tercet.server.responders.matching import Seen
from tercet.server.responders.outcome import BadScript
from tercet.server.responders.script import Queue

ASKED = Seen("POST", "/v1/messages", {}, {"model": "m", "messages": []})


def test_answers_come_in_order_and_once() -> None:
    queue = Queue()
    queue.add("a", {"error": 529})
    first, second = queue.next(ASKED), queue.next(ASKED)
    assert first is not None
    assert first.answer is not None
    assert second is not None
    assert (first.answer.blocks[0]["text"], second.faults[0].value, queue.next(ASKED)) == ("a", "529", None)


def test_one_that_is_wrong_keeps_all_of_them_out() -> None:
    queue = Queue()
    with pytest.raises(BadScript, match="answer 2"):
        queue.add("a", {"nonsense": 1})
    assert len(queue) == 0


def test_threads_get_each_answer_once() -> None:
    queue = Queue()
    queue.add(*map(str, range(400)))
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: queue.next(ASKED), range(500)))
    texts = [each.answer.blocks[0]["text"] for each in taken if each is not None and each.answer is not None]
    assert sorted(texts, key=int) == [str(number) for number in range(400)]


def test_what_nobody_asked_for_can_be_dropped() -> None:
    queue = Queue()
    queue.add("a")
    queue.clear()
    assert queue.next(ASKED) is None


def with_tools(*names: str) -> Seen:
    return Seen("POST", "/v1/messages", {}, {"model": "m", "messages": [], "tools": [{"name": name} for name in names]})


def test_a_call_of_a_tool_waits_for_a_request_that_has_the_tool() -> None:
    queue = Queue()
    queue.add({"tool_use": {"name": "f"}}, {"tool_use": [{"name": "f"}, {"name": "g"}]}, "Done.")
    seen = [queue.next(each) for each in (ASKED, with_tools("f"), with_tools("f"), with_tools("g", "f"))]
    kinds = [[block["type"] for block in each.answer.blocks] if each and each.answer else None for each in seen]
    assert kinds == [["text"], ["tool_use"], None, ["tool_use", "tool_use"]]


def test_an_answer_may_have_conditions_as_rules_have_them() -> None:
    queue = Queue()
    queue.add(
        {"match": {"body": {"model": "big"}}, "text": "for the big one"}, {"match": {"path": "/x"}, "error": 500}, "a"
    )
    big = Seen("POST", "/v1/messages", {}, {"model": "big", "messages": []})
    taken = [queue.next(each) for each in (ASKED, ASKED, big)]
    texts = [each.answer.blocks[0]["text"] if each and each.answer else None for each in taken]
    assert (texts, len(queue)) == (["a", None, "for the big one"], 1)


@pytest.mark.parametrize("match", ["x", {"nonsense": 1}, {"body": 1}])
def test_conditions_that_are_wrong_are_refused(match: object) -> None:
    with pytest.raises(BadScript, match="answer 1"):
        Queue().add({"match": match, "text": "a"})
