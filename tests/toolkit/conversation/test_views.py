"""Views: where they cut, that they cut in steps, and that what they keep is valid."""

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.conversation.validity.histories import VALID, entries_of
from tests.toolkit.conversation.validity.judged import refused

import tercet
from tercet.toolkit.conversation.entries import LogEntry, ViewCut
from tercet.toolkit.conversation.tokens import estimated
from tercet.toolkit.conversation.views import SummaryView, View, ViewChoice, WindowView


def turns(count: int, size: int = 3_200) -> list[LogEntry]:
    """A path of plain turns: some 1,000 tokens asked, a few answered."""
    path: list[LogEntry] = []
    for number in range(count):
        question = [{"type": "text", "text": f"{number} " + "q" * size}]
        path.append(LogEntry(id=2 * number + 1, parent=None, role="user", content=question, starts_turn=True))
        answer = [{"type": "text", "text": "a"}]
        path.append(LogEntry(id=2 * number + 2, parent=None, role="assistant", content=answer, at=number + 1))
    return path[:-1]


def walk(view: View, path: list[LogEntry]) -> list[ViewChoice]:
    """The choices of a conversation that grows turn by turn, its cuts kept as the plan of a turn keeps them."""
    cuts: dict[int, ViewCut] = {}
    found = []
    for end in range(1, len(path) + 1, 2):
        choice = view.choose(path[:end], cuts, estimated)
        if choice.new_cut is not None:
            cuts[choice.new_cut.first] = choice.new_cut
        found.append(choice)
    return found


def test_everything_is_sent_by_default() -> None:
    assert tercet.views.full().choose(turns(5), {}, estimated) == ViewChoice()


def test_a_window_moves_in_steps_and_stands_still_in_between() -> None:
    choices = walk(tercet.views.window(tokens=10_000), turns(40))
    moved = [index for index, choice in enumerate(choices) if choice.new_cut is not None]
    assert moved[0] == 9  # the tenth question is the first beyond 10,000 tokens
    assert all(5 <= later - before <= 6 for before, later in itertools.pairwise(moved))
    firsts = [choice.first for choice in choices]
    assert len(set(firsts)) == 1 + len(moved)


def test_a_window_never_drops_the_question_itself() -> None:
    path = turns(3, size=90_000)
    choice = tercet.views.window(tokens=1_000).choose(path, {}, estimated)
    assert choice.first == len(path) - 1
    assert tercet.views.window(tokens=1_000).choose(path[:1], {}, estimated) == ViewChoice()


def test_a_window_never_begins_within_an_exchange_with_tools() -> None:
    path = turns(12)
    for index in range(0, len(path), 4):
        result: list[dict[str, Any]] = [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "r"}]
        entry = path[index]
        path[index] = LogEntry(
            id=entry.id, parent=None, role="user", content=[*result, *entry.content], starts_turn=True
        )
    choice = tercet.views.window(tokens=5_000).choose(path, {}, estimated)
    assert choice.first
    assert choice.first % 4 == 2


def test_a_cut_of_another_version_does_not_hold() -> None:
    cuts = {999: ViewCut(first=999, kind="window")}
    assert tercet.views.window(tokens=90_000).choose(turns(5), cuts, estimated).first == 0


def test_full_sends_what_a_window_had_left_out() -> None:
    cuts = {5: ViewCut(first=5, kind="window")}
    assert tercet.views.window(tokens=90_000).choose(turns(5), cuts, estimated).first == 4
    assert tercet.views.full().choose(turns(5), cuts, estimated).first == 0


def test_a_summary_is_asked_for_and_the_old_view_stands_until_it_is_there() -> None:
    path = turns(30)
    view = tercet.views.summary(at=20_000, keep=4, model="claude-haiku-4-5")
    choice = view.choose(path, {}, estimated)
    assert choice.first == 0
    assert choice.wanted is not None
    assert choice.wanted.first == path[-7].id
    assert choice.wanted.model == "claude-haiku-4-5"
    assert list(choice.wanted.entries) == path[:-7]


def test_a_summary_keeps_fewer_turns_where_they_are_long() -> None:
    path = turns(8)
    choice = tercet.views.summary(at=6_000, keep=10).choose(path, {}, estimated)
    assert choice.wanted is not None
    kept = [entry for entry in path if entry.id >= choice.wanted.first]
    assert estimated(kept) <= 3_000


def test_a_summary_that_is_there_is_sent_before_the_turns_that_are_kept() -> None:
    path = turns(10)
    summary = [{"type": "text", "text": "They talked."}]
    cuts = {path[8].id: ViewCut(first=path[8].id, kind="summary", summary=summary)}
    choice = tercet.views.summary(at=90_000).choose(path, cuts, estimated)
    assert (choice.first, choice.summary, choice.wanted) == (8, summary, None)


def test_the_apis_own_ways_are_arguments_of_the_request() -> None:
    choice = tercet.views.compaction(at=60_000, instructions="Briefly.").choose(turns(2), {}, estimated)
    assert choice.arguments["betas"] == ["compact-2026-01-12"]
    assert choice.arguments["context_management"]["edits"][0]["trigger"]["value"] == 60_000
    edits = (
        tercet.views.context_editing(at=9_000, keep=2, at_least=500, exclude=["search"], inputs=True, thinking=2)
        .choose(turns(2), {}, estimated)
        .arguments["context_management"]["edits"]
    )
    assert [edit["type"] for edit in edits] == ["clear_thinking_20251015", "clear_tool_uses_20250919"]
    assert edits[1]["exclude_tools"] == ["search"]


@pytest.mark.parametrize(
    ("view", "arguments", "said"),
    [
        ("window", {"tokens": 0}, "tokens=…"),
        ("window", {"tokens": 5_000, "down_to": 5_000}, "costs more than none"),
        ("window", {"tokens": "5k"}, "'5k'"),
        ("summary", {"at": 5_000, "keep": 0}, "keep=…"),
        ("compaction", {"at": 10_000}, "50,000"),
        ("context_editing", {"keep": -1}, "keep=…"),
        ("context_editing", {"thinking": 0}, "thinking=…"),
    ],
)
def test_numbers_that_make_no_view_are_told_in_a_sentence(view: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        getattr(tercet.views, view)(**arguments)


def test_a_window_in_steps_costs_less_than_everything_and_far_less_than_one_that_moves() -> None:
    bench = Path(__file__).parents[3] / "bench" / "window.py"
    ran = subprocess.run([sys.executable, bench, "--turns", "60"], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "in steps: 0." in ran.stdout


@given(VALID, st.integers(0, 40), st.integers(200, 3_000))
@settings(max_examples=int(os.environ.get("TERCET_HISTORIES", "200")), deadline=None)
def test_what_a_view_keeps_of_a_valid_history_is_valid(messages: list[Any], cut_at: int, tokens: int) -> None:
    path = entries_of([*messages, {"role": "user", "content": "And?"}])
    cut = path[cut_at % len(path)]
    summary = [{"type": "text", "text": "They talked."}]
    for view in (WindowView(tokens, tokens // 2), SummaryView(tokens, 3)):
        for cuts in ({}, {cut.id: ViewCut(first=cut.id, kind="summary", summary=summary)}):
            choice = view.choose(path, cuts, estimated)
            first = choice.first
            if choice.wanted is not None:
                first = next(index for index, entry in enumerate(path) if entry.id == choice.wanted.first)
                assert list(choice.wanted.entries) == path[:first]
            sent = [{"role": entry.role, "content": list(entry.content)} for entry in path[first:]]
            sent = [{"role": "user", "content": summary}, *sent] if choice.summary else sent
            assert tercet.check_messages(sent) == []
            assert refused(sent) is None
            assert sent[-1]["content"][-1]["text"] == "And?"
