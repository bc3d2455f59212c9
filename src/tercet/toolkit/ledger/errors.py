"""Errors of reading a ledger. Knows no file and no table."""

from __future__ import annotations

from tercet.wire.errors.tree import AnthropicError


class LedgerError(AnthropicError, ValueError):
    """A ledger that cannot be read or written, or a question that it cannot answer. Says what there is."""


class LedgerBusyError(LedgerError):
    """Somebody else held the ledger for longer than we wait."""
