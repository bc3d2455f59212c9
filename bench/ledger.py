"""Three ways to write down what a call cost: our ledger, a plain insert into SQLite, and litellm's cost callback.

Each figure is the CPU time that it adds to one call on its caller: a loop with it less the same loop without, in turns, in one
process and without a network, since a socket costs more than what is measured. The least of the turns is told.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import peers

TURNS, CALLS = 25, 400
MODEL = "claude-sonnet-4-6"
ASK = {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": "Hello, Claude"}]}
USAGE = {
    "input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, "output_tokens": 40,
    "service_tier": "standard", "inference_geo": "global", "server_tool_use": None,
}  # fmt: skip
ANSWER = json.dumps(
    {
        "id": "msg_01A", "type": "message", "role": "assistant", "model": MODEL, "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": "Four score and seven years ago"}], "usage": USAGE,
    }
).encode()  # fmt: skip
CALLBACK = f"""
import json, time
import litellm
from litellm.types.utils import ModelResponse, Usage
answer = ModelResponse(model="claude-sonnet-4-5-20250929", usage=Usage(prompt_tokens=12, completion_tokens=40, total_tokens=52))
price = lambda: litellm.completion_cost(completion_response=answer, custom_llm_provider="anthropic")
assert price() > 0
best = float("inf")
for _ in range({TURNS}):
    began = time.process_time()
    for _ in range({CALLS}):
        price()
    best = min(best, (time.process_time() - began) / {CALLS})
print(json.dumps(best))
"""


class Memory:
    """Answer every request at once, without a network."""

    def __init__(self) -> None:
        from tercet.transport.base import Reply
        from tercet.wire.http import Headers

        self._reply, self._headers = Reply, Headers

    def send(self, request: object) -> object:
        headers = [("content-type", "application/json"), ("request-id", "req_011CBench")]
        return self._reply(200, self._headers(headers), ANSWER)

    def close(self) -> None:
        """Hold nothing."""


def _client(**options: object) -> Callable[[], object]:
    import tercet

    client = tercet.Anthropic(api_key="sk-ant-bench", http_client=Memory(), max_retries=0, **options)
    return lambda: client.messages.create(**ASK)


def _added(without: Callable[[], object], along: Callable[[], object]) -> dict[str, float]:
    least = [float("inf"), float("inf")]
    for _ in range(TURNS):
        for at, act in enumerate((without, along)):
            began = process_time()
            for _ in range(CALLS):
                act()
            least[at] = min(least[at], (process_time() - began) / CALLS)
    return {"cpu": least[1] - least[0]}


def ours() -> dict[str, float]:
    """A client with a ledger."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _added(_client(ledger=False), _client(ledger=f"{folder}/calls.db"))
        (journal,) = Path(folder, "calls.db.d").iterdir()
        with journal.open("rb") as file:
            assert sum(1 for _ in file) == TURNS * CALLS + 1
        return figures


def sqlite() -> dict[str, float]:
    """A client whose caller prices each answer and inserts a row of six columns, in WAL mode and without waiting for the disk."""
    import sqlite3

    from tercet.catalog.cost import price

    ask = _client(ledger=False)
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/calls.db", isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=off")
        database.execute("create table calls(at text default current_timestamp, id, model, input, output, usd)")

        def along() -> None:
            answer = ask()
            usage = answer.usage  # type: ignore[attr-defined]
            row = (answer.id, answer.model, usage.input_tokens, usage.output_tokens, str(price(answer.model, usage)))  # type: ignore[attr-defined]
            database.execute("insert into calls(id, model, input, output, usd) values (?, ?, ?, ?, ?)", row)

        figures = _added(ask, along)
        assert database.execute("select count(*) from calls").fetchone() == (TURNS * CALLS,)
        database.close()
        return figures


def litellm() -> dict[str, float]:
    """litellm's price of one answer, which its logging works out for each call; nothing is written down."""
    done = subprocess.run(
        [peers.python_of("litellm"), "-W", "ignore", "-c", CALLBACK], check=True, capture_output=True, text=True
    )
    return {"cpu": float(done.stdout.split()[-1])}
