"""`--tool module:function`: a Python function as a tool of the model."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from tercet.cli.options import BadValue


def tool_of(name: str) -> Any:
    """Return the tool. BadValue for what cannot be imported or is no function; its own errors are said in its words."""
    module, colon, function = name.partition(":")
    if not colon or not module or not function:
        raise BadValue(f"--tool takes module:function, not {name!r:.80}")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found = import_module(module)
    except Exception as error:
        raise BadValue(f"--tool {name}: {module} cannot be imported: {type(error).__name__}: {error}") from None
    value = getattr(found, function, None)
    if hasattr(value, "to_dict") and hasattr(value, "call"):
        return value
    if not callable(value):
        raise BadValue(f"--tool {name}: {module} has no function {function!r}")
    from tercet.tools.functions import beta_tool

    try:
        return beta_tool(value)
    except (TypeError, ValueError) as error:
        raise BadValue(f"--tool {name}: {error}") from None
