"""The chat service of the examples, over real sockets and in a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.inspector.browser import Browser, installed

import tercet
from tercet.server.run import LocalServer

SERVICE = Path(__file__).parents[2] / "examples" / "chat_service"


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[str]:
    """Run the service on a free port, and give its URL."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "TERCET_"))}
    command = [sys.executable, str(SERVICE / "service.py"), "--port", "0", "--data", str(folder), *options]
    with subprocess.Popen(
        command, env={**ours, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            told = ""
            for line in process.stdout:
                told += line
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    assert ("simulated" in told) == ("ANTHROPIC_API_KEY" not in environment or "--local" in options)
                    yield found[0]
                    return
            pytest.fail(f"the service did not start:\n{told}")
        finally:
            process.terminate()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path) as url:
        yield url


@pytest.fixture
def api() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def keyed(api: LocalServer, tmp_path: Path) -> Iterator[str]:
    """The service with a key, and with an API whose answers the test says."""
    with running(tmp_path, ANTHROPIC_API_KEY="sk-ant-x", ANTHROPIC_BASE_URL=api.base_url) as url:
        yield url


@contextmanager
def user(url: str) -> Iterator[httpx.Client]:
    """Somebody who has loaded the page."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        client.get("/").raise_for_status()
        yield client


def ask(client: httpx.Client, question: str) -> list[dict[str, Any]]:
    """Return the events of an answer."""
    answer = client.post("/say", content=question.encode())
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(event.removeprefix("data: ")) for event in answer.text.split("\n\n") if event]


def history(client: httpx.Client) -> list[tuple[str, str]]:
    return [(turn["question"], turn["answer"]) for turn in client.get("/history").json()["turns"]]


def test_program_and_page_have_fewer_than_120_lines() -> None:
    assert sum(len((SERVICE / name).read_text().splitlines()) for name in ("service.py", "page.html")) < 120


def test_answers_stream_and_everyone_has_their_own_history(service: str) -> None:
    with user(service) as anna, user(service) as bert:
        events = ask(anna, "What is 12 + 30?")

        assert "".join(event.get("text", "") for event in events) == "12 + 30 = 42"
        assert len(events) > 3
        assert float(events[-1]["cost"]) > 0
        assert history(anna) == [("What is 12 + 30?", "12 + 30 = 42")]
        assert history(bert) == []


def test_a_history_outlives_the_service_and_the_ledger_knows_each_user(tmp_path: Path) -> None:
    with running(tmp_path, "--local", ANTHROPIC_API_KEY="sk-ant-x") as url, user(url) as anna:
        ask(anna, "What is 1 + 1?")
        cookie = anna.cookies["user"]
    with running(tmp_path) as url, httpx.Client(base_url=url, trust_env=False, cookies={"user": cookie}) as anna:
        ask(anna, "What is 2 + 2?")
        assert [question for question, _ in history(anna)] == ["What is 1 + 1?", "What is 2 + 2?"]

    (row,) = tercet.Ledger(str(tmp_path / "calls.db")).cost(by="user", origin="local")
    assert (row["user"], row["calls"]) == (cookie, 2)


def test_two_tabs_of_one_user_take_turns(keyed: str, api: LocalServer) -> None:
    api.queue({"text": "one two three", "pace": 50}, {"text": "four five six", "pace": 50})
    with user(keyed) as anna, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda question: ask(anna, question), ["First?", "Second?"]))

        assert [event for events in answers for event in events if "error" in event] == []
        assert sorted(question for question, _ in history(anna)) == ["First?", "Second?"]
        assert all(answer for _, answer in history(anna))


def test_what_had_come_is_kept_when_the_reader_goes_away(keyed: str, api: LocalServer) -> None:
    api.queue({"text": "word " * 400, "pace": 20}, "Gladly.")
    with user(keyed) as anna:
        with anna.stream("POST", "/say", content="Tell me a story") as answer:
            assert "word" in next(answer.iter_lines())

        assert ask(anna, "Go on")[0]["text"]
        (_, part), (_, whole) = history(anna)
        assert part.startswith("word")
        assert len(part) < 1000
        assert whole == "Gladly."


def test_a_refused_request_is_told_and_the_chat_goes_on(keyed: str, api: LocalServer) -> None:
    api.fault("x1 400")
    with user(keyed) as anna:
        assert "BadRequestError" in ask(anna, "Hello")[-1]["error"]
        assert "error" not in ask(anna, "What is 12 + 30?")[-1]


def test_a_spent_budget_is_told_before_anything_is_sent(api: LocalServer, tmp_path: Path) -> None:
    budget = tercet.Budget(usd=5, per="day", store=tmp_path / "budget.db")
    with tercet.Anthropic(base_url=api.base_url, api_key="sk-ant-x", budget=budget, timeout=60) as client:
        for tokens in (64_000, 64_000, 64_000, 64_000, 64_000, 12_000, 1_000):
            api.queue({"text": "Dear.", "usage": {"output_tokens": tokens}})
            client.messages.create(
                model="claude-sonnet-4-6", max_tokens=tokens, messages=[{"role": "user", "content": "Hello"}]
            )

    with running(tmp_path, ANTHROPIC_API_KEY="sk-ant-x", ANTHROPIC_BASE_URL=api.base_url) as url, user(url) as anna:
        assert "budget" in ask(anna, "Hello")[-1]["error"]


@pytest.mark.parametrize("cookie", ["", "../../etc", "a" * 600, "A" * 32])
def test_nobody_chooses_their_own_name(service: str, cookie: str) -> None:
    with httpx.Client(base_url=service, trust_env=False, headers={"cookie": f"user={cookie}"}) as stranger:
        assert stranger.post("/say", content=b"Hello").status_code == 400
        assert stranger.get("/history").json()["turns"] == []


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b" \n", 400), (b"a" * 30_000, 413)])
def test_what_cannot_be_asked_is_refused(service: str, body: bytes, status: int) -> None:
    with user(service) as anna:
        assert anna.post("/say", content=body).status_code == status
        assert history(anna) == []


def test_words_that_are_no_text_are_read_as_far_as_they_are(service: str) -> None:
    with user(service) as anna:
        anna.post("/say", content=b"Hello \xff\x00 there")

        assert history(anna)[0][1]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_in_a_browser_the_answer_streams_and_the_history_is_there_after_a_reload(
    tmp_path: Path, api: LocalServer
) -> None:
    program = installed()
    if program is None:
        pytest.skip("the chat's page is tested in Chromium: install it, on Debian by  apt-get install chromium")
    api.queue({"text": "<b>One</b> two three four five.", "pace": 4})
    with ExitStack() as stack:
        keys = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": api.base_url}
        url = stack.enter_context(running(tmp_path / "data", **keys))
        page = stack.enter_context(Browser(program, tmp_path / "profile"))
        page.open(url, width=800, height=600)
        page.until("document.querySelector('#foot').textContent.includes('claude')")
        page.run("document.querySelector('input').focus()")
        page.call("Input.insertText", text="Count to five")
        page.run("document.querySelector('button').click()")

        page.until("document.querySelector('button').disabled && document.querySelector('.answer').textContent")
        came = page.run("document.querySelector('.answer').textContent")
        assert len(came) < len("<b>One</b> two three four five.")
        page.until("document.querySelector('.answer').textContent == '<b>One</b> two three four five.'")
        page.until("!document.querySelector('button').disabled")
        assert page.run("document.querySelectorAll('.answer b').length") == 0

        page.open(url, width=800, height=600)
        page.until("document.querySelectorAll('p').length == 2")
        assert page.run("[...document.querySelectorAll('p')].map((p) => p.textContent)") == [
            "Count to five",
            "<b>One</b> two three four five.",
        ]
        if folder := os.environ.get("PICTURES"):
            Path(folder, "chat.png").write_bytes(page.picture())
        assert page.told("Runtime.exceptionThrown") == []
