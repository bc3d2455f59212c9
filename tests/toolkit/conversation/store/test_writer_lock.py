"""One writer at a time, however writers end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tercet.toolkit.conversation.store.writer_lock import WriterLock

HOLDS = """
import sys, time
from tercet.toolkit.conversation.store.writer_lock import WriterLock
lock = WriterLock(sys.argv[1])
assert lock.take(time.monotonic())
print("held", flush=True)
sys.stdin.read()
"""


def test_one_has_it_and_the_other_waits_as_long_as_it_says(tmp_path: Path) -> None:
    one, two = WriterLock(str(tmp_path / "a.db")), WriterLock(str(tmp_path / "a.db"))
    assert one.take(time.monotonic())
    assert not two.take(time.monotonic())
    one.give()
    assert two.take(time.monotonic())
    two.drop()
    assert one.take(time.monotonic())


def test_a_lock_file_that_was_removed_is_made_anew_for_all(tmp_path: Path) -> None:
    one, two = WriterLock(str(tmp_path / "a.db")), WriterLock(str(tmp_path / "a.db"))
    assert one.take(time.monotonic())
    one.give()
    os.unlink(one.path)
    assert two.take(time.monotonic())
    assert not one.take(time.monotonic())


def test_a_process_that_is_killed_holds_nothing_any_more(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOLDS, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = WriterLock(path)
        assert not lock.take(time.monotonic())
        holder.kill()
        holder.wait()
        assert lock.take(time.monotonic() + 5)
