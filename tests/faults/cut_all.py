"""Every cut, as a program: `python -m tests.faults.cut_all 0/2`. Prints one line for all that was right, one for each
that was not."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from tests.faults import cuts, limits

LONGEST = 30.0
"""Seconds for one cut."""


def main(shard: str) -> None:
    limits.listen_to_signals()
    number, of = (int(part) for part in shard.split("/"))
    loop, began, right = asyncio.new_event_loop(), time.perf_counter(), 0
    for index, case in enumerate(cuts.cases()):
        if index % of != number:
            continue
        name = " · ".join(map(str, case))
        try:
            with limits.limit(LONGEST, lambda name=name: name):
                problem = cuts.problem_of(*case, loop)
        except limits.HangError as hang:
            problem = str(hang)
        right += not problem
        if problem:
            told = {"name": name, "problems": [problem], "foreign": "escapes" in problem}
            print(json.dumps({**told, "silent": "success" in problem}))
    print(json.dumps({"name": "cuts", "cells": right, "problems": [], "seconds": time.perf_counter() - began}))
    loop.close()


if __name__ == "__main__":
    main(sys.argv[1])
