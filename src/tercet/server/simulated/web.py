"""The web as the simulated model knows it: a few pages held here, or those that a script gives. Opens no connection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the local web."""

    url: str
    title: str
    text: str
    age: str | None = None


PAGES = (
    Page(
        "https://example.com/messages-api",
        "How the Messages API works",
        "A request carries the whole conversation. The answer is a list of content blocks. Streaming sends the same blocks as events.",
        "1 week ago",
    ),
    Page(
        "https://example.com/weather",
        "Weather, simulated",
        "The simulated weather is 18 °C and partly cloudy everywhere. It never changes, so that tests stay the same.",
        "1 day ago",
    ),
    Page(
        "https://example.com/news",
        "News of the local API",
        "The local API answers searches from pages of its own. It opens no connection to the internet.",
        "2 days ago",
    ),
)


class LocalWeb:
    """Searches and fetches among fixed pages."""

    def __init__(self, pages: Sequence[Page] = PAGES) -> None:
        self.pages = tuple(pages)

    def search(self, query: str, most: int = 3) -> list[Page]:
        """Pages by the words they share with the query, best first; never none, as long as there are pages."""
        wanted = set(re.findall(r"\w+", query.lower()))
        order = sorted(
            self.pages, key=lambda page: -len(wanted & set(re.findall(r"\w+", f"{page.title} {page.text}".lower())))
        )
        return order[:most]

    def fetch(self, url: str) -> Page | None:
        """Return the page at exactly this address."""
        return next((page for page in self.pages if page.url == url.rstrip("/")), None)
