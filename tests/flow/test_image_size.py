"""What an image costs is what the local API bills, and what the published table says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tercet.catalog.facts import ImageTier
from tercet.flow.image_size import MOST_SEEN, fitting_size, image_tokens_of, patches, seen_by
from tercet.server.accounting import images

STANDARD, HIGH = "claude-sonnet-4-6", "claude-opus-4-8"
SIDES = st.integers(1, 8000)


@pytest.mark.parametrize(
    ("size", "standard", "high"),
    [
        ((200, 200), 64, 64),
        ((1000, 1000), 1296, 1296),
        ((1092, 1092), 1521, 1521),
        ((1920, 1080), 1560, 2691),
        ((2000, 1500), 1564, 3888),
        ((3840, 2160), 1560, 4784),
        ((1, 1), 1, 1),
    ],
)
def test_tokens_are_those_of_the_published_table(size: tuple[int, int], standard: int, high: int) -> None:
    assert (image_tokens_of(size, STANDARD), image_tokens_of(size, HIGH)) == (standard, high)


@given(st.tuples(SIDES, SIDES), st.sampled_from([STANDARD, HIGH]))
@example((8000, 1), STANDARD)
@example((1, 8000), HIGH)
def test_tokens_and_size_are_those_of_the_local_api(size: tuple[int, int], model: str) -> None:
    tier = seen_by(model)
    assert fitting_size(size, tier) == images.fit(*size, tier.edge, tier.tokens)
    assert image_tokens_of(size, model) == images.image_tokens(*size, high_resolution=model == HIGH)


@pytest.mark.slow
@pytest.mark.parametrize("model", [STANDARD, HIGH])
def test_tokens_are_those_of_the_local_api_in_steps_of_seven_pixels(model: str) -> None:
    """From 1 x 1 to 8000 x 8000; each width is tried with every seventh height, widths side by side with other ones."""
    tier, high = seen_by(model), model == HIGH
    wrong = [
        (width, height)
        for width in range(1, 8001, 7)
        for height in range(1 + width % 7 * 7, 8001, 49)
        if patches(fitting_size((width, height), tier)) != images.image_tokens(width, height, high_resolution=high)
    ]
    assert wrong == []


@given(st.tuples(SIDES, SIDES), st.integers(1, 4784))
def test_what_fits_costs_no_more_than_was_asked_and_is_reduced_no_further(size: tuple[int, int], tokens: int) -> None:
    tier = ImageTier(edge=MOST_SEEN.edge, tokens=tokens)
    fitted = fitting_size(size, tier)
    assert patches(fitted) <= tokens
    assert max(fitted) <= max(size)
    assert fitting_size(fitted, tier) == fitted


def test_a_model_that_is_not_known_sees_as_much_as_any() -> None:
    assert seen_by(None) == seen_by("nobody-knows-1") == seen_by(HIGH) == MOST_SEEN
