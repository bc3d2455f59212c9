"""Search in what was said: an owner's own, up to date whoever writes, and gone with what is deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tercet

PAPER: Any = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "paper " * 2_000}}


def history(*words: str) -> Any:
    return [{"role": "user" if index % 2 == 0 else "assistant", "content": text} for index, text in enumerate(words)]


@pytest.fixture
def store(tmp_path: Path) -> tercet.Conversations:
    """A store that had conversations before it had an index."""
    plain = tercet.Conversations(tmp_path / "chats.db")
    plain.import_(history("What is a zebra?", "[A zebra] is striped"), "t1", owner="u1")
    store = tercet.Conversations(tmp_path / "chats.db", search=True)
    plain.import_(history("A zebra of somebody else"), "t1", owner="u2")
    blocks = [PAPER, {"type": "text", "text": "A quagga"}, {"type": "text", "text": "and its kin"}]
    plain.import_([{"role": "user", "content": blocks}], "t2", owner="u1")
    return store


def found(store: tercet.Conversations, words: str, owner: str | None = "u1") -> list[tuple[str, int]]:
    return sorted((each.id, each.message) for each in store.search(words, owner=owner))


def test_words_are_found_in_what_the_owner_said_and_heard_whoever_wrote_it(store: tercet.Conversations) -> None:
    assert found(store, "zebra") == [("t1", 1), ("t1", 2)]
    assert found(store, "zebra stri") == [("t1", 2)]
    assert found(store, "zebra", "u2") == [("t1", 1)]
    assert found(store, "zebra", None) == []
    assert found(store, "kin quagga") == [("t2", 1)]
    assert found(tercet.Conversations(store.path), "quagga") == [("t2", 1)]
    (one,) = store.search("striped", owner="u1")
    assert (one.role, one.snippet) == ("assistant", "[A zebra] is striped")


@pytest.mark.parametrize(
    "words", ['"', "zebra OR kin", "NEAR(", "*", "words:zebra", "a^2 - {b}", "\0zebra\0nothing", "\ud800"]
)
def test_what_looks_like_a_query_is_words(store: tercet.Conversations, words: str) -> None:
    try:
        assert found(store, words) == []
    except tercet.ConversationError as error:
        assert "cannot hold that" in str(error)  # noqa: PT017  (half a surrogate pair is no text)


def test_what_cannot_be_asked_is_told(store: tercet.Conversations, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs words"):
        store.search("  ", owner="u1")
    with pytest.raises(tercet.ConversationError, match="has no index: open it once with"):
        tercet.Conversations(tmp_path / "other.db").search("zebra")


def test_deleting_leaves_no_byte_in_the_index(store: tercet.Conversations) -> None:
    folder = Path(store.path).parent
    assert any(b"zebra" in path.read_bytes() for path in folder.iterdir())
    store.import_(history("okapi"), "t3", owner="u3")
    store.delete("t1", owner="u1")
    store.delete(owner="u2")
    assert found(store, "zebra") == []
    assert found(store, "okapi", "u3") == [("t3", 1)]
    raw = b"".join(path.read_bytes() for path in folder.iterdir()).lower()
    assert b"zebra" not in raw
    assert b"ebra" not in raw
    assert b"striped" not in raw
    with store._file.writing() as connection:
        connection.execute("insert into found(found) values ('integrity-check')")
