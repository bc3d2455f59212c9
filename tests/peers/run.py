"""`make peers`: foreign clients against the local API, a table of what each could do. Exits 1 if one could not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from environments import command_of, ready
from table import PEERS, TASKS, Peer

from tercet.server.run import LocalServer

SECONDS = 180
DROPPED = ("ANTHROPIC_", "TERCET_", "OPENAI_", "PYTHON", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def main() -> int:
    """Run every peer, or those whose names hold one of the arguments."""
    wanted = [peer for peer in PEERS if not sys.argv[1:] or any(word in peer.name for word in sys.argv[1:])]
    rows: list[list[str]] = []
    troubles: list[str] = []
    with LocalServer() as server:
        for peer in wanted:
            print(peer.name, flush=True)
            problem = ready(peer)
            if problem:
                rows.append([peer.name, "skipped", *[""] * len(TASKS)])
                print(f"  skipped: it cannot be installed here: {problem}")
                continue
            row, said = _row(peer, _outcome(peer, server.base_url))
            rows.append(row)
            troubles += said
    print(_table(rows))
    print(*troubles, sep="\n")
    return 1 if troubles else 0


def _outcome(peer: Peer, url: str) -> dict[str, Any]:
    command, home = command_of(peer)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(DROPPED)}
    environment = {**kept, "LOCAL_API": url, "NO_PROXY": "127.0.0.1", "DO_NOT_TRACK": "1"}
    try:
        done = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError) as problem:
        said = getattr(problem, "stderr", None) or (done.stderr[-400:] if "done" in locals() else str(problem))
        return {"version": "?", **{task: {"ok": False, "said": str(said)} for task in TASKS}}
    return found


def _row(peer: Peer, found: dict[str, Any]) -> tuple[list[str], list[str]]:
    row = [peer.name, str(found["version"]), *("yes" if found[task]["ok"] else "NO" for task in TASKS)]
    return row, [f"{peer.name}, {task}: {found[task]['said']}" for task in TASKS if not found[task]["ok"]]


def _table(rows: list[list[str]]) -> str:
    whole = [["client", "version", *TASKS], *rows]
    widths = [max(len(row[column]) for row in whole) for column in range(len(whole[0]))]
    return "\n" + "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in whole)


if __name__ == "__main__":
    sys.exit(main())
