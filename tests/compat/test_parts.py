"""Module paths of the official SDK that are not modules here: each leads to its class, and to what stands beside it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from tercet import types
from tercet.wire.model import flat_members


@pytest.mark.parametrize(
    ("path", "name", "holds"),
    [
        ("beta.beta_advisor_tool_result_block", "Content", types.beta.BetaAdvisorResultBlock),
        ("beta.beta_web_fetch_tool_result_block_param", "Caller", types.beta.BetaDirectCallerParam),
        ("tool_result_block_param", "Content", str),
        ("beta.beta_context_management_response", "AppliedEdit", types.beta.BetaClearToolUses20250919EditResponse),
        ("citations_delta", "Citation", types.CitationCharLocation),
    ],
)
def test_what_the_official_sdk_calls_a_part_of_a_class_is_the_type_of_its_field(
    path: str, name: str, holds: Any
) -> None:
    part = getattr(import_module(f"tercet.types.{path}"), name)

    assert part is not None
    assert holds in flat_members((part,))
    assert type(None) not in flat_members((part,))


def test_a_part_that_no_field_has_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="Mistake"):
        exec("from tercet.types.tool_result_block_param import Mistake")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("rate_limit_error", "RateLimitError"),
        ("cmek_key_disabled_error", "CMEKKeyDisabledError"),
        ("error_response", "ErrorResponse"),
    ],
)
def test_errors_have_a_module_each_below_shared(module: str, name: str) -> None:
    assert getattr(import_module(f"tercet.types.shared.{module}"), name) is getattr(types, name)
