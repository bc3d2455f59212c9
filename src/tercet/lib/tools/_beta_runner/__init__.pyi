# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.tools._beta_runner`."""

from tercet.tools.runner import (
    BetaAsyncStreamingToolRunner as BetaAsyncStreamingToolRunner,
    BetaAsyncToolRunner as BetaAsyncToolRunner,
    BetaStreamingToolRunner as BetaStreamingToolRunner,
    BetaToolRunner as BetaToolRunner,
)

__all__ = [
    "BetaAsyncStreamingToolRunner",
    "BetaAsyncToolRunner",
    "BetaStreamingToolRunner",
    "BetaToolRunner",
]
