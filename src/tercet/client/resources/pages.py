"""Lists that come page by page: a page knows its items, whether more follow, and how to ask for them.

Two cursor styles, told apart by what came: `after_id`/`before_id` with `has_more`, and an opaque `next_page`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from tercet.wire.datetime_field import DatetimeField
from tercet.wire.http import Response
from tercet.wire.model import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class PageInfo:
    """The request for the next page: `params` is laid over the query of this one."""

    params: dict[str, str]


def next_params(page: Mapping[str, Any], query: Mapping[str, Any], name: str, by_id: bool) -> dict[str, str] | None:
    """Return the cursor of the page after this one, or None at the end.

    `by_id`: a page of this kind continues by ids even if it does not say `has_more`. A cursor that led to this very
    page would lead here again, so it is an end.
    """
    if page.get("has_more") is False:
        return None
    found: tuple[str, Any]
    if page.get("next_page"):
        found = (name, page["next_page"])
    elif not page.get("data") or not (by_id or page.get("has_more")):
        return None
    elif query.get("before_id"):
        found = ("before_id", page.get("first_id"))
    else:
        found = ("after_id", page.get("last_id"))
    cursor, value = found
    return {cursor: value} if value and query.get(cursor) != value else None


class AnyPage(Model, Generic[M]):
    """One page of a list: `data`, and the cursors that the API sent with it."""

    __slots__ = ("_ask", "_query", "_request_id")
    if not TYPE_CHECKING:

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            """Return the class itself: `isinstance(page, SyncPage[ModelInfo])` asks what it is, not what it holds."""
            return cls

    _cursor: ClassVar[str] = "page"
    _by_id: ClassVar[bool] = False
    _request_id: str | None
    _ask: Callable[[Mapping[str, Any]], Any] | None
    _query: Mapping[str, Any] | None
    data: list[M]
    has_more: bool | None
    first_id: str | None
    last_id: str | None
    next_page: str | None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return None if name in AnyPage.__slots__ else super().__getattr__(name)

    def has_next_page(self) -> bool:
        """Return whether another page follows."""
        return self.next_page_info() is not None

    def next_page_info(self) -> PageInfo | None:
        """Return the cursor of the next page, or None at the end."""
        params = next_params(self, self._query or {}, self._cursor, self._by_id)
        return None if params is None else PageInfo(params)

    def _next(self) -> Any:
        """Ask for the next page: the page itself, or what is to be awaited for it."""
        info = self.next_page_info()
        if info is None:
            raise RuntimeError("there is no next page; ask has_next_page() first")
        if self._ask is None:
            raise RuntimeError("this page was not received by a client (a pickle?), so it cannot ask for the next one")
        return self._ask({**(self._query or {}), **info.params})

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (dict(self),)  # a pickle is data alone: a client does not travel with it

    def __copy__(self) -> Self:
        made = type(self)(dict(self))
        for name in AnyPage.__slots__:
            object.__setattr__(made, name, getattr(self, name))
        return made


P = TypeVar("P", bound=AnyPage[Any])


class _SyncPages(AnyPage[M]):
    """A page that fetches the next one in this thread. Iterating it goes through the items of all pages."""

    __slots__ = ()

    def get_next_page(self) -> Self:
        """Ask the API for the next page. Raises RuntimeError if there is none."""
        page: Self = self._next()
        return page

    def iter_pages(self) -> Iterator[Self]:
        """Yield this page and all that follow. Ends where a server begins to repeat its cursors."""
        page, seen = self, set[str]()
        yield page
        while unseen(page, seen):
            page = page.get_next_page()
            yield page

    def __iter__(self) -> Iterator[M]:  # type: ignore[override] # users of the official SDK iterate a page for its items
        for page in self.iter_pages():
            yield from page["data"]


class _AsyncPages(AnyPage[M]):
    """A page that fetches the next one in the running event loop. `async for` goes through the items of all pages."""

    __slots__ = ()

    async def get_next_page(self) -> Self:
        """Ask the API for the next page. Raises RuntimeError if there is none."""
        page: Self = await self._next()
        return page

    async def iter_pages(self) -> AsyncIterator[Self]:
        """Yield this page and all that follow. Ends where a server begins to repeat its cursors."""
        page, seen = self, set[str]()
        yield page
        while unseen(page, seen):
            page = await page.get_next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[M]:
        async for page in self.iter_pages():
            for item in page["data"]:
                yield item


def unseen(page: AnyPage[Any], seen: set[str]) -> bool:
    """Return whether a next page follows whose cursor is not among those `seen`; it is from now on."""
    info = page.next_page_info()
    cursor = str(info.params) if info else ""
    new = bool(info) and cursor not in seen
    seen.add(cursor)
    return new


class SyncPage(_SyncPages[M]):
    """A page of a list that goes on by ids: `after_id` the `last_id`, or `before_id` the `first_id`."""

    __slots__ = ()
    _by_id = True


class AsyncPage(_AsyncPages[M]):
    """`SyncPage` of the async client."""

    __slots__ = ()
    _by_id = True


class SyncPageCursor(_SyncPages[M]):
    """A page of a list that goes on by an opaque cursor: `page` the `next_page`."""

    __slots__ = ()


class AsyncPageCursor(_AsyncPages[M]):
    """`SyncPageCursor` of the async client."""

    __slots__ = ()


class SyncTokenPage(_SyncPages[M]):
    """A page of a list that goes on by `page_token`."""

    __slots__ = ()
    _cursor = "page_token"


class AsyncTokenPage(_AsyncPages[M]):
    """`SyncTokenPage` of the async client."""

    __slots__ = ()
    _cursor = "page_token"


class SyncBidirectionalPageCursor(SyncPageCursor[M]):
    """A `SyncPageCursor` that also names the page before, in `prev_page`."""

    __slots__ = ()
    prev_page: str | None


class AsyncBidirectionalPageCursor(AsyncPageCursor[M]):
    """`SyncBidirectionalPageCursor` of the async client."""

    __slots__ = ()
    prev_page: str | None


class SyncReportPageCursor(SyncPageCursor[M]):
    """A `SyncPageCursor` of a report, which says how old its data is."""

    __slots__ = ()
    data_refreshed_at: datetime | None = DatetimeField()


class AsyncReportPageCursor(AsyncPageCursor[M]):
    """`SyncReportPageCursor` of the async client."""

    __slots__ = ()
    data_refreshed_at: datetime | None = DatetimeField()


class AsyncPaginator(Generic[M, P]):
    """The object that an async `list()` returns: await it for the first page, or `async for` over the items of all pages."""

    def __init__(self, ask: Callable[[], Awaitable[P]]) -> None:
        self._ask = ask

    def __await__(self) -> Generator[Any, None, P]:
        return self._ask().__await__()

    async def __aiter__(self) -> AsyncIterator[M]:
        page: Any = await self
        async for item in page:
            yield item


def page_reader(kind: type[P], item: type[Model], query: Mapping[str, Any], ask: Any) -> Callable[[Response], P]:
    """Reads a response as a page of `item`s that can ask for its successor."""
    from tercet.client.call import model_reader, unreadable_error

    read = model_reader(kind, "data")

    def read_page(response: Response) -> P:
        page = read(response)
        if not isinstance(page["data"], list | None):
            raise unreadable_error(response, f"a page whose data is no list but {type(page['data']).__name__}")
        page["data"] = [item.wrap(each) for each in page["data"] or ()]
        object.__setattr__(page, "_query", dict(query))
        object.__setattr__(page, "_ask", ask)
        return page

    return read_page
