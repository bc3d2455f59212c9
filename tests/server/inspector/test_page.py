"""The inspector's page in a real headless Chromium: readable, and deaf to whatever hostile texts ask of it."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import Any

import pytest
from tests.server.inspector.browser import Browser
from tests.server.inspector.listed import look, rows, shown

from tercet.server.run import LocalServer

PICTURE = Path(__file__).parents[3] / "docs/inspector.png"
REWRITE = "REWRITE_PICTURES"
"""Set in the environment, this takes the picture of the documents anew; otherwise it is only taken if it is missing."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def png(width: int = 60, height: int = 40) -> str:
    image = pytest.importorskip("PIL.Image")
    buffer = io.BytesIO()
    drawn = image.new("RGB", (width, height), (236, 154, 114))
    drawn.paste((180, 83, 47), (0, height // 2, width, height))
    drawn.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


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
