"""Progress: a bar on a terminal that is as wide as it, lines elsewhere, nothing where it is not wanted."""

import io

from tercet.toolkit.bulk.items import CODES
from tercet.toolkit.bulk.progress import Progress
from tercet.toolkit.bulk.results import ItemMap


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def found(ok, failed=0, nano=0):
    held = ItemMap()
    for item in range(ok):
        held.add(item, CODES["ok"], 0)
    for item in range(ok, ok + failed):
        held.add(item, CODES["failed"], 0)
    held.nano = nano
    return held


def shown(file, total, *steps, **options):
    clock = Clock()
    progress = Progress("out.csv", file=file, clock=clock, **options)
    progress.total = total
    progress.begin(found(0))
    for seconds, held, last in steps:
        clock.now += seconds
        progress.show(held, last=last)
    return file.getvalue()


def test_lines_come_every_ten_seconds_and_at_the_end():
    said = shown(io.StringIO(), 100, (5, found(10), False), (5, found(20, 2, 1_500_000), False), (1, found(22), False), (1, found(100), True))  # fmt: skip
    assert said.splitlines() == [
        "out.csv: 22 of 100 (22 %)  2.2/s  $0.0015  2 failed  35 s left",
        "out.csv: 100 of 100 (100 %)  8.3/s  $0.0000",
    ]


def test_a_bar_is_drawn_over_itself_and_fits_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = shown(
        Terminal(), 100, (1, found(10), False), (0.1, found(11), False), (1, found(50), False), (1, found(100), True)
    )
    bars = said.replace("\r\x1b[K", "\n").splitlines()
    assert [bar.count("━") for bar in bars] == [3, 15, 30]
    assert all(len(bar) < 80 for bar in bars)
    assert said.endswith("\n")


def test_a_narrow_terminal_has_the_words_alone(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    said = shown(Terminal(), 100, (1, found(10), True))
    assert said.strip() == "10 of 100 (10 %)  1"


def test_without_a_total_there_is_no_share_and_no_end():
    assert shown(io.StringIO(), None, (20, found(40), True)) == "out.csv: 40  2.0/s  $0.0000\n"


def test_long_times_are_told_in_minutes_and_hours():
    assert "17 min left" in shown(io.StringIO(), 1010, (10, found(10), True))
    assert "2.8 h left" in shown(io.StringIO(), 10_010, (10, found(10), True))


def test_what_is_not_shown_says_nothing():
    assert shown(io.StringIO(), 10, (20, found(5), True), shown=False) == ""


def test_a_resumed_run_has_the_speed_of_this_run():
    clock = Clock()
    progress = Progress("x", file=io.StringIO(), clock=clock)
    progress.begin(found(90))
    clock.now += 10
    assert "1.0/s" in progress.sentence(found(100), clock.now)


def test_a_note_stays_above_the_bar(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    file = Terminal()
    progress = Progress("x", file=file, clock=Clock())
    progress.total = 10
    progress.show(found(5), last=False)
    progress.note("Finishing.")
    assert "Finishing.\n" in file.getvalue()
