"""The size to which the API reduces an image before the model sees it, and what that costs in tokens: the client's own
reckoning of the published rule. The local API has its own, so that neither mistake hides in the other's.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TypeAlias

from tercet.catalog.facts import ImageTier
from tercet.catalog.models import find, image_tier

PATCH = 28
"""One token for each square of this many pixels a side, begun ones counted whole."""
MOST_SEEN = ImageTier(edge=2576, tokens=4784)
"""The most that any model sees: holds for models that are not known, and where none is named."""
Size: TypeAlias = tuple[int, int]


def seen_by(model: str | None) -> ImageTier:
    """Return how much of an image this model sees."""
    facts = find(model) if model else None
    return (image_tier(facts) if facts else None) or MOST_SEEN


def patches(size: Size) -> int:
    """Return the tokens of an image that is not reduced any more."""
    return -(-size[0] // PATCH) * -(-size[1] // PATCH)


@lru_cache(maxsize=4096)
def fitting_size(size: Size, tier: ImageTier) -> Size:
    """Return the size that the model sees: the largest of the same shape within the tier's edge and tokens."""
    long, short = max(size), min(size)
    if not _exceeds(long, short, tier):
        return size
    shape = long / short
    # The first length that is too long follows the last that fits; a single pixel always does.
    long = max(1, bisect_left(range(1, long), True, key=lambda edge: _exceeds(edge, _short(edge, shape), tier)))
    short = _short(long, shape)
    return (short, long) if size[1] > size[0] else (long, short)


def _short(long: int, shape: float) -> int:
    return max(round(long / shape), 1)


def _exceeds(long: int, short: int, tier: ImageTier) -> bool:
    return -(-long // PATCH) * PATCH > tier.edge or patches((long, short)) > tier.tokens


def image_tokens_of(size: Size, model: str | None = None) -> int:
    """Return what an image of this size costs in tokens, as this model sees it."""
    return patches(fitting_size(size, seen_by(model)))
