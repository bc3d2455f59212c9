"""A credential shows itself only when asked by name."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest

from tercet.wire.secret import Secret

KEY = "sk-ant-canary-0123456789abcdef"


def test_it_can_be_revealed() -> None:
    assert Secret(KEY, "api_key").reveal() == KEY


def test_no_repr_no_vars_no_pickle_holds_it() -> None:
    secret = Secret(KEY, "api_key")

    shown = f"{secret!r} {secret!s} {vars(type(secret))} {pickle.dumps(secret)!r} {copy.copy([secret])!r}"

    assert "canary" not in shown


def test_a_traceback_with_locals_does_not_hold_it() -> None:
    def fail(secret: Secret) -> None:
        raise ValueError(secret)

    with pytest.raises(ValueError) as caught:
        fail(Secret(KEY, "api_key"))
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

    assert "canary" not in "".join(line for frame in frames.stack if frame.name == "fail" for line in str(frame.locals))


@pytest.mark.parametrize("value", ["", "   ", "a\nb", "a\rb", "a\0b", "ключ", "a\x7fb"])
def test_what_no_header_may_hold_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        Secret(value, "api_key")

    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize("value", [5, b"key", ["key"]])
def test_only_text_is_a_credential(value: Any) -> None:
    with pytest.raises(TypeError, match="api_key must be a string"):
        Secret(value, "api_key")
