"""The rows of the fault matrix that are played over sockets, and the cells that they make: row × surface × world × chunking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.faults import rows_body, rows_connect, rows_status, rows_stream
from tests.faults.row import Row

ROWS: list[Row] = [*rows_connect.ROWS, *rows_body.ROWS, *rows_status.ROWS, *rows_stream.ROWS]
WORLDS = ("blocking", "async")


class Cell(NamedTuple):
    """One run of one fault."""

    row: Row
    surface: str
    world: str
    chunking: str

    @property
    def name(self) -> str:
        return f"{self.row.number} {self.row.name} · {self.surface} · {self.world} · {self.chunking}"


def cells(rows: list[Row] = ROWS) -> Iterator[Cell]:
    """Every cell, in order."""
    for row in rows:
        for surface in row.on:
            for world in WORLDS:
                for chunking in row.chunkings:
                    yield Cell(row, surface, world, chunking)


def slice_of(rows: list[Row] = ROWS) -> list[Cell]:
    """A smaller set: every fault once, its surface, world and chunking in turn."""
    chosen = []
    for number, row in enumerate(rows):
        all_of = list(cells([row]))
        chosen.append(all_of[number * 7 % len(all_of)])
    return chosen
