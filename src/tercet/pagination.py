"""The pages that `list()` methods return, under the names that code imports for annotations."""

from __future__ import annotations

from tercet.client.nouns.pages import (
    AsyncBidirectionalPageCursor,
    AsyncPage,
    AsyncPageCursor,
    AsyncReportPageCursor,
    AsyncTokenPage,
    SyncBidirectionalPageCursor,
    SyncPage,
    SyncPageCursor,
    SyncReportPageCursor,
    SyncTokenPage,
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
