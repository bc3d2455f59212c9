"""One upload for everybody who wants a file: as a table of steps, without a network."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from tercet.flow.effects import Ask, Wait
from tercet.toolkit.media.uploads import MOST_KNOWN, UploadedFile, Uploads, account_of, upload_once

KEY = ("account", "hash")
FILE = {"file": ("a.png", b"bytes", "image/png")}


def metadata(file_id: str, expires: Any = None) -> Any:
    return SimpleNamespace(id=file_id, expires_at=expires)


def plan(uploads: Uploads) -> Any:
    return upload_once(uploads, KEY, "a.png", lambda: b"bytes", "image/png")


def ended(plan: Any, answer: Any) -> str:
    with pytest.raises(StopIteration) as end:
        plan.send(answer)
    return str(end.value.value)


def test_a_new_file_is_uploaded_and_known_from_then_on() -> None:
    uploads = Uploads(lambda: 0.0)
    first = plan(uploads)
    assert next(first) == Ask(FILE)
    assert ended(first, metadata("file_1")) == "file_1"
    assert ended(plan(uploads), None) == "file_1"


def test_whoever_comes_meanwhile_waits_and_uploads_if_nothing_came() -> None:
    uploads = Uploads(lambda: 0.0)
    first, second = plan(uploads), plan(uploads)
    next(first)
    waiting = next(second)
    assert isinstance(waiting, Wait)
    assert not waiting.future.done()
    first.close()
    assert waiting.future.done()
    assert second.send(None) == Ask(FILE)
    assert ended(second, metadata("file_2")) == "file_2"


def test_an_old_id_is_asked_for_and_one_that_is_gone_is_replaced() -> None:
    clock = [0.0]
    uploads = Uploads(lambda: clock[0])
    first = plan(uploads)
    next(first)
    ended(first, metadata("file_1"))
    clock[0] = 61.0
    again = plan(uploads)
    assert next(again) == Ask({"file_id": "file_1"})
    assert again.send(None) == Ask(FILE)
    assert ended(again, metadata("file_2")) == "file_2"


def test_a_file_that_ends_soon_counts_as_ended() -> None:
    clock = [0.0]
    uploads = Uploads(lambda: clock[0])
    first = plan(uploads)
    next(first)
    ended(first, metadata("file_1", SimpleNamespace(timestamp=lambda: 3600.0)))
    assert isinstance(uploads.claim(KEY), UploadedFile)
    clock[0] = 3301.0
    assert next(plan(uploads)) == Ask(FILE)


def test_what_is_known_has_a_bound() -> None:
    uploads = Uploads(lambda: 0.0)
    for number in range(MOST_KNOWN + 10):
        uploads.claim(("a", str(number)))
        uploads.settle(("a", str(number)), metadata("f"))
    assert uploads.claim(("a", "0")) is None
    assert isinstance(uploads.claim(("a", "0")), Future)
    assert isinstance(uploads.claim(("a", "20")), UploadedFile)


def test_accounts_are_told_apart_without_naming_a_key() -> None:
    def client(**said: Any) -> Any:
        return SimpleNamespace(**({"base_url": "https://a", "api_key": None, "auth_token": None} | said))

    accounts = {
        account_of(client(api_key="secret-key")),
        account_of(client(api_key="other")),
        account_of(client(base_url="https://b", api_key="other")),
        account_of(client(auth_token="secret-key")),
    }
    assert len(accounts) == 4
    assert not any("secret" in account for account in accounts)
    assert account_of(client(api_key="other")) in accounts
    nameless = client()
    assert account_of(nameless) == account_of(nameless) != account_of(client())
