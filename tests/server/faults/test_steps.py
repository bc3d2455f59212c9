"""Steps are pure: the same body in any pieces gives the same bytes and the same end."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.server.faults.spec import parse_faults
from tercet.server.faults.steps import Action, End, Pause, run, step_of

BODY = bytes(range(32, 127)) * 3


def done(words: str, pieces: list[bytes]) -> list[Action]:
    steps = [step for fault in parse_faults(words) if (step := step_of(fault)) is not None]
    actions: list[Action] = []
    for number, piece in enumerate(pieces):
        if actions and isinstance(actions[-1], End):
            break
        actions += run(steps, piece, last=number == len(pieces) - 1)
    return actions


def bytes_of(actions: list[Action]) -> bytes:
    return b"".join(action for action in actions if isinstance(action, bytes))


def cut_at(body: bytes, place: int) -> list[bytes]:
    return [body[:place], body[place:]]


@pytest.mark.parametrize("how", ["rst", "fin", "end"])
@given(st.integers(0, len(BODY) - 1), st.integers(0, len(BODY)))
def test_a_cut_lets_exactly_its_bytes_through(how: str, place: int, split: int) -> None:
    actions = done(f"{how}@{place}", cut_at(BODY, split))
    assert bytes_of(actions) == BODY[:place]
    assert actions[-1] == End(how)


def test_a_place_behind_the_body_changes_nothing() -> None:
    assert done(f"rst@{len(BODY) + 1}", [BODY]) == [BODY]


def test_a_stall_pauses_once_and_goes_on() -> None:
    assert done("stall@3:2s", [b"abcdef"]) == [b"abc", Pause(2.0), b"def"]


def test_a_stall_without_an_end_waits_for_the_client_to_leave() -> None:
    assert done("stall@3", [b"abcdef"]) == [b"abc", Pause(None), End("rst")]


@given(st.integers(0, len(BODY) - 1), st.integers(0, len(BODY)))
def test_one_byte_is_corrupted_wherever_the_pieces_end(place: int, split: int) -> None:
    assert bytes_of(done(f"corrupt@{place}", cut_at(BODY, split))) == BODY[:place] + b"\xff" + BODY[place + 1 :]


def test_a_drip_gives_a_few_bytes_at_a_time() -> None:
    assert done("drip:2/10ms", [b"abcde"]) == [b"ab", Pause(0.01), b"cd", Pause(0.01), b"e", Pause(0.01)]


def test_line_ends_and_marks_are_those_asked_for() -> None:
    assert bytes_of(done("newlines:crlf", [b"a\n", b"\nb"])) == b"a\r\n\r\nb"
    assert bytes_of(done("newlines:cr", [b"a\n\n"])) == b"a\r\r"
    assert bytes_of(done("newlines:bom", [b"a", b"b"])) == b"\xef\xbb\xbfab"


def test_compressed_bodies_are_good_or_broken_as_asked() -> None:
    pieces = cut_at(BODY, 7)
    assert gzip.decompress(bytes_of(done("gzip", pieces))) == BODY
    with pytest.raises(EOFError):
        gzip.decompress(bytes_of(done("gzip:cut", pieces)))
    with pytest.raises((OSError, zlib.error)):
        gzip.decompress(bytes_of(done("gzip:garbage", pieces)))


def test_a_bomb_is_small_and_opens_to_64_megabytes() -> None:
    bomb = bytes_of(done("gzip:bomb", [BODY]))
    assert len(bomb) < 100_000
    opener, size = zlib.decompressobj(31), 0
    while bomb:
        size += len(opener.decompress(bomb, 1 << 20))
        bomb = opener.unconsumed_tail
    assert size == 64 * 1024 * 1024 + len(BODY)


def test_steps_stand_one_behind_the_other_and_nothing_follows_an_end() -> None:
    actions = done("drip:2/1s + rst@3", [b"abcdef"])
    assert actions == [b"ab", Pause(1.0), b"c", End("rst")]
