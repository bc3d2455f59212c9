"""The inspector's list in a real headless Chromium: live, filtered, paused, moved through with keys."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.ports import closed_port
from tests.server.inspector.browser import Browser
from tests.server.inspector.listed import HEADERS, look, rows, shown

from tercet.server.run import LocalServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_requests_appear_as_they_come(page: Browser, post: Any) -> None:
    assert "No requests yet" in page.run("document.body.innerText")

    post(messages=[{"role": "user", "content": "What is 125 * 48?"}])

    page.until("document.querySelector('#rows tr .status.good')")
    shown = rows(page)
    assert all(
        part in shown for part in ("POST", "/v1/messages", "claude-sonnet-4-6", "What is 125 * 48?", "200", "$0.000")
    )
    assert "1 request ·" in page.run("document.querySelector('#totals').innerText")


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
