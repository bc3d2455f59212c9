"""Queries that users write: they may read this ledger, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tercet.toolkit.ledger.database import VIEWS
from tercet.toolkit.ledger.errors import LedgerError
from tercet.toolkit.ledger.rows import Rows

_MAY = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    getattr(sqlite3, "SQLITE_RECURSIVE", 33),
}
_THERE = f"There are the table calls and the views {', '.join(VIEWS)}."


def query_rows(connection: sqlite3.Connection, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Rows:
    """Return the rows of one query. Raises LedgerError for one that writes, opens another file, or is none."""
    if not isinstance(query, str):
        raise LedgerError(f"A query is a text of SQL, not {type(query).__name__}. {_THERE}")
    refused: list[int] = []

    def may(action: int, *about: object) -> int:
        if action in _MAY:
            return sqlite3.SQLITE_OK
        refused.append(action)
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(may)
    try:
        found = connection.execute(query, parameters)
        names = [each[0] for each in found.description or ()]
        return Rows([dict(zip(names, row, strict=True)) for row in found], list(dict.fromkeys(names)))
    except (sqlite3.Error, sqlite3.Warning, ValueError, TypeError) as error:
        if refused:
            raise LedgerError(f"A query may read the ledger, and change nothing: {query!r:.200}. {_THERE}") from None
        raise LedgerError(f"The query cannot be answered: {error}. {_THERE}") from None
    finally:
        connection.set_authorizer(None)
