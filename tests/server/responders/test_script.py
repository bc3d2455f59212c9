"""Scripts over HTTP: rules, sequences, times, errors, faults, functions; in every form of the API and in batches."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tercet.server.responders.outcome import BadScript
from tercet.server.responders.script import rules_of, script_of
from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
YAML = """
rules:
  - match: {text: {contains: weather}}
    answers:
      - tool_use: {name: get_weather, input: {city: Oslo}}
      - text: It is 7 degrees.
  - match: {body: {model: {regex: haiku}}, headers: {x-team: blue}}
    answer: {text: From the blue team., usage: {input_tokens: 12345}}
    times: 1
  - match: {path: /v1/models}
    answer: {error: 503}
"""


def ask(server: LocalServer, text: str = "Hello", **more: Any) -> httpx.Response:
    headers = {**HEADERS, **more.pop("headers", {})}
    tools = [{"name": "get_weather", "input_schema": {"type": "object"}}]
    body = {
        "model": "claude-opus-5-5",
        "max_tokens": 300,
        "tools": tools,
        "messages": [{"role": "user", "content": text}],
    }
    return httpx.post(
        f"{server.base_url}/v1/messages", json={**body, **more}, headers=headers, trust_env=False, timeout=20
    )


def texts(answer: httpx.Response) -> list[str]:
    return [block.get("text", block.get("name")) for block in answer.json()["content"]]


def test_the_first_rule_that_fits_answers_one_outcome_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(YAML)
    with LocalServer(script=path) as server:
        assert [texts(ask(server, "the weather?"))[0] for _ in range(3)] == [
            "get_weather",
            "It is 7 degrees.",
            "It is 7 degrees.",
        ]
        blue = {"model": "claude-haiku-4-5", "headers": {"x-team": "blue"}}
        first, second = ask(server, **blue), ask(server, **blue)
        assert (texts(first), first.json()["usage"]["input_tokens"]) == (["From the blue team."], 12345)
        assert texts(second) != ["From the blue team."]
        assert httpx.get(f"{server.base_url}/v1/models", headers=HEADERS, trust_env=False).status_code == 503


def test_a_streamed_answer_is_the_same_message() -> None:
    with LocalServer(script=[{"answer": {"text": "One two three"}}]) as server:
        answer = ask(server, stream=True)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert '"text":"One"' in answer.text
        assert '"text":" three"' in answer.text


def test_requests_that_do_not_fit_reach_the_simulated_model() -> None:
    with LocalServer(script=[{"match": {"text": "never"}, "answer": "x"}]) as server:
        assert "6000" in "".join(texts(ask(server, "What is 125 * 48?"))).replace(",", "")


def test_requests_that_the_api_refuses_are_refused_all_the_same() -> None:
    with LocalServer(script=[{"answer": "x"}]) as server:
        assert ask(server, max_tokens=-1).status_code == 400


def test_errors_come_in_their_shape_with_headers() -> None:
    error = {"status": 429, "message": "Slow down", "retry_after": 3, "error_code": "enough"}
    with LocalServer(script=[{"answers": [{"error": error}, "fine"]}]) as server:
        refused = ask(server)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
        assert refused.json()["error"]["details"] == {"error_code": "enough"}
        assert texts(ask(server)) == ["fine"]


def test_delays_and_faults_belong_to_an_outcome() -> None:
    answers = [{"text": "late", "delay": "150ms"}, {"text": "cut", "fault": "fin@30"}, "fine"]
    with LocalServer(script=[{"answers": answers}]) as server:
        begun = time.monotonic()
        assert texts(ask(server)) == ["late"]
        assert time.monotonic() - begun >= 0.14
        with pytest.raises(httpx.RemoteProtocolError):
            ask(server)
        assert texts(ask(server)) == ["fine"]


def test_bedrock_and_vertex_are_answered_by_the_same_rules() -> None:
    body = {"max_tokens": 10, "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"authorization": "Bearer b"}
    with LocalServer(script=[{"answer": "scripted"}]) as server:
        bedrock = httpx.post(
            f"{server.base_url}/model/claude-opus-5-5/invoke",
            json={**body, "anthropic_version": "bedrock-2023-05-31"}, headers=headers, trust_env=False,
        )  # fmt: skip
        vertex = httpx.post(
            f"{server.base_url}/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5:rawPredict",
            json={**body, "anthropic_version": "vertex-2023-10-16"}, headers=headers, trust_env=False,
        )  # fmt: skip
    assert (texts(bedrock), texts(vertex)) == (["scripted"], ["scripted"])


def test_requests_of_a_batch_are_looked_at_one_by_one() -> None:
    rules = [{"match": {"text": "b"}, "answer": {"error": {"status": 529}}}, {"answer": "scripted"}]
    requests = [
        {
            "custom_id": text,
            "params": {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": text}]},
        }
        for text in "abc"
    ]
    with (
        LocalServer(script=rules) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as client,
    ):
        made = client.post("/v1/messages/batches", json={"requests": requests}).json()
        place = f"/v1/messages/batches/{made['id']}"
        while client.get(place).json()["processing_status"] != "ended":
            pass
        lines = [line for line in client.get(f"{place}/results").text.splitlines() if line]
    assert ['"text":"scripted"' in line for line in lines] == [True, False, True]
    assert '"overloaded_error"' in lines[1]


def test_the_queue_comes_before_the_rules() -> None:
    with LocalServer(script=[{"answer": "rule"}]) as server:
        server.queue("first", {"error": 529})
        assert texts(ask(server)) == ["first"]
        assert ask(server).status_code == 529
        assert texts(ask(server)) == ["rule"]


def test_other_requests_take_nothing_from_the_queue() -> None:
    with LocalServer() as server:
        server.queue("only")
        httpx.get(f"{server.base_url}/v1/models", headers=HEADERS, trust_env=False)
        assert texts(ask(server)) == ["only"]


def test_a_python_file_is_a_function_of_the_request(tmp_path: Path) -> None:
    path = tmp_path / "answers.py"
    path.write_text(
        "rules = [{'match': {'text': 'ruled'}, 'answer': 'by a rule'}]\n"
        "def answer(request, headers):\n"
        "    text = request['messages'][-1]['content']\n"
        "    return {'text': text.upper()} if text.startswith('shout') else None\n"
    )
    with LocalServer(script=path) as server:
        assert texts(ask(server, "shout it")) == ["SHOUT IT"]
        assert texts(ask(server, "ruled")) == ["by a rule"]
        assert texts(ask(server, "else")) not in (["ELSE"], ["by a rule"])


@pytest.mark.parametrize("body", ["raise KeyError('city')", "return {'nonsense': 1}"])
def test_a_function_that_fails_is_a_500_that_says_so(tmp_path: Path, body: str) -> None:
    path = tmp_path / "answers.py"
    path.write_text(f"def answer(request, headers):\n    {body}\n")
    with LocalServer(script=path) as server:
        answer = ask(server)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (500, "false")
    assert answer.json()["error"]["message"].startswith("The script's answer() failed: ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "is int"),
        (None, "is empty"),
        ({}, "holds nothing; write a mapping with rules alone"),
        ({"rules": [], "queue": []}, "holds 'rules', 'queue'"),
        ({"rules": {"match": {}}}, "is dict; write a list of rules"),
        (["x"], "rule 1 is str"),
        ([{"answer": "x", "anwsers": []}], "'anwsers'"),
        ([{"match": {}}], "either an answer or"),
        ([{"answer": "x", "answers": ["y"]}], "either an answer or"),
        ([{"answers": []}], "at least one"),
        ([{"answer": "x", "times": 0}], "from 1 on"),
        ([{"answer": "x"}, {"answer": {"txt": 1}}], "rule 2, answer 1"),
    ],
)
def test_mistakes_are_named_with_their_rule(given: Any, said: str) -> None:
    with pytest.raises(BadScript, match=said):
        rules_of(given)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "rules: [", "not YAML"),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "not YAML"),
        ("a.json", "{", "not JSON"),
        ("a.yaml", "", "a.yaml is empty"),
        ("a.py", "x = 1", "neither rules nor answer"),
        ("a.py", "answer = 'Hi'", "a.py: answer is str"),
        ("a.py", "\n\nraise RuntimeError('no')", r"a\.py cannot be run: RuntimeError: no \(line 3\)"),
        ("a.py", "import no_such_library", r"a\.py cannot be run: ModuleNotFoundError: .* \(line 1\)"),
        ("a.py", "def answer(", r"a\.py cannot be run: SyntaxError: .*line 1"),
    ],
)
def test_files_that_are_no_scripts_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadScript, match=said):
        script_of(path)


def test_setting_rules_that_are_wrong_changes_nothing() -> None:
    with LocalServer(script=[{"answer": "old"}]) as server:
        with pytest.raises(BadScript):
            server.script([{"answer": {"nonsense": 1}}])
        assert texts(ask(server)) == ["old"]
        server.script([{"answer": "new"}])
        assert texts(ask(server)) == ["new"]
