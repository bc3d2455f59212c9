"""The spellings of model ids on other platforms."""

from __future__ import annotations

import pytest

from tercet.catalog import all_models, find, model_ids
from tercet.catalog.models import bedrock_id, vertex_id


@pytest.mark.parametrize(
    ("spelling", "model"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-opus-4-1", "claude-opus-4-1-20250805"),
        ("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219"),
        ("anthropic.claude-haiku-5-5", "claude-haiku-5-5"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("us-gov.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"),
        ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("anthropic.claude-3-sonnet-20240229-v1:0:200k", "claude-3-sonnet-20240229"),
        ("eu.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022"),
        ("eu.anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet-20240620"),
        ("anthropic.claude-v2:1", "claude-2.1"),
        ("anthropic.claude-instant-v1", "claude-instant-1.2"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5-20251101"),
        ("claude-opus-4-6@default", "claude-opus-4-6"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022"),
        ("publishers/anthropic/models/claude-opus-4-8", "claude-opus-4-8"),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "claude-3-haiku-20240307",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
            "claude-opus-4-6",
        ),
    ],
)
def test_an_id_in_any_spelling_names_its_model(spelling: str, model: str) -> None:
    found = find(spelling)
    assert found is not None
    assert model == found.id


@pytest.mark.parametrize("unknown", ["", "gpt-4o", "claude", "claude-opus", "anthropic.", "@", "x" * 1_000_000])
def test_an_id_that_names_no_model_finds_none(unknown: str) -> None:
    assert find(unknown) is None


def test_an_application_inference_profile_needs_a_hint() -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
    assert find(arn) is None
    hinted = find(arn, hint="claude-sonnet-4-6")
    assert hinted is not None
    assert hinted.id == "claude-sonnet-4-6"


def test_every_model_is_found_by_the_platform_ids_that_we_make() -> None:
    for facts in all_models():
        assert facts == find(bedrock_id(facts)), facts.id
        assert facts == find(vertex_id(facts)), facts.id


def test_the_date_of_an_id_moves_to_where_the_platform_has_it() -> None:
    assert model_ids.bedrock_id("claude-haiku-4-5-20251001") == "anthropic.claude-haiku-4-5-20251001-v1:0"
    assert model_ids.vertex_id("claude-haiku-4-5-20251001") == "claude-haiku-4-5@20251001"
    assert model_ids.vertex_id("claude-opus-5") == "claude-opus-5"
