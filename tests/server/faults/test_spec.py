"""The words for faults: what they mean, and that anything else is refused with what would be understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.server.faults.events import INSERTED
from tercet.server.faults.spec import KINDS, WORDS, FaultSpec, UnknownFault, parse_faults, parse_rule


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("rst", FaultSpec("rst")),
        ("rst@120", FaultSpec("rst", ("bytes", 120))),
        ("fin@head:40", FaultSpec("fin", ("head", 40))),
        ("end@message_delta", FaultSpec("end", ("event", "message_delta"))),
        ("stall@event:3:2s", FaultSpec("stall", ("event", 3), "2s")),
        ("stall@20:200ms", FaultSpec("stall", ("bytes", 20), "200ms")),
        ("drop@2", FaultSpec("drop", ("event", 2))),
        (
            "error@content_block_stop:rate_limit_error",
            FaultSpec("error", ("event", "content_block_stop"), "rate_limit_error"),
        ),
        ("529", FaultSpec("status", None, "529")),
        ("status:429,retry-after=2", FaultSpec("status", None, "429", {"retry-after": "2"})),
        ("drip:1/100ms", FaultSpec("drip", None, "1/100ms")),
        ("body:utf8", FaultSpec("body", None, "utf8")),
    ],
)
def test_words_mean_one_fault(words: str, fault: FaultSpec) -> None:
    assert parse_faults(words) == (fault,)


def test_faults_are_joined_by_plus() -> None:
    assert [fault.kind for fault in parse_faults("slow:2s + rst@100")] == ["slow", "rst"]


def test_a_rule_says_how_often_how_many_times_and_where() -> None:
    rule = parse_rule("5% x3 /v1/models slow:250ms")
    assert (rule.rate, rule.times, rule.path) == (0.05, 3, "/v1/models")
    assert rule.faults[0].seconds == 0.25


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nonsense", "known are refuse"),
        ("", "is no fault"),
        ("drop", "needs a place"),
        ("slow:soon", "no duration"),
        ("rst@", "takes as its place"),
        ("slow@3", "takes no place"),
        ("close:3", "takes no value"),
        ("body:other", "known are null"),
        ("status:99", "200 to 599"),
        ("status:9x9", "whole number"),
        ("drip:0/1s", "BYTES/SECONDS"),
        ("pace", "events a second"),
        ("429,retry-after", "name=value"),
        ("429,x=a\nb", "no header can carry"),
        ("120% rst", "above 0%, up to 100%"),
        ("0% rst", "above 0%, up to 100%"),
        ("x0 529", "never strikes"),
        ("5% x00 529", "never strikes"),
        ("rst@mesage_delta", r"did you mean message_delta\?"),
        ("drop@content_block_deltas", r"did you mean content_block_delta\?"),
        ("stal@3", r"did you mean stall\?"),
        ("insert@3:pnig", r"did you mean ping\?"),
        ("gzip:bom", r"did you mean bomb\?"),
        ("corrupt@head:3", "a number of bytes"),
        ("x" * 2000, "at most"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_would_be(words: str, said: str) -> None:
    with pytest.raises(UnknownFault, match=said):
        parse_faults(words) if len(words) > 100 else parse_rule(words)


@given(st.text(max_size=60))
def test_any_words_are_a_rule_or_an_unknown_fault(words: str) -> None:
    try:
        rule = parse_rule(words)
    except UnknownFault:
        return
    assert all(fault.kind in KINDS for fault in rule.faults)


def test_every_fault_and_each_of_its_words_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "local-api.md").read_text()
    faults = page[page.index("| fault |") : page.index("A cut that lies behind")]
    words = {word for known in WORDS.values() for word in known} | set(INSERTED)
    assert [kind for kind in KINDS if f"`{kind}" not in faults] == []
    assert [word for word in words - {"bytes", "good"} if f"{word}`" not in faults] == []
