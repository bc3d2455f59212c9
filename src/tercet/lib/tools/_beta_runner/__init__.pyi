# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.tools._beta_runner`."""

from tercet.client.resources.tool_runners import (
    BetaAsyncStreamingToolRunner as BetaAsyncStreamingToolRunner,
    BetaStreamingToolRunner as BetaStreamingToolRunner,
)
from tercet.tools.runner import (
    BetaAsyncToolRunner as BetaAsyncToolRunner,
    BetaToolRunner as BetaToolRunner,
)

__all__ = [
    "BetaAsyncStreamingToolRunner",
    "BetaAsyncToolRunner",
    "BetaStreamingToolRunner",
    "BetaToolRunner",
]
