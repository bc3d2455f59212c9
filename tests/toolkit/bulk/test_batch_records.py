"""The rows that tell of batches: an intent before anything is sent, each change on the disk, the next try in one commit."""

from tercet.toolkit.bulk.batch_records import BatchRecords
from tercet.toolkit.bulk.folder import JobFolder


def opened(tmp_path):
    folder = JobFolder(tmp_path)
    return folder.database()


def intended(records, shard=0, attempt=1, **more):
    return records.intend(shard, attempt, "3f2a9c10", 7, 70, b"d" * 32, **more)


def test_an_intent_is_found_by_whoever_opens_the_folder_next(tmp_path):
    with opened(tmp_path) as connection:
        row = intended(BatchRecords(connection))
    with opened(tmp_path) as connection:
        records = BatchRecords(connection)
        assert records.unread() == [row]
        assert (row.state, row.id, row.path(tmp_path).name) == ("intent", None, "shard-00000-1.json")
        assert records.next_shard() == 1


def test_a_row_remembers_its_batch_and_its_end(tmp_path):
    with opened(tmp_path) as connection:
        records = BatchRecords(connection)
        row = intended(records)
        records.record(row, "sent", "msgbatch_1")
        records.record(row, "ended")
        assert records.owned() == {"msgbatch_1"}
        assert [each.state for each in records.unread()] == ["ended"]
        records.record(row, "read")
        assert records.unread() == []
        assert records.answered_tries(0) == 1


def test_the_next_try_takes_the_place_of_the_one_before_in_one_commit(tmp_path):
    with opened(tmp_path) as connection:
        records = BatchRecords(connection)
        row = intended(records)
        row.state = "lost"
        following = intended(records, attempt=2, instead=row)
        assert records.unread() == [following]
        assert [each.state for each in records.all()] == ["lost", "intent"]
        assert records.answered_tries(0) == 0


def test_betas_are_gathered_for_all_bodies_of_a_job(tmp_path):
    with opened(tmp_path) as connection:
        records = BatchRecords(connection)
        records.add_betas(["a-1"])
        records.add_betas(["b-2", "a-1"])
    with opened(tmp_path) as connection:
        assert BatchRecords(connection).betas() == ["a-1", "b-2"]
