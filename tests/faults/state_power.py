"""Row 131 on a budget's file: the power fails after any write, and what was not synchronised is lost, in part, or torn.

A model of a disk is played from what `strace` saw: of each file the bytes that are safe, and the writes that came after.
"""

from __future__ import annotations

import ast
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.children import can_trace, traced
from tests.faults.held import ACCOUNT, COST, File
from tests.faults.server import FaultServer

from tercet.flow.budget import Account, Amount
from tercet.wire.errors.limits import SharedStateError

Problems = Iterator[tuple[str, list[str]]]
SECTOR = 512
SEEN = re.compile(r"(?:\[pid +\d+\] )?(pwrite64|ftruncate|fdatasync|fsync|write)\(\d+<([^>]*)>(?:, (.*))?\) += ")
TRANSACTIONS = 5


@dataclass
class OnDisk:
    """One file: what is safe, and what was written since."""

    safe: bytes = b""
    since: list[tuple[str, int, bytes]] = field(default_factory=list)

    def after(self, chosen: list[tuple[str, int, bytes]]) -> bytes:
        """The file if these of the writes reached the disk."""
        data = bytearray(self.safe)
        for kind, at, written in chosen:
            if kind == "cut":
                del data[at:]
            else:
                data.extend(bytes(max(0, at + len(written) - len(data))))
                data[at : at + len(written)] = written
        return bytes(data)

    def lost(self, dice: random.Random) -> bytes:
        """The file after the power failed: some of the writes reached the disk, in pieces of a sector."""
        return self.after([part for each in self.since for part in _sectors(each) if dice.random() < 0.5])

    def synchronise(self) -> None:
        """Everything that was written is safe."""
        self.safe, self.since = self.after(self.since), []


def _sectors(each: tuple[str, int, bytes]) -> list[tuple[str, int, bytes]]:
    kind, at, written = each
    if kind == "cut":
        return [each]
    return [(kind, at + start, written[start : start + SECTOR]) for start in range(0, len(written), SECTOR)]


def power(server: FaultServer, place: File, *, tries: int = 12) -> Problems:
    """131: what was acknowledged is there after the power failed at any moment."""
    if not can_trace():
        return
    path, acknowledgements = place.path.with_name("power.db"), place.path.with_name("acknowledged")
    options = ["-y", "-xx", "-s", "100000", "-e", "trace=pwrite64,ftruncate,fdatasync,fsync,write"]
    _, trace = traced(lambda: _transactions(path, acknowledgements), options)
    dice, moments, problems = random.Random(131), 0, []
    disk = {name: OnDisk() for name in (str(path), f"{path}-journal")}
    acknowledged = 0
    for name, call, rest in _calls(trace):
        if name == str(acknowledgements):
            acknowledged += 1
        elif name in disk:
            _take(disk[name], call, rest)
        if name != str(acknowledgements) and name not in disk:
            continue
        moments += 1
        for number in range(tries):
            left = {name: each.safe if number == 0 else each.lost(dice) for name, each in disk.items()}
            problems += [f"at moment {moments}: {each}" for each in _after_the_loss(path, left, acknowledged)]
    if acknowledged != TRANSACTIONS:
        problems.append(f"{acknowledged} of {TRANSACTIONS} transactions were seen")
    yield f"131 the power fails at {moments} moments, in {tries} ways", problems


def _transactions(path: Path, acknowledgements: Path) -> None:
    told = os.open(acknowledgements, os.O_WRONLY | os.O_CREAT)
    store = File(path).store()
    for number in range(1, TRANSACTIONS + 1):
        spent = Amount(number * COST, number)
        store.update(ACCOUNT, Account, lambda found, spent=spent: setattr(found, "spent", spent))
        os.write(told, b"%d" % number)


def _calls(trace: str) -> Iterator[tuple[str, str, str]]:
    """(path, system call, the rest of its arguments), in order."""
    for line in trace.splitlines():
        if found := SEEN.match(line):
            yield _text(found[2]).decode(), found[1], found[3] or ""


def _text(quoted: str) -> bytes:
    value: bytes = ast.literal_eval(f'b"{quoted}"')
    return value


def _take(file: OnDisk, call: str, rest: str) -> None:
    if call in ("fdatasync", "fsync"):
        file.synchronise()
    elif call == "ftruncate":
        file.since.append(("cut", int(rest), b""))
    else:
        text, _, numbers = rest.rpartition('", ')
        file.since.append(("write", int(numbers.split(", ")[1]), _text(text.removeprefix('"'))))


def _after_the_loss(path: Path, left: dict[str, bytes], acknowledged: int) -> list[str]:
    for name, data in left.items():
        Path(name).write_bytes(data)
    store = File(path).store()
    try:
        found = store.update(ACCOUNT, Account, lambda found: found.spent.tokens)
    except SharedStateError as error:
        return [f"{acknowledged} were acknowledged: {error}"] if acknowledged else []
    finally:
        store.close()
    lost = acknowledged <= found <= acknowledged + 1
    return [f"{found} are booked, {acknowledged} were acknowledged"] * (not lost) + File(path).damage()


CHECKS = (power,)
