"""The results of a batch as lines: at half the price, once each, however they are cut and however often they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.client.scripted import JSON, Script
from tests.client.test_ledger import lines

from tercet.flow.ledger.batch_results import batch_of

USAGE = {"input_tokens": 10, "output_tokens": 4, "service_tier": "batch"}
MESSAGE = {"model": "claude-sonnet-4-6", "stop_reason": "end_turn", "usage": USAGE}
RESULTS: list[dict[str, Any]] = [
    {"custom_id": "a", "result": {"type": "succeeded", "message": MESSAGE}},
    {
        "custom_id": "b",
        "result": {"type": "errored", "error": {"type": "error", "error": {"type": "invalid_request_error"}}},
    },
    {"custom_id": "c", "result": {"type": "expired"}},
    {"custom_id": "d", "result": {"type": "succeeded", "message": {**MESSAGE, "usage": {"input_tokens": -1}}}},
]
BODY = b"".join(json.dumps(result).encode() + b"\n" for result in RESULTS)
BATCH = {
    "id": "msgbatch_1",
    "processing_status": "ended",
    "results_url": "http://local/v1/messages/batches/msgbatch_1/results",
}
LINES = {"content-type": "application/x-jsonl", "request-id": "req_2"}
PRICE = (10 * 3_000 + 4 * 15_000) // 2


def read(ledger: Path, chunks: Any) -> list[dict[str, Any]]:
    client = Script((200, JSON, json.dumps(BATCH).encode()), (200, LINES, chunks)).client(ledger=ledger)
    for _ in client.messages.batches.results("msgbatch_1"):
        pass
    return [line for line in lines(ledger) if line["kind"] == "batch"]


@pytest.mark.parametrize("cut", [1, 7, 64, len(BODY)])
def test_each_result_is_a_line_wherever_its_bytes_are_cut(cut: int, tmp_path: Path) -> None:
    good, errored, expired, insane = read(
        tmp_path / "calls.db", [BODY[at : at + cut] for at in range(0, len(BODY), cut)]
    )

    assert (good["id"], good["nano_usd"], good["input"], good["last"]) == ("msgbatch_1:a", PRICE, 10, True)
    assert (errored["nano_usd"], errored["error"], errored["error_of_call"]) == (
        0,
        "BadRequestError",
        "BadRequestError",
    )
    assert (expired["nano_usd"], expired["error"]) == (0, "expired")
    assert ("nano_usd" in insane, insane["certainty"]) == (False, 2)


def test_results_that_are_read_again_are_the_same_lines(tmp_path: Path) -> None:
    first = read(tmp_path / "calls.db", [BODY])
    again = read(tmp_path / "calls.db", [BODY[:-1]])

    assert {(line["id"], line["attempt"]) for line in first} == {(line["id"], line["attempt"]) for line in again}


def test_results_that_are_read_raw_have_lines_too(tmp_path: Path) -> None:
    client = Script((200, LINES, BODY)).client(ledger=tmp_path / "calls.db")
    client.get("/v1/messages/batches/msgbatch_1/results", cast_to=str)

    assert [line.get("nano_usd") for line in lines(tmp_path / "calls.db")] == [PRICE, 0, 0, None, 0]


@pytest.mark.parametrize(
    ("url", "batch"),
    [
        ("https://api.anthropic.com/v1/messages/batches/b_1/results", "b_1"),
        ("https://api.anthropic.com/v1/messages/batches/b_1/results?beta=true", "b_1"),
        ("https://api.anthropic.com/v1/messages/batches/b_1", None),
        ("https://api.anthropic.com/v1/messages/batches?after=/results", None),
    ],
)
def test_results_are_known_by_their_address(url: str, batch: str | None) -> None:
    assert batch_of(url) == batch
