"""Points in time are datetimes to programs and text in the JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tercet.wire.responses.batches import MessageBatch


def test_a_time_reads_as_a_datetime_with_a_zone() -> None:
    batch = MessageBatch({"created_at": "2026-11-20T10:00:00.100435Z"})

    assert datetime(2026, 11, 20, 10, 0, 0, 100435, tzinfo=UTC) == batch.created_at


def test_the_json_keeps_its_text() -> None:
    batch = MessageBatch({"created_at": "2026-11-20T10:00:00Z"})
    assert batch.created_at.tzinfo is not None

    assert batch.to_dict() == {"created_at": "2026-11-20T10:00:00Z"}


def test_times_that_have_not_come_are_none_where_they_may_be() -> None:
    assert MessageBatch({"ended_at": None}).ended_at is None
    assert MessageBatch({}).ended_at is None


def test_a_required_time_that_is_absent_reads_as_none() -> None:
    assert MessageBatch({}).created_at is None


@pytest.mark.parametrize("odd", ["soon", "", 1_700_000_000, ["2026"], "2026-13-45T99:00:00Z"])
def test_a_time_that_cannot_be_read_comes_back_as_it_is(odd: object) -> None:
    assert odd == MessageBatch({"created_at": odd}).created_at


def test_a_datetime_can_be_assigned_and_is_written_as_text() -> None:
    batch = MessageBatch({})
    batch.ended_at = datetime(2026, 11, 20, tzinfo=UTC)

    assert batch == {"ended_at": "2026-11-20T00:00:00+00:00"}
    assert datetime(2026, 11, 20, tzinfo=UTC) == batch.ended_at
