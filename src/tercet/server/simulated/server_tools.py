"""The API's own tools, carried out here: search and fetch in the local web, code execution for sums only, tool search."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tercet.server.simulated.arithmetic import computed, find_expressions
from tercet.server.simulated.asking import asking_words
from tercet.server.simulated.calling import shared_words
from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.entities import URL, Entities
from tercet.server.simulated.identity import Identity

SEARCHES = re.compile(
    r"\b(?:search|look up|latest|news|current(?:ly)?|recent|today|web|internet|online|find out|weather|price of)\b",
    re.IGNORECASE,
)
RUNS = re.compile(r"\b(?:run|execute|calculate|compute|code|script|python)\b", re.IGNORECASE)
FETCHED_AT = "2026-01-01T00:00:00Z"
"""Fixed, so that equal requests give equal answers."""
DIRECT = {"type": "direct"}


def use_server_tools(conversation: RequestView, identity: Identity, web: LocalWeb) -> list[Block] | None:
    """Return the call, its result and an answer; None when no server tool is there or wanted."""
    tools = conversation.server_tools
    choice = conversation.tool_choice
    if not tools or choice.get("type") == "none" or conversation.results:
        return None
    question = conversation.question
    asked = asking_words(question)
    forced = str(choice.get("name", "")) if choice.get("type") == "tool" else ""
    if forced == "web_fetch" or ("web_fetch" in tools and URL.search(asked)):
        return _fetch(tools.get("web_fetch", {}), question, identity, web)
    if "code_execution" in tools and (forced == "code_execution" or RUNS.search(asked) or find_expressions(asked)):
        return _execute(tools["code_execution"], question, identity)
    if "web_search" in tools and (forced == "web_search" or choice.get("type") == "any" or SEARCHES.search(asked)):
        return _search(tools["web_search"], question, identity, web)
    return _find_tools(conversation, identity, asked)


def _use(identity: Identity, name: str, input_: dict[str, Any]) -> Block:
    return {"type": "server_tool_use", "id": identity.new("srvtoolu"), "name": name, "input": input_, "caller": DIRECT}


def _result(kind: str, use: Block, content: object) -> Block:
    return {"type": kind, "tool_use_id": use["id"], "content": content, "caller": DIRECT}


def sealed(text: str) -> str:
    """Return an opaque token that stands for encrypted content."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()


def _allowed(page_url: str, tool: Mapping[str, Any]) -> bool:
    host = urlsplit(page_url).hostname or ""
    wanted, barred = tool.get("allowed_domains") or [], tool.get("blocked_domains") or []

    def within(domains: list[str]) -> bool:
        return any(host == domain or host.endswith("." + domain) for domain in domains)

    return (not wanted or within(wanted)) and not within(barred)


def _search(tool: Mapping[str, Any], question: str, identity: Identity, web: LocalWeb) -> list[Block]:
    query = Entities(question).query[:200]
    use = _use(identity, "web_search", {"query": query})
    if tool.get("max_uses") == 0:
        error = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
        return [use, _result("web_search_tool_result", use, error), _said("I may not search any more.")]
    pages = [page for page in web.search(query) if _allowed(page.url, tool)]
    found = [
        {
            "type": "web_search_result",
            "url": page.url,
            "title": page.title,
            "encrypted_content": sealed(page.text),
            "page_age": page.age,
        }
        for page in pages
    ]
    start = _said("I'll search for that.")
    if not pages:
        return [start, use, _result("web_search_tool_result", use, []), _said("The search found nothing.")]
    return [
        start,
        use,
        _result("web_search_tool_result", use, found),
        _said("According to the local pages: "),
        _cited(pages[0]),
    ]


def _cited(page: Page) -> Block:
    first = page.text.partition(". ")[0].rstrip(".") + "."
    citation = {
        "type": "web_search_result_location",
        "cited_text": first,
        "url": page.url,
        "title": page.title,
        "encrypted_index": sealed(page.url + first),
    }
    return {"type": "text", "text": first, "citations": [citation]}


def _said(text: str) -> Block:
    return {"type": "text", "text": text}


def _fetch(tool: Mapping[str, Any], question: str, identity: Identity, web: LocalWeb) -> list[Block]:
    match = URL.search(question)
    url = match[0].rstrip(".,;!?") if match else "https://example.com/"
    use = _use(identity, "web_fetch", {"url": url})
    page = web.fetch(url)
    if page is None or not _allowed(url, tool):
        code = "url_not_accessible" if _allowed(url, tool) else "url_not_allowed"
        error = {"type": "web_fetch_tool_result_error", "error_code": code}
        return [
            use,
            _result("web_fetch_tool_result", use, error),
            _said(f"I cannot open {url}: the local API holds no such page."),
        ]
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": page.text},
        "title": page.title,
        "citations": {"enabled": bool((tool.get("citations") or {}).get("enabled"))},
    }
    content = {"type": "web_fetch_result", "url": url, "content": document, "retrieved_at": FETCHED_AT}
    return [use, _result("web_fetch_tool_result", use, content), _said(f"The page “{page.title}” says: {page.text}")]


def _execute(tool: Mapping[str, Any], question: str, identity: Identity) -> list[Block]:
    expression = next(iter(find_expressions(question)), "")
    value = computed(expression) if expression else None
    code = f"print({expression})" if expression else "print('ready')"
    output = f"{value if expression else 'ready'}\n"
    bash = "20250522" not in str(tool.get("type"))
    name, kind = ("bash_code_execution", "bash_code_execution") if bash else ("code_execution", "code_execution")
    use = _use(identity, name, {"command": f'python3 -c "{code}"'} if bash else {"code": code})
    result = {"type": f"{kind}_result", "stdout": output, "stderr": "", "return_code": 0, "content": []}
    said = (
        f"{expression} = {value}" if expression else "The local API executes nothing but sums; this is a simulated run."
    )
    return [use, _result(f"{kind}_tool_result", use, result), _said(said)]


def _find_tools(conversation: RequestView, identity: Identity, asked: str) -> list[Block] | None:
    name = next((name for name in conversation.server_tools if name.startswith("tool_search_tool")), None)
    deferred = [tool for tool in conversation.tools if tool.get("defer_loading")]
    found = [tool for tool in deferred if sum(shared_words(tool, asked).values()) >= 2][:5]
    if name is None or not found:
        return None
    query = "|".join(sorted({word.strip("`") for tool in found for word in shared_words(tool, asked)}))
    use = _use(identity, name, {"pattern" if name.endswith("regex") else "query": query})
    references = [{"type": "tool_reference", "tool_name": tool["name"]} for tool in found]
    content = {"type": "tool_search_tool_search_result", "tool_references": references}
    return [use, _result("tool_search_tool_result", use, content)]


# --- the web, as a few pages held here, or those that a script gives: opens no connection --------------------------


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
