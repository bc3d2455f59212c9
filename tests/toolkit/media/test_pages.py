"""Pages as people write them, and page numbers as titles say them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.toolkit.media.errors import MediaError
from tercet.toolkit.media.pages import page_numbers, spelled_out


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [
        (None, (1, 2, 3, 4, 5)),
        ("1-3", (1, 2, 3)),
        (" 2 – 3 , 5", (2, 3, 5)),
        ("4-", (4, 5)),
        ("5, 1", (5, 1)),
        (4, (4,)),
        ([1, 5], (1, 5)),
        (range(2, 4), (2, 3)),
    ],
)
def test_pages_are_read_as_they_are_written(pages: Any, numbers: tuple[int, ...]) -> None:
    assert page_numbers(pages, 5, "a.pdf") == numbers


@pytest.mark.parametrize(
    "pages", ["0-2", "1-6", "6-", "3-1", "a", "", "1;2", "-3", "1-999999999", [], [0], [True], ["1"], 6]
)
def test_pages_that_are_not_there_name_the_file_and_what_was_asked(pages: Any) -> None:
    with pytest.raises(MediaError, match=r"a\.pdf"):
        page_numbers(pages, 5, "a.pdf")


@given(st.lists(st.integers(1, 300), min_size=1, max_size=50))
def test_what_is_spelled_out_is_read_back(numbers: list[int]) -> None:
    said = spelled_out(numbers).removeprefix("pages ").removeprefix("page ")
    assert page_numbers(said, 300, "a.pdf") == tuple(numbers)


def test_pages_are_spelled_as_in_a_title() -> None:
    assert spelled_out([3]) == "page 3"
    assert spelled_out(range(1, 21)) == "pages 1-20"
    assert spelled_out([1, 2, 3, 7, 9, 10]) == "pages 1-3, 7, 9-10"
