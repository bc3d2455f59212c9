"""The inspector's page in a real headless Chromium: live, readable, and deaf to whatever hostile texts ask of it."""

from __future__ import annotations

import base64
import http.client
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.ports import closed_port
from tests.server.inspector.browser import Browser, installed
from tests.server.inspector.conftest import HEADERS

from tercet.server.run import LocalServer

PICTURE = Path(__file__).parents[3] / "docs/inspector.png"
REWRITE = "REWRITE_PICTURES"
"""Set in the environment, this takes the picture of the documents anew; otherwise it is only taken if it is missing."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = installed()
    if program is None:
        pytest.skip("the inspector's page is tested in Chromium: install it, on Debian by  apt-get install chromium")
    with Browser(program, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser, server: LocalServer) -> Browser:
    chromium.events.clear()
    chromium.open(f"{server.base_url}/_tercet/")
    chromium.until("document.querySelector('.state.live') !== null")
    return chromium


def shown(page: Browser, count: int) -> None:
    """Wait until this many requests are shown, and have ended: a row appears when its request begins, and changes then."""
    page.until(
        f"document.querySelectorAll('#rows tr').length === {count} && !document.querySelector('#rows .status.waiting')"
    )


def rows(page: Browser) -> str:
    return str(page.run("document.querySelector('#rows').innerText"))


def look(page: Browser, row: int = 1) -> str:
    """The text of the request in this row, its conversation shown."""
    page.click(f"#rows tr:nth-child({row})")
    page.until(
        f"document.querySelector('#panel').dataset.shows === document.querySelector('#rows tr:nth-child({row})').dataset.id"
    )
    return str(page.run("document.querySelector('#panel').innerText"))


def png(width: int = 60, height: int = 40) -> str:
    image = pytest.importorskip("PIL.Image")
    buffer = io.BytesIO()
    drawn = image.new("RGB", (width, height), (236, 154, 114))
    drawn.paste((180, 83, 47), (0, height // 2, width, height))
    drawn.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_requests_appear_as_they_come(page: Browser, post: Any) -> None:
    assert "No requests yet" in page.run("document.body.innerText")

    post(messages=[{"role": "user", "content": "What is 125 * 48?"}])

    page.until("document.querySelector('#rows tr .status.good')")
    shown = rows(page)
    assert all(
        part in shown for part in ("POST", "/v1/messages", "claude-sonnet-4-6", "What is 125 * 48?", "200", "$0.000")
    )
    assert "1 request ·" in page.run("document.querySelector('#totals').innerText")


def test_a_conversation_can_be_read(page: Browser, server: LocalServer, post: Any) -> None:
    server.queue(
        {
            "thinking": "Oslo is in Norway.",
            "text": "I will look.",
            "tool_use": {"name": "get_weather", "input": {"city": "Oslo"}},
        }
    )
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png()}}
    paper = {
        "type": "document",
        "title": "Report",
        "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
    }
    tools = [{"name": "get_weather", "input_schema": {"type": "object"}}]
    post(
        system="Be brief.",
        tools=tools,
        messages=[{"role": "user", "content": [image, {"type": "text", "text": "Weather?"}]}],
    )
    shown(page, 1)

    text = look(page)

    wanted = (
        "Be brief.",
        "1 tool: get_weather",
        "Weather?",
        "Oslo is in Norway.",
        "I will look.",
        "→ get_weather",
        '"city": "Oslo"',
    )
    assert [part for part in wanted if part not in text] == []
    assert page.until("document.querySelector('#panel img').naturalWidth") == 60
    post(messages=[{"role": "user", "content": [paper]}])
    shown(page, 2)
    assert "PDF: Report" in look(page)


def test_tool_results_errors_and_cut_answers_are_marked(page: Browser, server: LocalServer, post: Any) -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": True, "content": "no such city"}
    asked = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
    ]
    post(messages=asked, tools=[{"name": "get_weather", "input_schema": {"type": "object"}}])
    shown(page, 1)
    assert "no such city" in look(page)
    assert page.run("document.querySelector('.block.wrong').innerText").startswith("← result")

    post(max_tokens="many")
    shown(page, 2)

    assert "400" in rows(page)
    assert "invalid_request_error" in look(page)


HOSTILE = "<img src=x onerror=\"alert('text')\"><script>alert('script')</script></script><svg onload=alert(1)>&lt;b&gt; javascript:alert(2)"


def test_hostile_texts_stay_texts(page: Browser, server: LocalServer, post: Any) -> None:
    blocks = [
        {"type": "text", "text": HOSTILE, "citations": [{"title": HOSTILE, "url": "javascript:alert(3)"}]},
        {"type": "image", "source": {"type": "base64", "media_type": f'image/png"{HOSTILE}', "data": "AAAA"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/svg+xml", "data": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": 'AAAA" onerror="alert(4)'}},
        {"type": "image", "source": {"type": "url", "url": "http://example.invalid/pixel.png"}},
        {"type": "document", "title": HOSTILE, "source": {"type": "url", "url": "javascript:alert(5)"}},
        {"type": HOSTILE, "__proto__": {"type": "text"}, "x": HOSTILE},
        {"type": "constructor"},
        {"type": "toString_tool_result", "tool_use_id": HOSTILE, "content": [{"type": "text", "text": HOSTILE}]},
        {"type": "tool_use", "id": HOSTILE, "name": HOSTILE, "input": {HOSTILE: HOSTILE}},
        {"type": "thinking", "thinking": HOSTILE, "cache_control": {"ttl": HOSTILE}},
        None, 7, HOSTILE,
    ]  # fmt: skip
    server.queue({"content": [{"type": "text", "text": HOSTILE}], "extra": {"stop_sequence": HOSTILE}})
    post(f"/v1/messages?a={HOSTILE}", model=HOSTILE, system=HOSTILE, tools=[{"name": HOSTILE}, None],
         messages=[{"role": HOSTILE, "content": blocks}, {"role": "user", "content": HOSTILE}, {"role": "user", "content": 5}, 9],
         headers={"anthropic-beta": HOSTILE, "user-agent": HOSTILE})  # fmt: skip
    post(f"/v1/{HOSTILE}")
    post(messages=[{"role": "user", "content": HOSTILE}])
    shown(page, 3)

    for row in (1, 2, 3):
        look(page, row)
        for tab in ("request", "response", "replay", "conversation"):
            page.click(f"[data-tab={tab}]")
            page.until(f"document.querySelector('[data-tab={tab}]').getAttribute('aria-selected') === 'true'")
    page.click("#rows tr:nth-child(3)")
    page.until(
        "document.querySelector('#panel').innerText.includes('citations') || document.querySelector('#panel').innerText.includes('onerror')"
    )

    assert page.told("Page.javascriptDialogOpening") == []
    assert (
        page.run(
            "document.querySelectorAll('#rows script, #panel script, #panel svg, #panel iframe, [onerror], [onload], #panel a').length"
        )
        == 0
    )
    assert page.run("[...document.images].every((image) => image.src.startsWith('data:image/png;base64,'))")
    assert page.told("Runtime.exceptionThrown") == []
    assert "alert('text')" in rows(page)


def test_the_page_asks_nobody_but_its_server(page: Browser, server: LocalServer, post: Any) -> None:
    post()
    shown(page, 1)
    look(page)

    asked = {event["request"]["url"] for event in page.told("Network.requestWillBeSent")}

    assert {url for url in asked if not url.startswith((server.base_url, "data:"))} == set()
    assert [event for event in page.told("Log.entryAdded") if event["entry"]["source"] != "network"] == []


def test_no_markup_can_be_made_even_by_mistake(page: Browser) -> None:
    """The last line of defence: were the page to write HTML, the browser would refuse."""
    with pytest.raises(AssertionError, match="TrustedHTML"):
        page.run("document.body.innerHTML = '<b>x</b>'")
    assert (
        page.run(
            "(async () => { try { await fetch('http://127.0.0.1:9/'); return 'sent'; } catch { return 'refused'; } })()"
        )
        == "refused"
    )


def test_requests_are_filtered_by_words_and_by_errors(page: Browser, post: Any) -> None:
    post(messages=[{"role": "user", "content": "about Oslo"}])
    post(messages=[{"role": "user", "content": "about Bergen"}])
    post(max_tokens=-1)
    shown(page, 3)

    page.run("document.querySelector('#filter').value = 'OSLO messages'; document.querySelector('#filter').oninput()")
    shown(page, 1)
    assert "about Oslo" in rows(page)

    page.run("document.querySelector('#filter').value = ''; document.querySelector('#errors').click()")
    page.until("document.querySelectorAll('#rows tr').length === 1 && document.querySelector('#rows .status.bad')")


def test_a_paused_page_stands_still_and_catches_up(page: Browser, post: Any) -> None:
    page.click("#pause")
    post()
    page.until("/Resume \\([12]\\)/.test(document.querySelector('#pause').innerText)")
    assert page.run("document.querySelectorAll('#rows tr').length") == 0

    page.click("#pause")

    shown(page, 1)
    assert page.run("document.querySelector('#pause').innerText") == "Pause"


def test_clearing_empties_the_list_only(page: Browser, server: LocalServer, post: Any) -> None:
    post()
    shown(page, 1)

    page.click("#clear")

    page.until("document.querySelectorAll('#rows tr').length === 0")
    assert len(server.journal) == 1


def test_a_request_that_is_gone_is_said_to_be(page: Browser, server: LocalServer, post: Any) -> None:
    post()
    shown(page, 1)
    page.click("#pause")
    server.reset()

    assert "not kept any more" in look(page)


def test_a_server_that_is_reset_empties_the_list(page: Browser, server: LocalServer, post: Any) -> None:
    post()
    shown(page, 1)

    server.reset()

    shown(page, 0)


def test_a_server_that_comes_back_is_found_again(chromium: Browser) -> None:
    port = closed_port()
    with LocalServer(inspect=True, port=port) as first:
        chromium.open(f"{first.base_url}/_tercet/")
        chromium.until("document.querySelector('.state.live')")
    chromium.until("document.querySelector('.state.lost')")

    with LocalServer(inspect=True, port=port):
        chromium.until("document.querySelector('.state.live')")


def test_keys_move_through_the_list(page: Browser, post: Any) -> None:
    for city in ("Bergen", "Molde", "Oslo"):
        post(messages=[{"role": "user", "content": city}])
    shown(page, 3)
    assert "Oslo" in look(page)
    page.run("document.querySelector('#rows tr').focus()")

    for key, city in (("ArrowDown", "Molde"), ("ArrowDown", "Bergen"), ("ArrowUp", "Molde")):
        page.press(key)
        page.until(f"document.querySelector('#panel').innerText.includes('{city}')")
        assert city in page.run("document.activeElement.innerText")


def test_what_happens_meanwhile_takes_the_focus_from_no_row(page: Browser, server: LocalServer) -> None:
    server.fault("x1 stall")
    address = urlsplit(server.base_url)
    asking = http.client.HTTPConnection(str(address.hostname), address.port)
    asking.request("GET", "/v1/models", headers=HEADERS)
    page.until("document.querySelector('#rows .status.waiting')")
    page.run("document.querySelector('#rows tr').focus()")

    httpx.get(f"{server.base_url}/v1/models/claude-opus-5-5", headers=HEADERS, trust_env=False)
    page.until("document.querySelectorAll('#rows tr').length === 2 && document.querySelector('#rows .status.good')")
    assert "/v1/models" in page.run("document.activeElement.innerText")
    asking.close()
    shown(page, 2)
    assert "none" in page.run("document.activeElement.innerText")

    page.press("ArrowUp")
    page.until("document.querySelector('#panel').innerText.includes('claude-opus-5-5')")


def conversation_for_the_picture(server: LocalServer, post: Any) -> None:
    system = [{"type": "text", "text": "You help travellers. " * 400, "cache_control": {"type": "ephemeral"}}]
    tools = [
        {
            "name": "get_weather",
            "description": "The weather of a city.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        }
    ]
    asked: list[dict[str, Any]] = [{"role": "user", "content": "What is the weather like in Oslo?"}]
    post("/v1/messages/count_tokens", messages=asked)
    server.queue(
        {
            "thinking": "I should look at the weather first.",
            "tool_use": {"name": "get_weather", "input": {"city": "Oslo"}},
        },
        "Rain in Oslo, 8 °C. Take a coat.",
    )
    said = post(system=system, tools=tools, messages=asked).json()["content"]
    server.fault("x1 status:529")
    post(model="claude-opus-5-5", messages=[{"role": "user", "content": "Summarise this report"}])
    post(
        model="claude-haiku-4-5",
        stream=True,
        messages=[{"role": "user", "content": "My name is Alice. What is 125 * 48?"}],
    )
    results = [
        {"type": "tool_result", "tool_use_id": said[-1]["id"], "content": "rain, 8 °C"},
        {"type": "text", "text": "And what should I wear?"},
    ]
    asked += [{"role": "assistant", "content": said}, {"role": "user", "content": results}]
    post(system=system, tools=tools, stream=True, messages=[*asked])


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_looks_as_its_reader_prefers(
    chromium: Browser, server: LocalServer, post: Any, scheme: str, tmp_path: Path
) -> None:
    """Also takes the picture that the documents show."""
    image = pytest.importorskip("PIL.Image")
    conversation_for_the_picture(server, post)
    chromium.open(f"{server.base_url}/_tercet/", scheme=scheme, width=1400, height=800)
    shown(chromium, 5)
    look(chromium)
    chromium.run("document.querySelector('#panel').scrollTop = 1e6")

    taken = chromium.picture()

    drawn = image.open(io.BytesIO(taken)).convert("RGB")
    paper, colours = drawn.getpixel((5, 795)), drawn.getcolors(1 << 20)
    assert drawn.size == (1400, 800)
    assert (sum(paper) > 600) is (scheme == "light")
    assert colours is not None
    assert len(colours) > 100  # it is a page, not an empty sheet
    if scheme == "light" and (os.environ.get(REWRITE) or not PICTURE.exists()):
        PICTURE.write_bytes(taken)
