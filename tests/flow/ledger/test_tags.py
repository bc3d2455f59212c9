"""Tags of calls: whose they are, where they hold, and what is refused."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

from tercet.flow.daemon_threads import run_in_daemon_thread, run_in_daemon_threads
from tercet.flow.ledger import tags as module
from tercet.flow.ledger.tags import SplitTags, tagged


def current_tags(own: dict[str, str | int] | None) -> Any:
    """Return the tags that a call made here would have."""
    found = module.current_tags(None if own is None else SplitTags(own))
    return None if found is None else found.all


def test_inner_blocks_add_to_outer_ones_and_none_takes_away() -> None:
    with tagged(user="u1", job="nightly"):
        with tagged(user="u2", team=3), tagged(job=None):
            assert current_tags({"app": "x"}) == {"app": "x", "user": "u2", "team": "3"}
        assert current_tags(None) == {"user": "u1", "job": "nightly"}
    assert current_tags(None) is None


def test_one_object_may_be_entered_again() -> None:
    block = tagged(user="u1")
    with block, block:
        assert current_tags(None) == {"user": "u1"}
    assert current_tags(None) is None


def test_tasks_to_thread_and_threads_of_ours_inherit_tags_and_pools_of_others_do_not() -> None:
    def here() -> Any:
        return current_tags(None)

    async def main() -> list[Any]:
        with tagged(user="u1"):
            task = asyncio.ensure_future(asyncio.sleep(0, None))
            found = [await asyncio.to_thread(here), await run_in_daemon_thread(here)]
            await task
            return [*found, *await asyncio.to_thread(run_in_daemon_threads, [here, here], 2)]

    assert asyncio.run(main()) == [{"user": "u1"}] * 4
    with tagged(user="u1"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(here).result() is None
        assert pool.submit(copy_context().run, here).result() == {"user": "u1"}


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"": "x"}, "name"),
        ({"a\nb": "x"}, "name"),
        ({"a": "x" * 257}, "at most 256"),
        ({"a": "x\0"}, "at most 256"),
        ({"a": "\ud800"}, "at most 256"),
        ({f"t{number}": "x" for number in range(33)}, "32 tags"),
    ],
)
def test_what_no_line_could_hold_is_refused(tags: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tagged(**tags)
