"""A scripted change is made where its anchor stands, and says so where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    import house_changes

    monkeypatch.setattr(house_changes, "COPIED", ())
    room = tmp_path / "src" / "tercet" / "wire"
    room.mkdir(parents=True)
    (room / "a.py").write_text("X = 1\nY = 1\n")
    (room / "b.py").write_text("X = 1\n")
    return house_changes.Scratch(tmp_path)


def test_text_is_put_where_the_anchor_stands_and_the_file_is_counted(scratch: Any, tmp_path: Path) -> None:
    scratch.before("wire", "Y = 1\n", "Z = 2\n")
    scratch.after("wire", "Y = 1\n", "Z = 3\n")

    assert (tmp_path / "src/tercet/wire/a.py").read_text() == "X = 1\nZ = 2\nY = 1\nZ = 3\n"
    assert dict(scratch.touched) == {"src/tercet/wire/a.py": 2}


@pytest.mark.parametrize(
    ("anchor", "where"),
    [
        ("W = 1", "stands nowhere"),
        ("X = 1", r"stands src/tercet/wire/a\.py \(1 times\), src/tercet/wire/b\.py \(1 times\)"),
    ],
)
def test_an_anchor_that_is_gone_or_not_alone_is_named(scratch: Any, anchor: str, where: str) -> None:
    with pytest.raises(Exception, match=rf"src/tercet/wire: '{anchor}' must stand there once, and {where}"):
        scratch.after("wire", anchor, "")


def test_a_file_that_is_there_already_is_not_made_again(scratch: Any) -> None:
    with pytest.raises(Exception, match="exists already"):
        scratch.create("src/tercet/wire/a.py", "")


def test_a_test_that_is_gone_is_named(scratch: Any) -> None:
    with pytest.raises(Exception, match=r"tests/wire/test_gone\.py: no such test any more"):
        scratch.tests(["tests/wire/test_gone.py"])
