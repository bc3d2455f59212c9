"""Which model is asked, how long its answers may be and what its system prompt is: who says so first, wins.

A flag, then `TERCET_MODEL` and `TERCET_MAX_TOKENS`, then `[defaults]` of the project's `tercet.toml`, then of the user's,
then what stands here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tercet.cli.options import BadValue
from tercet.cli.settings import NAME, project_file, read_settings

FALLBACKS: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 4096, "system": None}
VARIABLES = {"model": "TERCET_MODEL", "max_tokens": "TERCET_MAX_TOKENS"}
TABLE = "defaults"


class Setting(NamedTuple):
    """A value, and who said so."""

    value: Any
    source: str


def user_file() -> Path:
    """Return where the user's own `tercet.toml` is, or would be."""
    if sys.platform == "win32":
        folder = os.environ.get("APPDATA") or os.path.expanduser("~\\AppData\\Roaming")
    elif sys.platform == "darwin":
        folder = os.path.expanduser("~/Library/Application Support")
    else:
        folder = os.environ.get("XDG_CONFIG_HOME", "")
        if not os.path.isabs(folder):  # as the specification asks
            folder = os.path.expanduser("~/.config")
    return Path(folder, "tercet", NAME)


def setting(name: str, flag: Any = None) -> Setting:
    """Return what holds for `model`, `max_tokens` or `system`. BadValue for a file or variable that cannot be used."""
    if flag is not None:
        return Setting(_checked(name, flag, f"--{name.replace('_', '-')}"), f"--{name.replace('_', '-')}")
    variable = VARIABLES.get(name)
    if variable is not None and (text := os.environ.get(variable, "").strip()):
        return Setting(_of_variable(name, text, variable), variable)
    for file in settings_files():
        found = _table(file)
        if name in found:
            return Setting(_checked(name, found[name], f"{name} of [{TABLE}] in {file}"), str(file))
    return Setting(FALLBACKS[name], "the default")


def settings_files() -> list[Path]:
    """Return the files that are there, the one that wins first."""
    files = [project_file(Path.cwd()), user_file()]
    return list(dict.fromkeys(file for file in files if file is not None and file.is_file()))


def _table(file: Path) -> dict[str, Any]:
    found = read_settings(file).get(TABLE, {})
    for name in found:
        if name not in FALLBACKS:
            raise BadValue(f"{file}: [{TABLE}] holds {name!r}; known are {', '.join(FALLBACKS)}")
    return found


def _of_variable(name: str, text: str, variable: str) -> Any:
    if name != "max_tokens":
        return _checked(name, text, variable)
    if not text.isdecimal():
        raise BadValue(f"{variable} must be a whole number above 0, not {text!r:.80}")
    return _checked(name, int(text), variable)


def _checked(name: str, value: Any, where: str) -> Any:
    if name == "max_tokens":
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadValue(f"{where} must be a whole number above 0, not {value!r:.80}")
    elif not isinstance(value, str) or not value.strip():
        raise BadValue(f"{where} must be a text that is not empty, not {value!r:.80}")
    return value
