"""Pages: dicts that iterate over the items of a whole list, by either style of cursor, and always come to an end."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from tests.client.scripted import JSON, Script

from tercet.client.resources.pages import PageInfo, next_params
from tercet.pagination import AsyncPage, SyncPage, SyncPageCursor, SyncReportPageCursor, SyncTokenPage
from tercet.wire.http import Request
from tercet.wire.responses.models import ModelInfo


def by_id(*ids: str, more: bool | None = True) -> tuple[int, dict[str, str], bytes]:
    page: dict[str, Any] = {"data": [{"type": "model", "id": each} for each in ids]}
    if more is not None:
        page["has_more"] = more
    page |= {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
    return 200, JSON, json.dumps(page).encode()


def by_cursor(*ids: str, following: str | None = None) -> tuple[int, dict[str, str], bytes]:
    page = {"data": [{"type": "file", "id": each} for each in ids], "next_page": following}
    return 200, JSON, json.dumps(page).encode()


def query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url).query))


def test_iterating_a_page_goes_through_all_pages_by_after_id() -> None:
    script = Script(by_id("a", "b"), by_id("c"), by_id("d", more=False))

    found = [model.id for model in script.client().models.list(limit=2, lifecycle=["active"])]

    assert found == ["a", "b", "c", "d"]
    assert [query(sent).get("after_id") for sent in script.sent] == [None, "b", "c"]
    assert {query(sent)["limit"] for sent in script.sent} == {"2"}
    assert {query(sent)["lifecycle[]"] for sent in script.sent} == {"active"}


def test_a_list_that_was_asked_for_backwards_goes_on_backwards() -> None:
    script = Script(by_id("c", "d"), by_id("a", "b", more=False))

    assert [each.id for each in script.client().models.list(before_id="e")] == ["c", "d", "a", "b"]
    assert [query(sent) for sent in script.sent] == [{"before_id": "e"}, {"before_id": "c"}]


def test_an_opaque_cursor_is_followed_even_over_an_empty_page() -> None:
    script = Script(by_cursor("a", following="p2"), by_cursor(following="p3"), by_cursor("b"))

    assert [each.id for each in script.client().files.list(limit=1)] == ["a", "b"]
    assert [query(sent) for sent in script.sent] == [
        {"limit": "1"},
        {"limit": "1", "page": "p2"},
        {"limit": "1", "page": "p3"},
    ]


def test_the_older_shape_of_a_file_list_goes_on_by_ids() -> None:
    script = Script(by_id("a"), by_id("b", more=False))

    pages = script.client().files.list(betas=["files-api-2025-04-14"])

    assert [each.id for each in pages] == ["a", "b"]
    assert [query(sent) for sent in script.sent] == [{}, {"after_id": "a"}]


def test_headers_and_options_of_the_first_page_are_those_of_all() -> None:
    script = Script(by_id("a"), by_id("b", more=False))

    page = script.client().models.list(
        betas=["x"], workspace_id="wrkspc_1", extra_headers={"X-Mine": "1"}, extra_query={"q": "2"}, timeout=7
    )

    assert [each.id for each in page] == ["a", "b"]
    for sent in script.sent:
        names = ("anthropic-beta", "anthropic-workspace-id", "X-Mine")
        assert [sent.headers[name] for name in names] == ["x", "wrkspc_1", "1"]
        assert (query(sent)["q"], sent.timeout.read) == ("2", 7.0)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(by_id("b", more=False), id="it says so"),
        pytest.param(by_id(), id="it is empty, whatever it says"),
        pytest.param(by_id("a"), id="its cursor is the one that led to it"),
    ],
)
def test_a_list_ends_where_the_last_page_says_so_or_repeats(end: Any) -> None:
    script = Script(by_id("a"), end)

    assert len(list(script.client().models.list().iter_pages())) == 2


def test_a_server_that_goes_round_in_circles_is_left_when_a_cursor_comes_again() -> None:
    script = Script(*[by_cursor(each, following=f"to-{each}") for each in "abcabcabc"])

    assert [each.id for each in script.client().files.list()] == ["a", "b", "c", "a"]


def test_a_page_by_ids_that_does_not_say_has_more_goes_on_until_an_empty_one() -> None:
    script = Script(by_id("a", more=None), by_id("b", more=None), by_id(more=None))

    assert [each.id for each in script.client().models.list()] == ["a", "b"]


def test_pages_can_be_turned_by_hand() -> None:
    script = Script(by_id("a"), by_id("b", more=False))

    first = script.client().models.list()
    assert first.has_next_page()
    assert first.next_page_info() == PageInfo(params={"after_id": "a"})
    second = first.get_next_page()

    assert isinstance(second, SyncPage)
    assert [each.id for each in second.data] == ["b"]
    assert (second.has_more, second.last_id, second._request_id) == (False, "b", "req_011CTest")
    assert not second.has_next_page()
    assert second.next_page_info() is None
    with pytest.raises(RuntimeError, match="has_next_page"):
        second.get_next_page()


def test_a_page_is_the_json_that_came_although_it_iterates_over_items() -> None:
    status, headers, body = by_id("a", "b", more=False)
    page = Script((status, headers, body)).client().models.list()
    raw = json.loads(body)

    assert dict(page) == {**page} == page == raw
    assert json.loads(json.dumps(page)) == raw
    assert msgspec.json.decode(msgspec.json.encode(page)) == raw
    assert page.to_dict() == raw
    assert json.loads(page.to_json()) == raw
    assert page.model_dump(exclude_unset=True) == raw
    assert list(page.keys()) == list(raw)
    assert page.model_fields_set == set(raw)
    assert repr(page).startswith("SyncPage(data=[ModelInfo(id='a', type='model'), ModelInfo(")
    assert "has_more=False" in str(page)
    assert "last_id" in dir(page)
    assert type(page.data[0]) is ModelInfo


def test_a_copied_page_can_still_be_turned() -> None:
    script = Script(by_id("a"), by_id("b", more=False))
    page = script.client().models.list()

    for made in (page.model_copy(), copy.copy(page), page.copy()):
        assert made == page
        assert type(made) is SyncPage
        assert made.get_next_page().data[0].id == "b"


def test_a_pickled_page_is_its_data_and_says_that_it_has_no_client() -> None:
    page = Script(by_id("a")).client().models.list()

    back = pickle.loads(pickle.dumps(page))

    assert back == page
    assert type(back) is SyncPage
    assert type(back.data[0]) is ModelInfo
    assert back.has_next_page()
    with pytest.raises(RuntimeError, match="not received by a client"):
        list(back)


@pytest.mark.anyio
async def test_an_async_list_is_iterated_or_awaited() -> None:
    script = Script(by_id("a"), by_id("b", more=False), by_id("c"), by_id("d", more=False))
    client = script.async_client()

    assert [each.id async for each in client.models.list()] == ["a", "b"]
    page = await client.models.list()
    assert isinstance(page, AsyncPage)
    assert [each.id for each in page.data] == ["c"]
    assert [each.id for each in (await page.get_next_page()).data] == ["d"]


@pytest.mark.anyio
async def test_async_pages_come_one_by_one() -> None:
    script = Script(by_cursor("a", following="p2"), by_cursor("b"))

    page = await script.async_client().files.list()

    assert [[each.id for each in one.data] async for one in page.iter_pages()] == [["a"], ["b"]]


def test_the_page_behind_a_raw_response_turns_into_pages() -> None:
    script = Script(by_id("a"), by_id("b", more=False))

    response = script.client().models.with_raw_response.list()

    assert response.request_id == "req_011CTest"
    assert [each.id for each in response.parse()] == ["a", "b"]


def test_a_body_without_a_list_is_no_page() -> None:
    import tercet

    for body in (b"{}", b'{"data":{"a":1}}', b"[]", b'{"data":"x"}'):
        with pytest.raises(tercet.APIResponseValidationError):
            Script((200, JSON, body)).client().models.list()


@pytest.mark.parametrize(
    ("kind", "page", "sent", "expected"),
    [
        (SyncTokenPage, {"data": [1], "next_page": "t"}, {}, {"page_token": "t"}),
        (SyncPageCursor, {"data": [1], "last_id": "x"}, {}, None),
        (SyncPageCursor, {"data": [], "next_page": ""}, {}, None),
        (SyncReportPageCursor, {"data": [1], "next_page": "t", "has_more": False}, {}, None),
        (SyncPage, {"data": [1], "has_more": True, "last_id": None}, {}, None),
        (
            SyncPage,
            {"data": [1], "has_more": True, "first_id": "f", "last_id": "l"},
            {"before_id": "b"},
            {"before_id": "f"},
        ),
    ],
)
def test_each_kind_of_page_names_its_own_cursor(kind: Any, page: Any, sent: Any, expected: Any) -> None:
    assert expected == next_params(page, sent, kind._cursor, kind._by_id)
