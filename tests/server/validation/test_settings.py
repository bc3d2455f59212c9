"""What holds among the top-level settings, by model."""

from __future__ import annotations

import pytest

from tercet.catalog import models
from tercet.server.errors import HTTPError
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.settings import check_settings

RETIRED, CURRENT = "claude-3-5-sonnet-20241022", "claude-haiku-4-5"


def subject(model: str, max_tokens: int, *, strict: bool = False) -> ValidationContext:
    request = {"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": "Hello"}]}
    return ValidationContext(request, model, models.find(model), strict=strict)


def test_a_lenient_server_lets_a_retired_model_write_more_than_it_could_and_says_so() -> None:
    asked = subject(RETIRED, 16_000)

    check_settings(asked)

    assert asked.warnings == [
        f"max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for {RETIRED}"
    ]


@pytest.mark.parametrize(("model", "strict"), [(RETIRED, True), (CURRENT, False), (CURRENT, True)])
def test_every_other_request_for_too_many_tokens_is_refused(model: str, strict: bool) -> None:
    with pytest.raises(HTTPError) as raised:
        check_settings(subject(model, 1_000_000, strict=strict))

    assert str(raised.value).startswith("max_tokens: 1000000 > ")
