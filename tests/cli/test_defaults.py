"""Who says which model is asked, and how long its answers may be: the first of five wins, and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tercet.cli.defaults import FALLBACKS, setting, user_file
from tercet.cli.options import BadValue


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project").mkdir()
    for name in ("TERCET_MODEL", "TERCET_MAX_TOKENS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def test_each_source_wins_over_the_next(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert setting("model") == (FALLBACKS["model"], "the default")

    user_file().parent.mkdir(parents=True)
    user_file().write_text('[defaults]\nmodel = "of-user"\nmax_tokens = 5\n')
    assert setting("model") == ("of-user", str(user_file()))

    (project / "tercet.toml").write_text('[defaults]\nmodel = "of-project"\n')
    assert setting("model") == ("of-project", str(project / "tercet.toml"))
    assert setting("max_tokens") == (5, str(user_file()))

    monkeypatch.setenv("TERCET_MODEL", "of-environment")
    monkeypatch.setenv("TERCET_MAX_TOKENS", "6")
    assert setting("model") == ("of-environment", "TERCET_MODEL")
    assert setting("max_tokens") == (6, "TERCET_MAX_TOKENS")

    assert setting("model", "of-flag") == ("of-flag", "--model")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("[defaults]\nmodel = 5\n", "model", "must be a text"),
        ('[defaults]\nmodel = ""\n', "model", "must be a text"),
        ("[defaults]\nmax_tokens = true\n", "max_tokens", "whole number above 0"),
        ("[defaults]\nmax_tokens = 0\n", "max_tokens", "whole number above 0"),
        ('[defaults]\nmodell = "m"\n', "model", "'modell'; known are model, max_tokens, system"),
        ("[defaults\n", "model", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_meant_is_told(content: str, name: str, said: str, project: Path) -> None:
    (project / "tercet.toml").write_text(content)

    with pytest.raises(BadValue, match=said):
        setting(name)


@pytest.mark.parametrize("text", ["x", "0", "-1", "1.5", "²"])
def test_a_variable_that_is_no_limit_is_told(text: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_MAX_TOKENS", text)

    with pytest.raises(BadValue, match="TERCET_MAX_TOKENS"):
        setting("max_tokens")
