"""The errors under the module path of the official SDK: `from tercet._exceptions import OverloadedError`."""

from __future__ import annotations

from tercet.wire.errors import *  # noqa: F403
