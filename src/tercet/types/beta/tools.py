"""The types of tools in the betas of 2024, `ToolsBetaMessage` and others: by now those of every message."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from tercet import types

    return getattr(types, name.removeprefix("ToolsBeta"))
