"""One run: groups are written in order, twice-given results once; failures that are all alike end a job and mark nothing."""

import asyncio

import pytest

from tercet.toolkit.bulk.changes import RowSums
from tercet.toolkit.bulk.engine import ALIKE, AlikeFailures, JobRun
from tercet.toolkit.bulk.errors import JobStoppedError
from tercet.toolkit.bulk.items import ItemError, ItemResult
from tercet.toolkit.bulk.results import ItemMap, ResultLog, scan
from tercet.toolkit.bulk.ways import StopRequest


def failed(item, message="no", code=400, retryable=False, kind="BadRequestError"):
    return ItemResult(item=item, status="failed", error=ItemError(kind, message, code, retryable))


def ok(item):
    return ItemResult(item=item, status="ok", message={"id": f"m{item}"}, nano=1)


class Script:
    """A way that gives these groups."""

    def __init__(self, groups, then=None):
        self.groups, self.then = groups, then

    async def answer(self, requests, stop):
        for group in self.groups:
            yield group
        if self.then is not None:
            raise self.then


def drive(folder, groups, *, then=None, found=None, again=(), aside=()):
    found = found if found is not None else ItemMap()
    log = ResultLog(folder)

    async def go():
        run = JobRun(log, RowSums(folder), found, again=again)
        for each in aside:
            run.put_aside(each)
        await run.drive(Script(groups, then), iter(()), StopRequest())

    try:
        asyncio.run(go())
    finally:
        log.close()
    return found


def test_groups_are_written_as_they_come(tmp_path):
    drive(tmp_path, [[ok(1), ok(0)], [failed(2)]])
    found = scan(tmp_path)
    assert (found.count("ok"), found.count("failed"), found.nano) == (2, 1, 2)


def test_what_a_way_gives_twice_is_written_once(tmp_path):
    drive(tmp_path, [[ok(0), ok(0)], [ok(0)]])
    drive(tmp_path, [[ok(0), ok(1)]], found=scan(tmp_path))
    assert (tmp_path / "results-00000.log").read_bytes().count(b'{"item":0,') == 1
    assert scan(tmp_path).count() == 2


def test_what_is_asked_again_is_written_again_once(tmp_path):
    drive(tmp_path, [[ok(0), failed(1)]])
    drive(tmp_path, [[ok(1)], [ok(1)]], found=scan(tmp_path), again=[1])
    assert (tmp_path / "results-00000.log").read_bytes().count(b'{"item":1,') == 2
    assert scan(tmp_path).count("ok") == 2


def test_twenty_alike_failures_end_the_job_and_none_is_marked(tmp_path):
    cause = RuntimeError("x")
    alike = [failed(n, f"row {n} is wrong") for n in range(40)]
    for each in alike:
        each.raised = cause
    with pytest.raises(
        JobStoppedError, match=rf"{ALIKE} items of this run failed alike.*BadRequestError: row 19 is wrong"
    ) as told:
        drive(tmp_path, [alike[:12], alike[12:]])
    assert told.value.cause is cause
    assert scan(tmp_path).count() == 0


def test_rows_of_which_there_is_no_request_count_as_well(tmp_path):
    with pytest.raises(JobStoppedError, match="ask raised"):
        drive(
            tmp_path,
            [],
            aside=[failed(n, f"ask raised KeyError for row {n}", None, kind="UnusableRowError") for n in range(25)],
        )
    assert scan(tmp_path).count() == 0


def test_fewer_than_twenty_are_failures_like_others(tmp_path):
    drive(tmp_path, [[failed(n) for n in range(19)]])
    assert scan(tmp_path).count("failed") == 19


def test_failures_of_several_kinds_end_nothing(tmp_path):
    drive(tmp_path, [[failed(n, f"kind {'ab'[n // 15]}") for n in range(30)]])
    assert scan(tmp_path).count("failed") == 30


def test_once_something_was_answered_a_bad_stretch_of_rows_is_their_own_matter(tmp_path):
    drive(tmp_path, [[ok(0), *(failed(n) for n in range(1, 60))]])
    assert scan(tmp_path).count("failed") == 59


@pytest.mark.parametrize(
    "error",
    [
        {"code": 403, "kind": "PermissionDeniedError"},
        {"code": 400, "message": "Your credit balance is too low to access the API."},
        {"code": None, "retryable": True, "kind": "APIConnectionError"},
    ],
)
def test_what_is_no_items_matter_ends_it_later_as_well(tmp_path, error):
    with pytest.raises(JobStoppedError, match="20 items in a row failed alike"):
        drive(tmp_path, [[ok(0), *(failed(n, **error) for n in range(1, 60))]])
    assert (scan(tmp_path).count("ok"), scan(tmp_path).count("failed")) == (1, 0)


def test_failures_that_differ_or_that_an_answer_follows_are_released():
    alike = AlikeFailures()
    assert alike.pass_on([failed(0), failed(1)]) == []
    assert [each.item for each in alike.pass_on([failed(2, "other")])] == [0, 1]
    assert [each.item for each in alike.pass_on([ok(3)])] == [2, 3]
    assert alike.release() == []


def test_an_error_of_the_way_leaves_what_came_before(tmp_path):
    with pytest.raises(OSError, match="gone"):
        drive(tmp_path, [[ok(0)]], then=OSError("gone"))
    assert scan(tmp_path).count("ok") == 1


def test_hashes_of_rows_stand_before_results_of_them(tmp_path):
    order = []

    class Rows:
        def write(self):
            order.append(scan(tmp_path).count())

    async def go():
        log = ResultLog(tmp_path)
        await JobRun(log, Rows(), ItemMap()).drive(Script([[ok(0)], [ok(1)]]), iter(()), StopRequest())
        log.close()

    asyncio.run(go())
    assert order == [0, 1]
