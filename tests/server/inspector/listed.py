"""What a reader of the inspector's page does and sees: the rows of its list, and the request that is looked at."""

from __future__ import annotations

from tests.server.inspector.browser import Browser

HEADERS = {"x-api-key": "sk-ant-CANARY-0123456789", "anthropic-version": "2023-06-01"}


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
