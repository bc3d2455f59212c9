"""A job's folder: one runner, whoever died before; newer and foreign ones are refused and left alone."""

import os
import subprocess
import sys

import pytest

from tercet.toolkit.bulk.errors import BulkError, JobBusyError
from tercet.toolkit.bulk.folder import JobFolder, JobRecord

HOLD = """
import sys
from tercet.toolkit.bulk.folder import JobFolder
with JobFolder(sys.argv[1]).running():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_made_and_found_again(tmp_path):
    with JobFolder(tmp_path / "out.job").running() as made:
        made.source = {"rows": 3}
        JobFolder(tmp_path / "out.job").write(made)

    with JobFolder(tmp_path / "out.job").running() as found:
        assert (found.nonce, found.source) == (made.nonce, {"rows": 3})
    assert os.stat(tmp_path / "out.job").st_mode & 0o777 == 0o700


def test_a_second_runner_is_told_who_is_there(tmp_path):
    with JobFolder(tmp_path / "j").running(), pytest.raises(JobBusyError, match=f"pid {os.getpid()}, since") as told:
        JobFolder(tmp_path / "j").running().__enter__()
    assert told.value.exit_code == 75


def test_a_runner_that_was_killed_is_taken_over(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "j")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(JobBusyError, match=f"pid {other.pid}"):
            JobFolder(tmp_path / "j").running().__enter__()
        other.kill()
        other.wait()
        with JobFolder(tmp_path / "j").running() as record:
            assert record.tercet_bulk == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"tercet_bulk": 2, "shape": "unknown"}', "newer Tercet: its form is 2"),
        ('{"name": "x"}', "no job of Tercet"),
        ("[1]", "no job of Tercet"),
        ('{"tercet_bulk": 1, "nonce": 5}', "no job of Tercet"),
        ("\x00", "no job of Tercet"),
        ('{"tercet_bulk": true}', "no job of Tercet"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_alone(tmp_path, content, said):
    (tmp_path / "job.json").write_text(content)
    with pytest.raises(BulkError, match=said):
        JobFolder(tmp_path).running().__enter__()
    assert [each.name for each in tmp_path.iterdir()] == ["job.json"]


def test_a_folder_of_other_things_is_no_jobs_folder(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"")
    with pytest.raises(BulkError, match=r"holds 'photos.zip' and no job.json"):
        JobFolder(tmp_path).running().__enter__()


def test_a_file_cannot_be_the_folder(tmp_path):
    (tmp_path / "j").write_text("x")
    with pytest.raises(BulkError, match="cannot be the job's folder"):
        JobFolder(tmp_path / "j").running().__enter__()


def test_a_folder_that_is_not_there_has_no_record(tmp_path):
    assert JobFolder(tmp_path / "none").record() is None


def test_the_database_is_made_once_and_another_programs_is_left_alone(tmp_path):
    folder = JobFolder(tmp_path)
    with folder.database() as database:
        database.execute("insert into facts values ('a', '1')")
    with folder.database() as database:
        assert database.execute("select value from facts").fetchall() == [("1",)]
        database.execute("pragma application_id = 5")
    with pytest.raises(BulkError, match="another program"), folder.database():
        pass


def test_a_record_begins_with_a_nonce_of_eight_characters():
    one, other = JobRecord(), JobRecord()
    assert len(one.nonce) == 8
    assert one.nonce != other.nonce
