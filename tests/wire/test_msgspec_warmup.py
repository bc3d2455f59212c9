"""Many threads decode a class that nobody has decoded before, in a process of its own: it used to crash, now and then."""

from __future__ import annotations

import subprocess
import sys

import pytest

MANY_FIRST = """
import sys, threading
sys.setswitchinterval(1e-6)
from tercet.catalog.models import find
ready = threading.Barrier(16)
found = []
def look():
    ready.wait()
    found.append(find("claude-sonnet-4-6").id)
threads = [threading.Thread(target=look) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(found == ["claude-sonnet-4-6"] * 16)
"""


@pytest.mark.slow
def test_threads_that_all_come_first_find_the_same() -> None:
    for _ in range(5):
        told = subprocess.run([sys.executable, "-c", MANY_FIRST], capture_output=True, text=True)

        assert (told.returncode, told.stdout.strip()) == (0, "True")
