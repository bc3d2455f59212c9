"""Sentinels for "not given": ours, and those of the official SDK where a library passes them."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, MESSAGE, Script

from tercet import NOT_GIVEN, not_given, omit
from tercet.wire.requests.sentinels import absent_kinds, drop_not_given, is_absent


class NotGiven:
    """Of another library."""


class Omit(NotGiven):
    """Of another library."""


@pytest.mark.parametrize("value", [NOT_GIVEN, not_given, omit])
def test_our_own_sentinels_are_absent(value: object) -> None:
    assert is_absent(value)
    assert drop_not_given({"a": value, "b": None, "c": 0}) == {"b": None, "c": 0}


def test_classes_of_the_same_names_are_values_like_any_other() -> None:
    assert not is_absent(NotGiven())
    assert len(absent_kinds()) == 2


@pytest.mark.parametrize("sentinel", [NotGiven(), Omit()])
def test_sentinels_of_the_official_sdk_are_absent_when_it_is_there(
    sentinel: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic._types", SimpleNamespace(NotGiven=NotGiven, Omit=Omit))  # type: ignore[arg-type]
    script = Script((200, JSON, MESSAGE))
    absent: Any = {"betas": sentinel, "output_format": sentinel, "timeout": sentinel, "temperature": sentinel}
    script.client().beta.messages.create(**ASK, **absent)

    assert "anthropic-beta" not in script.sent[0].headers
    assert b"temperature" not in script.sent[0].content
