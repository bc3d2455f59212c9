"""Commands for the memory tool on disk, carried out by either library:  python memories.py anthropic|tercet < commands.json

Runs in the official SDK's environment too."""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from typing import Any


def main(module: str) -> None:
    api, memory = importlib.import_module(f"{module}.lib.tools"), importlib.import_module(f"{module}.tools.memory")
    told: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        tool = memory.BetaLocalFilesystemMemoryTool(folder)
        for command in json.load(sys.stdin):
            try:
                told.append(tool.call(command))
            except api.ToolError as error:
                told.append(f"refused: {error}")
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
