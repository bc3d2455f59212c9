"""The place of a ledger: what `ledger=` and `TERCET_LEDGER` say, and the user's data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

VARIABLE = "TERCET_LEDGER"
NAME = "calls.db"
MOST_DAYS = 3_650
"""Days for which bodies may be kept."""


class KeepingPlace(NamedTuple):
    """Name the file of a ledger that keeps bodies, and for how many days."""

    path: str
    body_days: float


Place: TypeAlias = str | bool | KeepingPlace | None
"""What `ledger=` is once it was checked."""


def check_place(value: Any) -> Place:
    """Return a path, True, False or None as `ledger=` takes them; of a Ledger its path, and how long it keeps bodies."""
    if value is None or isinstance(value, bool):
        return value
    days = getattr(value, "body_days", None)
    place = value if isinstance(value, str | os.PathLike) and days is None else getattr(value, "path", None)
    if not isinstance(place, str | os.PathLike) or not isinstance(text := os.fspath(place), str):
        raise TypeError(
            f"ledger must be a path, a tercet.Ledger, True (a file in your data folder), False or None, not {type(value).__name__} {value!r:.80}"
        )
    if not text.strip() or "\0" in text:
        raise ValueError(f"ledger must be the path of a file, not {text!r}")
    return text if days is None else KeepingPlace(text, days)


def place_of(value: Place) -> Path | None:
    """Return the file that a checked `ledger=` names; None says what the environment says."""
    if value is None:
        text = os.environ.get(VARIABLE, "").strip()
        value = True if text == "1" else text if text not in ("", "0") else False
    if value is False:
        return None
    if value is True:
        return default_place()
    return Path(os.path.abspath(os.path.expanduser(value.path if isinstance(value, KeepingPlace) else value)))


def body_days(value: Place) -> float | None:
    """Return for how many days the bodies of calls are kept; None: not at all."""
    return value.body_days if isinstance(value, KeepingPlace) else None


def check_keep(keep: Any, days: Any) -> float | None:
    """Return for how many days `keep` asks for bodies, None if it does not. Raises TypeError or ValueError."""
    if keep is None:
        return None
    if keep != "bodies":
        raise ValueError(f"keep must be 'bodies' or None, not {keep!r:.80}")
    if not isinstance(days, int | float) or isinstance(days, bool):
        raise TypeError(f"days must be a number, not {type(days).__name__} {days!r:.80}")
    if not 0 < days <= MOST_DAYS:
        raise ValueError(f"days must be above 0 and at most {MOST_DAYS:,}, not {days!r}")
    return days


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
