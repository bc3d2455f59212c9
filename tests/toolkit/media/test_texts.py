"""A text in parts: none is too large, they join back, and they end where a reader would pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tercet.flow.estimate import text_tokens
from tercet.toolkit.media.texts import split_text

WORDS = st.lists(
    st.sampled_from(["word", "Satz.", "終わり。", "\n", "\n\n", " ", "\t", "ü", "x" * 40, "🙂"]), max_size=120
)


@given(WORDS.map("".join), st.integers(3, 60))
def test_parts_join_back_and_none_is_too_large(text: str, most: int) -> None:
    parts = list(split_text(text, most, text_tokens))
    assert "".join(parts) == text
    assert all(text_tokens(part) <= most for part in parts)


def test_parts_end_at_paragraphs_where_they_can_and_at_sentences_where_they_must() -> None:
    text = "one one.\n\ntwo two.\n\nthree three. " + "four four. " * 4
    assert list(split_text(text, 22, len)) == [
        "one one.\n\ntwo two.\n\n", "three three. ", "four four. four four. ", "four four. four four. ",
    ]  # fmt: skip


def test_a_text_without_any_pause_is_cut_all_the_same() -> None:
    assert list(split_text("x" * 10, 4, len)) == ["xxxx", "xxxx", "xx"]


def test_hostile_space_takes_no_longer_than_its_length() -> None:
    text = ("\n" + " " * 5_000) * 40
    assert "".join(split_text(text, 100, text_tokens)) == text
