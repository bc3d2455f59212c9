"""Summaries of the simulated model: of the text, not of the order to sum it up; counted as people count."""

from __future__ import annotations

import pytest

from tercet.server.simulated.conversation import RequestView
from tercet.server.simulated.reading import counted, sum_up, summary

TEXT = (
    "The harbour lies in the north\nof the town. "
    + "Boats come and go all day long. " * 10
    + "The lamp is lit at dusk."
)


@pytest.mark.parametrize(
    "question", [f"Summarize this text:\n\n{TEXT}", f"{TEXT}\n\nA summary in one sentence, please."]
)
def test_the_order_is_no_part_of_what_is_summed_up(question: str) -> None:
    said = sum_up(RequestView({"messages": [{"role": "user", "content": question}]}, {}))

    assert said is not None
    assert "It begins: “The harbour lies in the north of the town.”" in said
    assert "It ends: “The lamp is lit at dusk.”" in said
    assert "12 sentences" in said


def test_a_text_that_is_one_long_order_is_summed_up_whole() -> None:
    question = "Summarize " + "what I say " * 30

    said = sum_up(RequestView({"messages": [{"role": "user", "content": question}]}, {}))

    assert said is not None
    assert "91 words in 1 sentence." in said


def test_an_empty_text_is_said_to_be_empty() -> None:
    assert summary("the text", " \n ") == "The text: no text that I can read."


@pytest.mark.parametrize(("number", "said"), [(0, "0 words"), (1, "1 word"), (2, "2 words")])
def test_one_word_is_no_words(number: int, said: str) -> None:
    assert counted(number, "word") == said
