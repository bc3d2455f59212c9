"""Options in groups and from files, against a small command of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from tercet.cli.options import BadValue, GroupedCommand, from_file, option, share


@click.command(cls=GroupedCommand)
@option("One", "--config", type=click.Path(), is_eager=True, expose_value=False, callback=from_file)
@option("One", "--port", default=1, type=click.IntRange(1, 9), help="A number.")
@option("Two", "--dry-run/--really", default=False, help="A flag.")
@option("Two", "--word", "words", multiple=True, help="Several.")
@option("One", "--share", type=share, help="A part.")
def command(**options: Any) -> dict[str, Any]:
    """Say the options."""
    return options


def asked(*arguments: str) -> Any:
    return command.main(list(arguments), standalone_mode=False)


def written(folder: Path, text: str) -> str:
    path = folder / "options.toml"
    path.write_text(text)
    return str(path)


def test_the_help_shows_options_by_their_groups(capsys: pytest.CaptureFixture[str]) -> None:
    asked("--help")
    lines = capsys.readouterr().out.splitlines()
    titles = [line for line in lines if line.endswith(":") and not line.startswith((" ", "Usage"))]
    assert titles == ["One:", "Two:", "Help:"]
    place = {word: next(n for n, line in enumerate(lines) if word in line) for word in ("--share", "--word", "Two:")}
    assert place["--share"] < place["Two:"] < place["--word"]
    assert "1<=x<=9" not in "".join(lines)


def test_a_file_speaks_where_the_command_line_is_silent(tmp_path: Path) -> None:
    path = written(tmp_path, "port = 5\ndry_run = true\nword = ['a', 'b']\nshare = '5%'")
    assert asked("--config", path) == {"port": 5, "dry_run": True, "words": ("a", "b"), "share": 0.05}
    assert asked("--config", path, "--port", "6", "--really", "--word", "c")["port"] == 6
    assert asked("--config", path, "--really")["dry_run"] is False
    assert asked("--config", path, "--word", "c")["words"] == ("c",)


def test_one_value_is_enough_where_several_may_stand(tmp_path: Path) -> None:
    assert asked("--config", written(tmp_path, "word = 'alone'"))["words"] == ("alone",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 5", "holds 'prot'; known are dry-run, port, share, word"),
        ("config = 'other.toml'", "holds 'config'"),
        ("[port]\nx = 1", "holds 'port'"),
        ("port = [1]", "port is a list; one value is expected"),
        ("port = true", "port is True; a value is expected"),
        ("dry-run = 1", "dry-run is 1; true or false is expected"),
        ("port = ", "cannot be read as TOML"),
    ],
)
def test_a_file_that_means_nothing_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadValue, match=said.replace("[", r"\[")) as refused:
        asked("--config", written(tmp_path, text))
    assert refused.value.exit_code == 2


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "options.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadValue, match="cannot be read"):
        asked("--config", str(path))


def test_values_of_a_file_are_checked_like_those_of_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter, match="12 is not in the range"):
        asked("--config", written(tmp_path, "port = 12"))


@pytest.mark.parametrize(
    ("text", "share"), [("5%", 0.05), ("0.05", 0.05), ("100%", 1.0), ("0", 0.0), (" 2.5 %", 0.025)]
)
def test_a_share_is_a_percentage_or_a_fraction(text: str, share: float) -> None:
    assert asked("--share", text)["share"] == pytest.approx(share)


@pytest.mark.parametrize("text", ["5 of 100", "101%", "1.1", "-1%", "nan", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is no share; write 5% or 0\.05"):
        asked("--share", text)
