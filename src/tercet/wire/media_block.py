"""A content block made of a file: the dict that is sent, and beside it what is known of the file."""

from __future__ import annotations

from typing import Any


class MediaBlock(dict[str, Any]):
    """An image or a document as a content block: a dict like any other, which also tells what it costs.

    What it tells belongs to the content that it was made with, and is not sent.
    """

    _tokens: int | None = None

    @property
    def tokens(self) -> int | None:
        """Return the input tokens that the block costs; None where nobody can say before the API has seen it."""
        return self._tokens
