"""`/v1/files`: upload, look, download, delete. In the present shape, or the older one when its beta is asked for."""

from __future__ import annotations

import asyncio
import mimetypes

from tercet.server.access import Caller, caller
from tercet.server.endpoints.lists import asked_limit, one, page, several
from tercet.server.endpoints.messages import IN_A_THREAD
from tercet.server.errors import HTTPError, invalid
from tercet.server.exchange import PlainResponse, ServerExchange, json_response
from tercet.server.http.bodies import FormPart, parts_of
from tercet.server.state import State
from tercet.server.stores.records import StoredFile
from tercet.server.validation.fields import refusal

OLD_SHAPE = "files-api-2025-04-14"
MOST_IDS = 100
SHORTEST, LONGEST = 3600, 7_776_000
"""Seconds after which a file may expire."""


def admitted(state: State, exchange: ServerExchange) -> Caller:
    """Return the caller, who may ask now: all routes of files share one limit."""
    who = caller(exchange, state.settings)
    state.service.quotas.files.admit(who.key)
    return who


async def upload(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /v1/files`."""
    body = await exchange.body(state.settings.file_bytes)
    who = admitted(state, exchange)
    parts = {part.name: part for part in await _parts(body, exchange.header(b"content-type"))}
    file = parts.get("file")
    if file is None:
        raise refusal("required", path="file")
    for name in parts:
        if name not in ("file", "expires_in_seconds"):
            exchange.warnings.append(
                f"the form field {name[:100]!r} is not read: uploads are `file` and `expires_in_seconds`"
            )
    seconds = _seconds(parts.get("expires_in_seconds"))
    stored = await state.files.add(who.key, file.filename or "", _media_type(file), file.content, seconds)
    return json_response(stored.metadata())


async def _parts(body: bytes, content_type: str) -> list[FormPart]:
    """Return the parts; those of a large body are looked for beside the event loop."""
    if len(body) > IN_A_THREAD:
        return await asyncio.to_thread(parts_of, body, content_type)
    return parts_of(body, content_type)


def _media_type(file: FormPart) -> str:
    said = file.content_type.partition(";")[0].strip().lower()
    guessed = mimetypes.guess_type(file.filename or "")[0]
    if said and said != "application/octet-stream":
        return said
    return guessed or "application/octet-stream"


def _seconds(part: FormPart | None) -> int | None:
    if part is None:
        return None
    text = part.content[:20].decode("latin-1").strip()
    if not (text.isascii() and text.isdigit()):
        raise refusal("type", path="expires_in_seconds", kind="integer")
    if not SHORTEST <= int(text) <= LONGEST:
        raise invalid(f"expires_in_seconds: Input should be between {SHORTEST} and {LONGEST}")
    return int(text)


async def listed(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /v1/files`: newest first."""
    who = admitted(state, exchange)
    if OLD_SHAPE in who.betas:
        return json_response(page(exchange, state.files.all(who.key), _id, StoredFile.metadata))
    ids = several(exchange, "ids")
    if ids:
        return _chosen(exchange, state.files.all(who.key), ids)
    files, limit, cursor = state.files.all(who.key), asked_limit(exchange), one(exchange, "page")
    start = _after(files, cursor) if cursor else 0
    shown = files[start : start + limit]
    following = f"page_{shown[-1].id}" if start + limit < len(files) else None
    return json_response({"data": [file.metadata() for file in shown], "next_page": following})


def _id(file: StoredFile) -> str:
    return file.id


def _after(files: list[StoredFile], cursor: str) -> int:
    for place, file in enumerate(files):
        if cursor == f"page_{file.id}":
            return place + 1
    raise invalid("page: this cursor is not one of this list")


def _chosen(exchange: ServerExchange, files: list[StoredFile], ids: list[str]) -> PlainResponse:
    if len(ids) > MOST_IDS:
        raise refusal("too_many", path="ids", most=MOST_IDS, count=len(ids))
    if one(exchange, "page") or one(exchange, "limit"):
        raise invalid("ids cannot be combined with page or limit")
    wanted = set(ids)
    found = [file.metadata() for file in files if file.id in wanted]
    return json_response({"data": found, "next_page": None})


async def retrieve(state: State, exchange: ServerExchange, file_id: str) -> PlainResponse:
    """`GET /v1/files/{id}`."""
    who = admitted(state, exchange)
    return json_response(state.files.get(file_id, who.key).metadata())


async def download(state: State, exchange: ServerExchange, file_id: str) -> PlainResponse:
    """`GET /v1/files/{id}/content`. Uploads cannot be downloaded; files that tools made can."""
    who = admitted(state, exchange)
    file = state.files.get(file_id, who.key)
    if not file.downloadable and not state.settings.download_uploads:
        said = f"File {file_id} is not downloadable: it was uploaded, not made by a tool."
        raise HTTPError(400, said, details={"error_code": "file_not_downloadable"})
    return PlainResponse(
        file.content, headers=((b"content-type", b"application/octet-stream"), (b"x-content-type-options", b"nosniff"))
    )


async def delete(state: State, exchange: ServerExchange, file_id: str) -> PlainResponse:
    """`DELETE /v1/files/{id}`."""
    who = admitted(state, exchange)
    await state.files.delete(file_id, who.key)
    return json_response({"id": file_id, "type": "file_deleted"})
