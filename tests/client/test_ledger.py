"""The ledger of a client: one line for every attempt that may cost, in both worlds, whatever becomes of it."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.client.platforms.clouds import GIVEN, cloud
from tests.client.scripted import ASK, EVENTS, JSON, KEY, MESSAGE, SSE, Awaited, Blocking, Script

import tercet
from tercet.transport.base import Lost

BUSY = (529, {**JSON, "retry-after-ms": "1"}, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}')
FAILED = (500, {**JSON, "retry-after-ms": "1"}, b'{"type":"error","error":{"type":"api_error","message":"no"}}')
REFUSED = (
    400,
    JSON,
    b'{"type":"error","error":{"type":"invalid_request_error","message":"no","details":{"error_code":"e_1"}}}',
)
GOOD = (200, JSON, MESSAGE)
STREAM = (200, SSE, EVENTS)
CUT = Lost("read", "cut", "it broke")
UNANSWERED = Lost("read", "unanswered", "it broke")
COST = 12 * 3_000 + 6 * 15_000
"""Nano-dollars of MESSAGE: 3 and 15 dollars for a million tokens."""


def lines(ledger: Path) -> list[dict[str, Any]]:
    """Return what the journals of a ledger hold, without their headers."""
    found = []
    for file in sorted(ledger.with_name(ledger.name + ".d").iterdir()):
        header, *rest = [json.loads(line) for line in file.read_bytes().splitlines()]
        assert header["tercet_ledger"] == 1
        assert header["pid"] == os.getpid()
        found += [line for line in rest if "tercet_ledger_end" not in line]
    return found


WORLDS = pytest.mark.parametrize("world", ["blocking", "async"])


def ask(world: str, ledger: Path, *outcomes: Any, read: Any = None, **options: Any) -> list[dict[str, Any]]:
    """Make one call in that world, and return the lines that it has left."""
    script = Script(*outcomes)
    asked = {**ASK, **options.pop("ask", {})}
    given = {"ledger": ledger, "max_retries": 1, **options}

    async def in_loop() -> None:
        try:
            got = await script.async_client(**given).messages.create(**asked)
            if read is not None:
                await read(got)
        except tercet.AnthropicError:
            pass

    if world == "async":
        asyncio.run(in_loop())
    else:
        try:
            got = script.client(**given).messages.create(**asked)
            if read is not None:
                asyncio.run(read(got))
        except tercet.AnthropicError:
            pass
    return lines(ledger)


async def read_all(stream: Any) -> None:
    if hasattr(stream, "__aiter__"):
        async for _ in stream:
            pass
    else:
        for _ in stream:
            pass


async def read_one_and_close(stream: Any) -> None:
    if hasattr(stream, "__aiter__"):
        await anext(aiter(stream))
        await stream.close()
    else:
        next(iter(stream))
        stream.close()


@WORLDS
def test_an_answer_is_a_line_with_its_price(world: str, tmp_path: Path) -> None:
    (line,) = ask(world, tmp_path / "calls.db", GOOD)

    assert line.pop("id")
    assert line.pop("at") > 1_700_000_000_000_000_000
    assert len(line.pop("account")) == 24
    assert line.pop("price_day") > 20260000
    assert line.pop("ms") >= 0
    assert line == {
        "attempt": 0, "kind": "messages", "model_asked": "claude-sonnet-4-6", "model_served": "claude-sonnet-4-6",
        "status": 200, "stop_reason": "end_turn", "request_id": "req_011CTest", "input": 12, "output": 6,
        "nano_usd": COST, "low": COST, "high": COST, "certainty": 0, "origin": "api", "last": True,
    }  # fmt: skip


@WORLDS
def test_every_attempt_has_a_line_and_one_is_the_last(world: str, tmp_path: Path) -> None:
    first, second = ask(world, tmp_path / "calls.db", BUSY, GOOD)

    assert first["id"] == second["id"]
    assert (first["attempt"], first["status"], first["error"], first["nano_usd"], first["last"]) == (
        0, 529, "OverloadedError", 0, False
    )  # fmt: skip
    assert (second["attempt"], second["status"], second["nano_usd"], second["last"]) == (1, 200, COST, True)
    assert "error_of_call" not in second


@WORLDS
@pytest.mark.parametrize("outcome", [FAILED, UNANSWERED, CUT])
def test_an_attempt_that_may_have_been_billed_has_bounds_and_no_price(world: str, outcome: Any, tmp_path: Path) -> None:
    first, second = ask(world, tmp_path / "calls.db", outcome)

    assert "nano_usd" not in first
    assert (first["low"], first["certainty"], first["last"], second["last"]) == (0, 2, False, True)
    assert first["high"] > 64 * 15_000
    assert second["error_of_call"] == second["error"] in {"InternalServerError", "APIConnectionError"}


@WORLDS
def test_a_refusal_is_free_and_keeps_its_code(world: str, tmp_path: Path) -> None:
    (line,) = ask(world, tmp_path / "calls.db", REFUSED)

    assert (line["nano_usd"], line["high"], line["certainty"]) == (0, 0, 0)
    assert (line["error"], line["error_code"], line["error_of_call"]) == ("BadRequestError", "e_1", "BadRequestError")


@WORLDS
@pytest.mark.parametrize("retries", [0, 1])
def test_a_stream_has_its_line_when_it_has_been_read(world: str, retries: int, tmp_path: Path) -> None:
    (line,) = ask(world, tmp_path / "calls.db", STREAM, read=read_all, ask={"stream": True}, max_retries=retries)

    assert (line["kind"], line["nano_usd"], line["stop_reason"], line["last"]) == ("stream", COST, "end_turn", True)
    assert line["first_ms"] <= line["ms"]


@WORLDS
@pytest.mark.parametrize(
    ("chunks", "read", "error"),
    [
        ([*EVENTS[:4], CUT], read_all, "IncompleteStreamError"),
        ([*EVENTS[:4], Lost("timeout", "cut", "late")], read_all, "APITimeoutError"),
        (
            [
                *EVENTS[:4],
                b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n',
            ],
            read_all,
            "OverloadedError",
        ),
        (EVENTS, read_one_and_close, None),
    ],
)
def test_a_stream_that_was_cut_or_left_has_bounds(
    world: str, chunks: Any, read: Any, error: str | None, tmp_path: Path
) -> None:
    (line,) = ask(world, tmp_path / "calls.db", (200, SSE, chunks), read=read, ask={"stream": True})

    assert "nano_usd" not in line
    assert (line["certainty"], line["last"]) == (1, True)
    assert 12 * 3_000 < line["low"] < line["high"] == 12 * 3_000 + 64 * 15_000
    assert (line.get("error"), line.get("error_of_call")) == (error, error)


def test_a_stream_that_nobody_read_or_closed_is_written_before_the_next_line(tmp_path: Path) -> None:
    client = Script(STREAM, GOOD).client(ledger=tmp_path / "calls.db")
    client.messages.create(**ASK, stream=True)
    gc.collect()
    client.messages.create(**ASK)

    assert sorted(line["kind"] for line in lines(tmp_path / "calls.db")) == ["messages", "stream"]


@WORLDS
def test_a_stream_that_failed_before_its_content_counts_its_input_at_most(world: str, tmp_path: Path) -> None:
    first, second = ask(
        world, tmp_path / "calls.db", (200, SSE, [EVENTS[0], CUT]), STREAM, read=read_all, ask={"stream": True}
    )

    assert (first["certainty"], first["low"], first["status"]) == (2, 0, 200)
    assert 0 < first["high"] < 64 * 15_000
    assert (first["error"], first["last"], second["last"]) == ("IncompleteStreamError", False, True)


def test_fallbacks_are_attempts_of_one_call(tmp_path: Path) -> None:
    haiku = MESSAGE.replace(b"claude-sonnet-4-6", b"claude-haiku-4-5")
    first, second = ask(
        "blocking", tmp_path / "calls.db", FAILED, (200, JSON, haiku), max_retries=0, fallbacks=["claude-haiku-4-5"]
    )

    assert first["id"] == second["id"]
    assert [first["model_asked"], second["model_asked"]] == ["claude-sonnet-4-6", "claude-haiku-4-5"]
    assert (first["last"], second["last"], second["attempt"]) == (False, True, 1)
    assert second["nano_usd"] == 12 * 1_000 + 6 * 5_000


def test_a_model_that_was_passed_over_is_no_attempt(tmp_path: Path) -> None:
    (line,) = ask(
        "blocking",
        tmp_path / "calls.db",
        FAILED,
        max_retries=0,
        fallbacks=["claude-2.1"],
        ask={"tools": [{"name": "t", "input_schema": {"type": "object"}}]},
    )[:1]

    assert line["attempt"] == 0


@WORLDS
def test_what_was_never_sent_is_a_call_with_an_error_and_costs_nothing(world: str, tmp_path: Path) -> None:
    (line,) = ask(world, tmp_path / "calls.db", GOOD, budget=tercet.Budget(usd="0.000001"))

    assert (line["nano_usd"], line["certainty"], line["last"]) == (0, 0, True)
    assert line["error"] == line["error_of_call"] == "BudgetExceededError"
    assert "status" not in line


def test_a_deadline_that_has_passed_is_such_a_call(tmp_path: Path) -> None:
    (line,) = ask("blocking", tmp_path / "calls.db", GOOD, ask={"deadline": 1e-9})

    assert (line["error_of_call"], line["nano_usd"]) == ("APITimeoutError", 0)


def test_a_cancelled_call_is_written_with_what_it_may_have_cost(tmp_path: Path) -> None:
    class Hanging(Awaited):
        async def send(self, request: Any) -> Any:
            await asyncio.Event().wait()

    client = Script(GOOD).async_client(ledger=tmp_path / "calls.db")
    client.__dict__["_transport"] = Hanging(Script(GOOD))

    async def cancelled() -> None:
        task = asyncio.ensure_future(client.messages.create(**ASK))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    (line,) = lines(tmp_path / "calls.db")
    assert (line["error"], line["last"], line["certainty"]) == ("CancelledError", True, 2)
    assert line["high"] > 0


def test_an_interrupted_call_says_so(tmp_path: Path) -> None:
    class Interrupted(Blocking):
        def send(self, request: Any) -> Any:
            raise KeyboardInterrupt

    client = Script(GOOD).client(ledger=tmp_path / "calls.db")
    client.__dict__["_transport"] = Interrupted(Script(GOOD))
    with pytest.raises(KeyboardInterrupt):
        client.messages.create(**ASK)

    (line,) = lines(tmp_path / "calls.db")
    assert (line["error_of_call"], line["last"]) == ("KeyboardInterrupt", True)


def test_other_calls_are_lines_that_cost_nothing(tmp_path: Path) -> None:
    client = Script((200, JSON, b'{"input_tokens":3}'), (200, JSON, b'{"data":[],"has_more":false}')).client(
        ledger=tmp_path / "calls.db"
    )
    client.messages.count_tokens(model=ASK["model"], messages=ASK["messages"])
    client.files.list()
    client.models.list()

    found = lines(tmp_path / "calls.db")
    assert [line["kind"] for line in found] == ["count", "file", "other"]
    assert [line["nano_usd"] for line in found] == [0, 0, 0]


def test_raw_responses_streaming_responses_and_verbs_have_lines(tmp_path: Path) -> None:
    client = Script(GOOD).client(ledger=tmp_path / "calls.db")
    client.messages.with_raw_response.create(**ASK).parse()
    with client.messages.with_streaming_response.create(**ASK) as response:
        response.read()
    client.post("/v1/messages", cast_to=dict, body=ASK)

    assert [line["nano_usd"] for line in lines(tmp_path / "calls.db")] == [COST, COST, COST]


def test_what_a_middleware_sends_is_what_has_lines(tmp_path: Path) -> None:
    def twice(request: Any, call_next: Any) -> Any:
        call_next(request)
        return call_next(request)

    client = tercet.Anthropic(
        api_key=KEY, http_client=Blocking(Script(FAILED, GOOD)), middleware=[twice], ledger=tmp_path / "calls.db"
    )
    try:
        client.messages.create(**ASK)
    except tercet.APIError:
        pytest.fail("the second answer is a good one")

    first, second = lines(tmp_path / "calls.db")
    assert (first["id"], first["status"], first["last"]) == (second["id"], 500, False)
    assert (second["nano_usd"], second["attempt"], second["last"]) == (COST, 1, True)


def test_an_answer_that_a_middleware_kept_costs_nothing(tmp_path: Path) -> None:
    kept: list[Any] = []

    def cache(request: Any, call_next: Any) -> Any:
        if not kept:
            kept.append(call_next(request))
        return kept[0]

    client = tercet.Anthropic(
        api_key=KEY, http_client=Blocking(Script(GOOD)), middleware=[cache], ledger=tmp_path / "calls.db"
    )
    client.messages.create(**ASK)
    client.messages.create(**ASK)

    first, second = lines(tmp_path / "calls.db")
    assert (first["kind"], first["nano_usd"]) == ("messages", COST)
    assert (second["kind"], second["nano_usd"], second["certainty"]) == ("cached", 0, 0)


def test_tags_are_the_client_s_with_the_block_s_over_them(tmp_path: Path) -> None:
    client = Script(GOOD).client(ledger=tmp_path / "calls.db", tags={"app": "report", "user": "nobody"})
    with tercet.tagged(user="u1", job="nightly"), tercet.tagged(item=7, conversation="c1"):
        client.messages.create(**ASK)
    client.messages.create(**ASK)

    first, second = lines(tmp_path / "calls.db")
    assert first["tags"] == {"app": "report", "user": "u1"}
    assert (first["job"], first["item"], first["conversation"]) == ("nightly", 7, "c1")
    assert (second["tags"], "job" in second) == ({"app": "report", "user": "nobody"}, False)


def test_a_local_api_s_answers_are_marked(tmp_path: Path) -> None:
    (line,) = ask("blocking", tmp_path / "calls.db", (200, {**JSON, "tercet-local": "1"}, MESSAGE))

    assert line["origin"] == "local"


def test_no_key_and_no_prompt_is_in_it(tmp_path: Path) -> None:
    ask("blocking", tmp_path / "calls.db", BUSY, GOOD, ask={"messages": [{"role": "user", "content": "prompt-canary"}]})

    (file,) = (tmp_path / "calls.db.d").iterdir()
    text = file.read_text()
    for secret in (KEY, "canary", "Hi!"):
        assert secret not in text


def test_a_usage_that_makes_no_sense_is_not_a_price(tmp_path: Path) -> None:
    insane = MESSAGE.replace(b'"output_tokens":6', b'"output_tokens":65')
    (line,) = ask("blocking", tmp_path / "calls.db", (200, JSON, insane))

    assert not {"nano_usd", "output"} & {*line}
    assert (line["certainty"], line["low"]) == (2, 0)


@pytest.mark.parametrize("kind", [*GIVEN, *(f"Async{name}" for name in GIVEN)])
def test_platforms_have_the_same_lines(kind: str, tmp_path: Path) -> None:
    client = cloud(kind, Script(GOOD), **GIVEN[kind.removeprefix("Async")], ledger=tmp_path / "calls.db")
    answer = client.messages.create(**ASK)
    if kind.startswith("Async"):
        asyncio.run(answer)

    (line,) = lines(tmp_path / "calls.db")
    assert (line["model_asked"], line["nano_usd"], line["last"]) == ("claude-sonnet-4-6", COST, True)
    assert "canary" not in json.dumps(line)


def test_tool_runs_streams_batches_and_counts_on_a_local_api_are_lines_of_local_origin(tmp_path: Path) -> None:
    @tercet.beta_tool
    def double(number: int) -> str:
        """Double a number."""
        return str(2 * number)

    with tercet.local_api() as api:
        client = api.client(ledger=tmp_path / "calls.db")
        runner = client.beta.messages.tool_runner(
            model="claude-sonnet-4-6",
            max_tokens=256,
            tools=[double],
            messages=[{"role": "user", "content": "Use the tool double with the number 21, please."}],
        )
        turns = len(list(runner))
        with client.messages.stream(**ASK) as stream:
            message = stream.get_final_message()
        batch = client.messages.batches.create(requests=[{"custom_id": "a", "params": ASK}])
        while client.messages.batches.retrieve(batch.id).processing_status != "ended":
            pass
        for _ in range(2):
            list(client.messages.batches.results(batch.id))
    found = lines(tmp_path / "calls.db")

    assert {line["origin"] for line in found} == {"local"}
    assert sum(line["kind"] == "messages" for line in found) == turns
    (streamed,) = [line for line in found if line["kind"] == "stream"]
    assert streamed["output"] == message.usage.output_tokens
    results = [line for line in found if line["kind"] == "batch"]
    assert [line["id"] for line in results] == [f"{batch.id}:a"] * 2
    assert results[0]["nano_usd"] == (results[0]["input"] * 3_000 + results[0]["output"] * 15_000) // 2


# --- the option ---------------------------------------------------------------------------------------------------------


def test_none_follows_the_environment_and_false_is_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERCET_LEDGER", str(tmp_path / "calls.db"))
    Script(GOOD).client(ledger=False).messages.create(**ASK)
    assert not list(tmp_path.iterdir())

    Script(GOOD).client().messages.create(**ASK)
    assert len(lines(tmp_path / "calls.db")) == 1


def test_true_is_the_user_s_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    Script(GOOD).client(ledger=True).messages.create(**ASK)

    assert len(lines(tmp_path / "tercet" / "calls.db")) == 1


def test_a_ledger_object_stands_for_its_path(tmp_path: Path) -> None:
    class Ledger:
        path = tmp_path / "calls.db"

    client = Script(GOOD).client(ledger=Ledger())
    assert pickle.loads(pickle.dumps(client))._policies.ledger.journal is client._policies.ledger.journal
    client.messages.create(**ASK)

    assert len(lines(tmp_path / "calls.db")) == 1


@pytest.mark.parametrize("bad", [3, b"calls.db", ["calls.db"], object()])
def test_what_is_no_ledger_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError, match="ledger must be a path"):
        tercet.Anthropic(api_key=KEY, ledger=bad)


@pytest.mark.parametrize("bad", ["", "  ", "a\0b"])
def test_a_path_that_cannot_be_one_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="ledger must be the path"):
        tercet.Anthropic(api_key=KEY, ledger=bad)


@pytest.mark.parametrize("bad", ["x", {"a": ["b"]}, {"a": True}, {"item": "7"}])
def test_what_are_no_tags_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError, match="tag"):
        tercet.Anthropic(api_key=KEY, tags=bad)


def test_nothing_is_loaded_when_it_is_off() -> None:
    program = (
        "import sys, os; os.environ.pop('TERCET_LEDGER', None)\n"
        "sys.path[:0] = [os.getcwd()]\n"
        "from tests.client.scripted import ASK, JSON, MESSAGE, Script\n"
        "Script((200, JSON, MESSAGE)).client().messages.create(**ASK)\n"
        "sys.exit(any(name.startswith('tercet.flow.ledger') for name in sys.modules))"
    )
    import subprocess

    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
