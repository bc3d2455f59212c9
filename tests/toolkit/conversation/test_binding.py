"""Thinking that a change of what stands before it makes unreadable: told before sending, and not sent where it is refused."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.conversation.validity.histories import THOUGHT

import tercet
from tercet.toolkit.conversation.binding import PathDigests, binds, head_of, invalidated, without_thoughts
from tercet.toolkit.conversation.entries import LogEntry
from tercet.toolkit.conversation.errors import ThinkingInvalidatedWarning

BINDING, OLDER = "claude-opus-5-5", "claude-sonnet-4-6"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def thought_path(turns: int, head: bytes = b"head") -> list[LogEntry]:
    """A path whose every answer thinks, kept with the digest of what was before it."""
    path: list[LogEntry] = []
    digests = PathDigests()
    for number in range(turns):
        path.append(
            LogEntry(id=2 * number + 1, parent=None, role="user", content=[text(f"{number}?")], starts_turn=True)
        )
        prefix = digests.follow(head, path, said(path), drops=True)
        answer = {"model": BINDING}
        path.append(
            LogEntry(
                id=2 * number + 2,
                parent=None,
                role="assistant",
                content=[THOUGHT, text("!")],
                prefix=prefix,
                answer=answer,
            )
        )
    return path


_SAID: dict[int, dict[str, Any]] = {}


def said(path: list[LogEntry]) -> list[dict[str, Any]]:
    """The entries as messages; of each entry the same one every time, as a thread keeps them."""
    return [_SAID.setdefault(id(entry), {"role": entry.role, "content": entry.content, "of": None}) for entry in path]


def test_models_that_bind_thinking_and_those_that_do_not() -> None:
    assert [binds(model) for model in (BINDING, "claude-sonnet-5-5", "claude-unheard-of")] == [True, True, True]
    assert [binds(model) for model in (OLDER, "claude-opus-4-8", "claude-haiku-4-5")] == [False, False, False]


def test_nothing_is_lost_while_a_path_only_grows() -> None:
    path = thought_path(5)
    digests = PathDigests()
    digests.follow(b"head", path, said(path), drops=True)
    assert digests.unbound == []
    assert invalidated(path, digests.unbound, BINDING) == []


@pytest.mark.parametrize(("first", "head", "lost"), [(0, b"other", 5), (2, b"head", 4), (8, b"head", 1)])
def test_another_head_and_a_window_lose_all_that_is_kept(first: int, head: bytes, lost: int) -> None:
    path = thought_path(5)[first:]
    digests = PathDigests()
    digests.follow(head, path, said(path), drops=True)
    found = invalidated(path, digests.unbound, BINDING)
    assert [each.reason for each in found] == ["prefix"] * lost
    assert invalidated(path, digests.unbound, OLDER) != found


def test_another_model_may_not_read_what_this_one_thought() -> None:
    path = thought_path(3)
    assert [each.reason for each in invalidated(path, [], "claude-sonnet-5-5")] == ["model"] * 3


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.booleans())
@settings(deadline=None)
def test_digests_that_are_prolonged_are_those_that_are_made_anew(ends: list[int], drops: bool) -> None:
    path = thought_path(5)
    kept = PathDigests()
    for end in ends:
        fresh = PathDigests()
        head = b"head" if end % 3 else b"other"
        part = path[end % 2 : end + 1]
        assert kept.follow(head, part, said(part), drops=drops) == fresh.follow(head, part, said(part), drops=drops)
        assert kept.unbound == fresh.unbound


def test_marks_of_the_cache_bind_nothing() -> None:
    marked = [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]
    assert head_of({"system": marked}, []) == head_of({"system": [text("x")]}, [])
    assert head_of({"system": marked}, []) != head_of({"system": [text("y")]}, [])


def test_an_answer_that_only_thought_is_not_left_empty() -> None:
    assert without_thoughts({"role": "assistant", "content": [THOUGHT]})["content"][0]["type"] == "text"


def test_a_changed_system_prompt_is_told_once_and_the_conversation_goes_on() -> None:
    with tercet.local_api(strict=True) as api:
        chat = tercet.Conversation(api.client(), model=BINDING, max_tokens=2_000, system="Be brief.")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for number in range(3):
                answer = chat.say(f"Think hard about the number {number}: is it prime?")
                assert answer.content[0].type == "thinking"
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            chat.say("Think hard: is 7 prime?", system="Be long.")
            chat.say("Think hard: is 9 prime?", system="Be long.")
            assert [str(each.message)[:17] for each in told] == ["3 thinking blocks"]
            chat.say("And 11?")  # the first system prompt again: what was thought under the other one is lost now
            assert len(told) == 2
            assert all(each.category is ThinkingInvalidatedWarning for each in told)


def twelve_turns(chat: tercet.Conversation) -> None:
    for number in range(12):
        chat.say(f"Think hard: is {number} prime? " + "Really? " * 40)


def test_a_window_drops_the_thinking_that_it_unbinds() -> None:
    with tercet.local_api(strict=True) as api:
        chat = tercet.Conversation(
            api.client(), model=BINDING, max_tokens=2_000, view=tercet.views.window(tokens=1_000, down_to=500)
        )
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            twelve_turns(chat)
        assert {each.category for each in told} <= {ThinkingInvalidatedWarning}
        assert chat._state.thread.cuts


def test_an_edit_keeps_the_thinking_before_it() -> None:
    with tercet.local_api(strict=True) as api, warnings.catch_warnings():
        warnings.simplefilter("error")
        chat = tercet.Conversation(api.client(), model=BINDING, max_tokens=2_000)
        for number in range(3):
            chat.say(f"Think hard: is {number} prime?")
        chat.edit(chat.turns[1], "Think hard: is 11 prime?")
        chat.say("Sure?")


def test_the_strict_local_api_refuses_what_would_be_sent_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tercet.toolkit.conversation.request.binds", lambda model: False)
    with tercet.local_api(strict=True) as api, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chat = tercet.Conversation(
            api.client(), model=BINDING, max_tokens=2_000, view=tercet.views.window(tokens=1_000, down_to=500)
        )
        with pytest.raises(tercet.BadRequestError, match="bound to a different conversation"):
            twelve_turns(chat)
