"""What the catalog knows is said before anything is sent: as a warning, or as an error where the API would refuse."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, MESSAGE, Script

import tercet
from tercet.client import preflight


@pytest.fixture(autouse=True)
def _spoken_and_nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERCET_ADVICE")
    preflight._quiet.clear()


def ask(script: Script, base_url: str = "http://local", **changes: Any) -> None:
    script.client(base_url=base_url).messages.create(**{**ASK, **changes})


def test_a_retired_model_is_a_warning_that_names_its_successor() -> None:
    with pytest.warns(
        DeprecationWarning, match=r"'claude-3-5-sonnet-20241022' was retired on 2025-10-28; use claude-"
    ) as seen:
        ask(Script((200, JSON, MESSAGE)), model="claude-3-5-sonnet-20241022")

    assert seen[0].filename == __file__


def test_an_active_model_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask(Script((200, JSON, MESSAGE)))


def test_what_the_api_would_refuse_is_an_error_before_anything_is_sent() -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(ValueError, match=r"temperature.*claude-opus-5-5.*Leave it out"):
        ask(script, "https://api.anthropic.com", model="claude-opus-5-5", temperature=0.5)

    assert not script.sent


def test_another_server_may_know_better_and_gets_it_with_a_warning() -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.warns(UserWarning, match="temperature"):
        ask(script, model="claude-opus-5-5", temperature=0.5)

    assert len(script.sent) == 1


def test_a_model_that_the_catalog_does_not_know_is_asked_as_it_is() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask(Script((200, JSON, MESSAGE)), model="claude-of-tomorrow", temperature=0.5)


def test_the_environment_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_ADVICE", "0")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask(Script((200, JSON, MESSAGE)), "https://api.anthropic.com", model="claude-opus-5-5", temperature=0.5)


def test_what_was_quiet_once_is_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("tercet.client.preflight._speak", lambda params, *rest: looked.append(params["model"]))
    script = Script((200, JSON, MESSAGE))

    for text in ("one", "two"):
        ask(script, messages=[{"role": "user", "content": text}])
    ask(script, temperature=0.1)

    assert looked == ["claude-sonnet-4-6", "claude-sonnet-4-6"]


def test_odd_values_do_not_break_it() -> None:
    ask(Script((200, JSON, MESSAGE)), thinking={"type": ["odd"]})


def test_the_error_can_be_caught_by_its_name() -> None:
    assert issubclass(tercet.RefusedParameterError, ValueError)
