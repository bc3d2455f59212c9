# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.pagination`."""

from tercet.client.resources.pages import (
    AsyncBidirectionalPageCursor as AsyncBidirectionalPageCursor,
    AsyncPage as AsyncPage,
    AsyncPageCursor as AsyncPageCursor,
    AsyncReportPageCursor as AsyncReportPageCursor,
    AsyncTokenPage as AsyncTokenPage,
    SyncBidirectionalPageCursor as SyncBidirectionalPageCursor,
    SyncPage as SyncPage,
    SyncPageCursor as SyncPageCursor,
    SyncReportPageCursor as SyncReportPageCursor,
    SyncTokenPage as SyncTokenPage,
)

__all__ = [
    "AsyncBidirectionalPageCursor",
    "AsyncPage",
    "AsyncPageCursor",
    "AsyncReportPageCursor",
    "AsyncTokenPage",
    "SyncBidirectionalPageCursor",
    "SyncPage",
    "SyncPageCursor",
    "SyncReportPageCursor",
    "SyncTokenPage",
]
