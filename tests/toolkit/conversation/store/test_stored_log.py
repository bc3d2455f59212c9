"""The log of a conversation in SQLite: equal to one in memory, whatever the steps; two writers are told apart."""

from __future__ import annotations

import base64
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.conversation.entries import (
    CallState,
    EntryState,
    LogEntry,
    LoggedCall,
    LogStep,
    SavedConversation,
    ViewCut,
)
from tercet.toolkit.conversation.errors import (
    ConversationConflictError,
    ConversationError,
    ConversationNotFoundError,
)
from tercet.toolkit.conversation.store.database import ConversationFile
from tercet.toolkit.conversation.store.stored_log import StoredLog, new_conversation

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
FACTS = st.dictionaries(WORDS, JSON, max_size=4)
BYTES = st.integers(0, 5).map(lambda number: bytes([number]) * 4000)
DATA = (
    BYTES.map(lambda data: base64.b64encode(data).decode())
    | BYTES.map(lambda data: base64.encodebytes(data).decode())
    | st.sampled_from(["", "@", "@0", "@1", "AAAA", "ä" * 5000, "A" * 5001])
)
SOURCE = st.fixed_dictionaries({"type": st.just("base64"), "media_type": st.just("image/png"), "data": DATA})
TEXT = st.fixed_dictionaries({"type": st.just("text"), "text": WORDS})
PICTURE = st.fixed_dictionaries({"type": st.just("image"), "source": SOURCE | JSON})
PLAIN = TEXT | PICTURE
RESULT = st.fixed_dictionaries(
    {"type": st.just("tool_result"), "tool_use_id": WORDS, "content": st.lists(PLAIN, max_size=3) | WORDS}
)
NESTED = st.fixed_dictionaries(
    {"type": st.just("document"), "source": st.fixed_dictionaries({"content": st.lists(PLAIN, max_size=2)})}
)
BLOCKS = st.lists(PLAIN | RESULT | NESTED | st.dictionaries(WORDS, JSON, max_size=3), max_size=4)
MONEY = st.integers(0, 2**62)
COST = st.none() | MONEY.map(lambda known: (known, known, known)) | st.tuples(MONEY, MONEY, MONEY)
STAMP = st.integers(0, 2**48)


@st.composite
def steps(draw: st.DrawFn) -> list[LogStep]:
    """Steps that could follow one another: ids count, and what is changed is there."""
    made: list[LogStep] = []
    last = 0
    for _ in range(draw(st.integers(1, 6))):
        entries = []
        for _ in range(draw(st.integers(0, 3))):
            last += 1
            entries.append(
                LogEntry(
                    id=last,
                    parent=draw(st.none() | st.integers(1, last - 1)) if last > 1 else None,
                    role=draw(st.sampled_from(["user", "assistant", "system"])),
                    content=draw(BLOCKS),
                    state=draw(st.sampled_from(EntryState)),
                    starts_turn=draw(st.booleans()),
                    at=draw(STAMP),
                    answer=draw(st.none() | FACTS),
                    cost=draw(COST),
                    error=draw(st.none() | FACTS),
                    prefix=draw(st.none() | st.binary(max_size=32)),
                )
            )
        known = st.integers(1, last) if last else st.nothing()
        calls = st.builds(
            LoggedCall,
            entry=known,
            id=WORDS,
            state=st.sampled_from(CallState),
            result=st.none() | PLAIN | RESULT,
            facts=st.none() | FACTS,
        )
        cuts = st.builds(
            ViewCut,
            first=known,
            kind=st.sampled_from(["window", "summary"]),
            summary=st.none() | st.lists(TEXT, max_size=2),
            covers=st.none() | st.tuples(STAMP, STAMP),
            cost=COST,
            at=STAMP,
        )
        some = st.integers(0, 2 if last else 0)
        states = draw(st.dictionaries(known, st.sampled_from(EntryState), max_size=2)) if last else {}
        made.append(
            LogStep(
                entries=entries,
                states=states,
                errors={id_: draw(FACTS) for id_ in states},
                calls=[draw(calls) for _ in range(draw(some))],
                cuts=[draw(cuts) for _ in range(draw(some))],
                tip=draw(st.none() | known) if last else None,
                cleared=draw(st.booleans()),
                facts=draw(st.dictionaries(WORDS, st.none() | JSON, max_size=3)),
            )
        )
    return made


class Model:
    """What a log should hold, in memory."""

    def __init__(self) -> None:
        self.revision, self.tip = 0, None
        self.entries: dict[int, LogEntry] = {}
        self.calls: dict[Any, LoggedCall] = {}
        self.cuts: dict[int, ViewCut] = {}
        self.facts: dict[str, Any] = {}

    def take(self, step: LogStep) -> None:
        self.revision += 1
        self.entries |= {entry.id: entry for entry in step.entries}
        for id_, state in step.states.items():
            before = self.entries[id_]
            error = step.errors.get(id_) or before.error
            self.entries[id_] = msgspec.structs.replace(before, state=state, error=error)
        self.calls |= {(call.entry, call.id): call for call in step.calls}
        self.cuts |= {cut.first: cut for cut in step.cuts}
        self.facts = {name: fact for name, fact in (self.facts | dict(step.facts)).items() if fact is not None}
        if step.tip is not None or step.cleared:
            self.tip = step.tip  # type: ignore[assignment]

    def assert_equal(self, saved: SavedConversation) -> None:
        assert (saved.revision, saved.tip) == (self.revision, self.tip)
        assert list(saved.entries) == list(self.entries.values())
        assert {(call.entry, call.id): call for call in saved.calls} == self.calls
        assert {cut.first: cut for cut in saved.cuts} == self.cuts
        assert dict(saved.facts) == self.facts


def opened(path: Path, owner: str = "u1", id: str = "t1") -> StoredLog:
    file = ConversationFile(path)
    with file.writing() as connection:
        new_conversation(connection, owner, id)
    return StoredLog(file, owner, id)


def said(id: int, text: str = "Hi", **more: Any) -> LogEntry:
    return LogEntry(id=id, parent=id - 1 or None, role="user", content=[{"type": "text", "text": text}], **more)


@settings(deadline=None, max_examples=150)
@given(steps(), steps())
def test_whatever_the_steps_a_stored_log_equals_one_in_memory(mine: list[LogStep], others: list[LogStep]) -> None:
    with TemporaryDirectory() as folder:
        path, model, beside = Path(folder) / "chats.db", Model(), Model()
        log, other = opened(path), opened(path, "u2")
        for number in range(max(len(mine), len(others))):
            for each, its, steps in ((log, model, mine), (other, beside, others)):
                if number < len(steps):
                    its.take(steps[number])
                    assert each.commit(steps[number], its.revision - 1) == its.revision
            if number % 2:
                log.file.close()
                log = StoredLog(ConversationFile(path), "u1", "t1")
            model.assert_equal(log.load())
        beside.assert_equal(StoredLog(ConversationFile(path), "u2", "t1").load())


def test_of_two_writers_one_wins_and_the_other_learns_both_tips(tmp_path: Path) -> None:
    ours, theirs = opened(tmp_path / "chats.db"), opened(tmp_path / "chats.db")
    ours.commit(LogStep(entries=[said(1)], tip=1), 0)
    theirs.load()
    theirs.commit(LogStep(entries=[said(2, "theirs")], tip=2), 1)
    before = theirs.load()

    with pytest.raises(
        ConversationConflictError, match=r"its tip is entry 2, and we knew 1\. Nothing was overwritten"
    ) as caught:
        ours.commit(LogStep(entries=[said(2, "ours")], states={1: EntryState.FAILED}, tip=2), 1)
    assert (caught.value.ours, caught.value.theirs) == (1, 2)
    assert ours.load() == before


def test_a_step_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    log = opened(tmp_path / "chats.db")
    log.commit(LogStep(entries=[said(1)], tip=1), 0)
    before = log.load()

    with pytest.raises(ConversationError, match="UNIQUE constraint"):
        log.commit(LogStep(entries=[said(2), said(1)], facts={"a": 1}, tip=2), 1)
    assert log.load() == before
    assert log.commit(LogStep(entries=[said(2)], tip=2), 1) == 2


@pytest.mark.parametrize("text", ["\ud800", object()])
def test_what_json_cannot_hold_is_told_and_nothing_is_written(tmp_path: Path, text: Any) -> None:
    log = opened(tmp_path / "chats.db")

    with pytest.raises(ConversationError, match="cannot be stored"):
        log.commit(LogStep(entries=[said(1, text)], tip=1), 0)
    assert log.load() == SavedConversation(entries=[], calls=[], cuts=[])


def test_a_conversation_of_somebody_else_is_not_found(tmp_path: Path) -> None:
    log = opened(tmp_path / "chats.db", "u1", "t1")

    for owner, id in (("u2", "t1"), ("", "t1"), ("u1", "t2")):
        with pytest.raises(ConversationNotFoundError, match="There is no conversation"):
            StoredLog(log.file, owner, id).load()
        with pytest.raises(ConversationNotFoundError):
            StoredLog(log.file, owner, id).commit(LogStep(entries=[said(1)], tip=1), 0)


def test_the_same_picture_in_a_hundred_turns_is_stored_once(tmp_path: Path) -> None:
    log = opened(tmp_path / "chats.db")
    data = base64.b64encode(bytes(range(256)) * 800).decode()
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    for number in range(1, 101):
        entry = LogEntry(id=number, parent=number - 1 or None, role="user", content=[picture])
        log.commit(LogStep(entries=[entry], tip=number), number - 1)
    log.file.close()

    assert (tmp_path / "chats.db").stat().st_size < 204_800 * 2
    saved = StoredLog(ConversationFile(tmp_path / "chats.db"), "u1", "t1").load()
    assert [entry.content for entry in saved.entries] == [[picture]] * 100


def test_a_long_result_of_a_tool_is_stored_once_and_read_in_both_places(tmp_path: Path) -> None:
    log = opened(tmp_path / "chats.db")
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD" * 2000}}
    results: list[Any] = [
        {"type": "tool_result", "tool_use_id": "a", "content": "long " * 1000},
        {"type": "tool_result", "tool_use_id": "b", "content": [picture]},
        {"type": "tool_result", "tool_use_id": "c", "content": "another one"},
    ]
    uses = [{"type": "tool_use", "id": id, "name": "n", "input": {}} for id in "abc"]
    log.commit(LogStep(entries=[said(1), LogEntry(id=2, parent=1, role="assistant", content=uses)], tip=2), 0)
    calls = [LoggedCall(entry=2, id=block["tool_use_id"], state=CallState.ANSWERED, result=block) for block in results]
    log.commit(LogStep(calls=calls), 1)
    said_of_c = {**results[2], "content": "was given in other words"}
    results_said = LogEntry(id=3, parent=2, role="user", content=[results[0], results[1], said_of_c])
    log.commit(LogStep(entries=[results_said], tip=3), 2)

    saved = log.load()
    assert list(saved.calls) == calls
    assert saved.entries[2] == results_said
    log.file.close()
    assert (tmp_path / "chats.db").read_bytes().count(b"long long") == 500
