"""What a request may use, read from the request: likely for pacing, at most for budgets."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from tercet.flow.estimate import WINDOW, Estimate, estimates_of
from tercet.wire.http import Headers, Request

PIXEL = base64.b64encode(b"\x89PNG" + b"\0" * 60_000).decode()
PDF = b"%PDF-1.4 " + b"<</Type /Page /Parent 2 0 R>> " * 3 + b"<</Type/Pages/Count 3>>"


def request(body: Any, path: str = "/v1/messages", method: str = "POST") -> Request:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Request(method, f"https://api.anthropic.com{path}", Headers(), content)


def asking(content: Any = "Hello", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": content}]
    return {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": messages, **more}


def one(body: Any) -> Estimate:
    (asked,) = estimates_of(request(body))
    return asked


def test_a_message_names_its_model_and_its_longest_answer() -> None:
    asked = one(asking())

    assert (asked.model, asked.most_output, asked.batch) == ("claude-sonnet-4-6", 100, False)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/messages/count_tokens", "POST"),
        ("/v1/models", "GET"),
        ("/v1/messages/batches/x/results", "GET"),
        ("/v1/files", "POST"),
    ],
)
def test_other_requests_ask_for_nothing(path: str, method: str) -> None:
    assert estimates_of(request(asking(), path, method)) == ()


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages?beta=true", "/gateway/v1/messages"])
def test_a_message_is_one_wherever_the_api_stands(path: str) -> None:
    assert len(estimates_of(request(asking(), path))) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"[" * 200_000, b"\x1f\x8b\x08gzip"])
def test_a_message_that_cannot_be_read_may_cost_what_nobody_knows(content: bytes) -> None:
    (asked,) = estimates_of(request(content))

    assert (asked.most_output, asked.unknown) == (None, "its body is no JSON object")


def test_a_lone_surrogate_is_counted_like_other_text() -> None:
    assert estimates_of(request(b'{"model":"claude-sonnet-4-6","max_tokens":5,"messages":[{"content":"\\ud800"}]}'))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The quick brown fox jumps over the lazy dog. " * 200, 2000),
        ("def add(first, second):\n    return first + second\n" * 100, 1300),
        ("今日は天気がいいですね。" * 200, 2200),
        ("3.14159 26535 89793 " * 200, 2400),
    ],
)
def test_the_likely_number_is_of_the_right_size_and_the_bound_above_it(text: str, tokens: int) -> None:
    """The figures are rules of thumb: four letters of prose a token, three of code, two digits, a token a sign."""
    asked = one(asking(text))

    assert tokens / 2 <= asked.likely_input <= tokens * 2
    assert asked.most_input >= tokens


def test_the_newer_tokenizer_makes_more_of_the_same_text() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 200
    old, new = one(asking(text, model="claude-sonnet-4-6")), one(asking(text, model="claude-sonnet-5-5"))

    assert new.likely_input > 1.2 * old.likely_input
    assert new.most_input > 1.2 * old.most_input


def test_an_image_counts_by_its_size_and_not_as_text() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    without, with_one = one(asking([])), one(asking([image]))

    assert 400 <= with_one.likely_input - without.likely_input <= 1568
    assert 1568 <= with_one.most_input - without.most_input <= 1568 + 200


def test_images_in_tool_results_count_too() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [image, image]}

    assert one(asking([result])).most_input < len(PIXEL)
    assert one(asking([result])).most_input > 2 * 1568


def test_a_pdf_counts_by_its_pages() -> None:
    pdf = {"type": "document", "source": {"type": "base64", "data": base64.b64encode(PDF).decode()}}
    asked = one(asking([pdf]))

    assert 6_000 <= asked.likely_input <= 7_000
    assert 3 * (3_000 + 1_568) <= asked.most_input <= 3 * (3_000 + 1_568) + 500


def test_a_pdf_that_hides_its_pages_counts_by_its_bytes() -> None:
    hidden = b"%PDF-1.5 /Type /ObjStm " + b"\0" * 40_000
    pdf = {"type": "document", "source": {"type": "base64", "data": base64.b64encode(hidden).decode()}}

    assert one(asking([pdf])).most_input >= 10 * 3_000


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"tools": [{"type": "code_execution_20250825", "name": "code"}]},
        {"mcp_servers": [{"type": "url", "url": "https://x", "name": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}]}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "document", "source": {"type": "url", "url": "https://x"}}]}
            ]
        },
        {"messages": [{"role": "user", "content": "a" * 10**7}]},
    ],
)
def test_what_cannot_be_seen_counts_as_a_whole_context_and_nothing_counts_more(more: dict[str, Any]) -> None:
    asked = one({**asking(model="someone's-own"), **more})

    assert asked.most_input == WINDOW
    assert asked.likely_input <= WINDOW


def test_tools_bring_a_prompt_of_their_own() -> None:
    plain = one(asking())
    tools = one(asking(tools=[{"name": "f", "input_schema": {"type": "object"}}]))

    assert tools.most_input - plain.most_input >= 300
    assert one(asking(tools=[{"type": "text_editor_20250429", "name": "e"}])).most_input - plain.most_input >= 1_000


def test_what_changes_the_price_is_seen() -> None:
    cached = [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    asked = one(
        asking(
            cached,
            inference_geo="us",
            speed="fast",
            tools=[
                {"type": "web_search_20250305", "name": "s", "max_uses": 3},
                {"type": "web_search_20250305", "name": "t"},
            ],
        )
    )

    assert (asked.us, asked.fast, asked.cached, asked.searches) == (True, True, "1h", 13)
    assert one(asking([{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}])).cached == "5m"
    assert one(asking()).cached is None


@pytest.mark.parametrize("given", [None, "many", -1, True, 1.5])
def test_without_a_usable_max_tokens_the_model_s_own_limit_is_the_bound(given: Any) -> None:
    assert (one(asking(max_tokens=given)).most_output or 0) >= 64_000
    assert one(asking(model="someone's-own", max_tokens=given)).most_output is None


def test_a_batch_asks_for_each_of_its_messages() -> None:
    body = {"requests": [{"custom_id": str(number), "params": asking(max_tokens=number)} for number in (1, 2)]}
    asked = estimates_of(request(body, "/v1/messages/batches"))

    assert [(each.most_output, each.batch) for each in asked] == [(1, True), (2, True)]
    assert estimates_of(request({"requests": []}, "/v1/messages/batches")) == ()
    assert all(
        each.unknown for each in estimates_of(request({"requests": [5, {"params": None}]}, "/v1/messages/batches"))
    )
    assert all(each.unknown for each in estimates_of(request({"requests": None}, "/v1/messages/batches")))


@pytest.mark.parametrize(
    "body",
    [
        {"model": 5, "messages": "x", "tools": 7},
        {"messages": [1, None, [], {"content": {"type": "image", "source": {"type": "base64", "data": 5}}}]},
        {"tools": [None, {"type": 5}, {"type": "web_search_1", "max_uses": -3}]},
        {"messages": [{"content": [{"type": "image", "source": {"type": "base64", "data": "\ud83d not base64"}}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "base64", "data": "\u00e9\u00e9"}}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "base64", "data": "abcde"}}]}]},
    ],
)
def test_requests_of_a_wrong_shape_are_counted_all_the_same(body: dict[str, Any]) -> None:
    (asked,) = estimates_of(request(json.dumps(body).encode()))

    assert 0 <= asked.likely_input <= asked.most_input


def test_the_work_grows_with_the_request_and_no_faster() -> None:
    def seconds(size: int) -> float:
        big = request(asking([{"type": "text", "text": "word " * size}]))
        best = float("inf")
        for _ in range(5):
            started = time.process_time()
            estimates_of(big)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(800_000) < 32 * seconds(100_000)  # its square would be 64 times as much
