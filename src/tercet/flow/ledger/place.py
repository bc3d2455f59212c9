"""The place of a ledger: what `ledger=` and `TERCET_LEDGER` say, and the user's data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "TERCET_LEDGER"
NAME = "calls.db"


def check_place(value: Any) -> str | bool | None:
    """Return a path, True, False or None as `ledger=` takes them; of a Ledger its path."""
    if value is None or isinstance(value, bool):
        return value
    place = value if isinstance(value, str | os.PathLike) else getattr(value, "path", None)
    if not isinstance(place, str | os.PathLike) or not isinstance(text := os.fspath(place), str):
        raise TypeError(
            f"ledger must be a path, a tercet.Ledger, True (a file in your data folder), False or None, not {type(value).__name__} {value!r:.80}"
        )
    if not text.strip() or "\0" in text:
        raise ValueError(f"ledger must be the path of a file, not {text!r}")
    return text


def place_of(value: str | bool | None) -> Path | None:
    """Return the file that a checked `ledger=` names; None says what the environment says."""
    if value is None:
        text = os.environ.get(VARIABLE, "").strip()
        value = True if text == "1" else text if text not in ("", "0") else False
    if value is False:
        return None
    return default_place() if value is True else Path(os.path.abspath(os.path.expanduser(value)))


def default_place() -> Path:
    """Return the ledger's file in the user's data folder."""
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        folder = os.path.expanduser("~/Library/Application Support")
    else:
        folder = os.environ.get("XDG_DATA_HOME", "")
        if not os.path.isabs(folder):  # as the specification asks
            folder = os.path.expanduser("~/.local/share")
    return Path(folder, "tercet", NAME)
