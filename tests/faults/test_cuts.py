"""A stream that is cut anywhere is never taken for whole; `make faults` cuts at every byte."""

from __future__ import annotations

import asyncio
import warnings

from tests.faults import cuts


def test_a_cut_answer_never_passes_for_a_whole_one() -> None:
    loop = asyncio.new_event_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = [(case, problem) for case in cuts.cases(every=31) if (problem := cuts.problem_of(*case, loop))]
    loop.close()

    assert wrong == []


def test_the_bytes_between_cut_and_whole_are_a_line_end() -> None:
    for stream in cuts.STREAMS.values():
        cut_before, whole_from = cuts.told_at(stream)
        assert stream[cut_before:whole_from] in (b"\n\n", b"\r\n\r\n")
