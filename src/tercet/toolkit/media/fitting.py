"""Every image and document of a request at once: what breaks a limit is fitted, what cannot be is told by message and block.

Headers are read, and nothing is decoded that may stay as it is. One plan; `fit` and `afit` carry it out.
"""

from __future__ import annotations

import copy
import inspect
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from tercet.flow.drivers import arun, run
from tercet.flow.effects import Ask, Plan, Together, Work
from tercet.flow.image_size import Size
from tercet.toolkit.media.base64_text import bytes_of
from tercet.toolkit.media.documents import MOST_REQUEST, UnsendableFile
from tercet.toolkit.media.errors import MediaError, MediaLibraryError
from tercet.toolkit.media.images import content_of, fit_bytes
from tercet.toolkit.media.kinds import SENT
from tercet.toolkit.media.pictures import PictureOrder
from tercet.toolkit.media.request_media import (
    Path,
    Platform,
    RequestLimits,
    RequestMedia,
    limits_of,
    media_of,
    replaced,
    text_size,
)
from tercet.toolkit.media.sources import read_source
from tercet.toolkit.media.uploads import Uploads, account_of, upload_once
from tercet.wire.errors import NotFoundError

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.wire.params.conversation import MessageParam

T = TypeVar("T")
LARGE = 1 << 20
"""Characters of base64 from which a block is uploaded rather than sent along."""
ENVELOPE = 64 << 10
"""Bytes left for what a request holds beside its messages."""
known_files = Uploads()


def fit(
    messages: Iterable[MessageParam],
    *,
    model: str,
    upload_with: Anthropic | None = None,
    platform: Platform | None = None,
) -> list[MessageParam]:
    """Return the messages with every image and document within the limits of one request to this model.

    Types that are told wrong are put right, images that are too large are reduced, and MediaError names message and block
    of what cannot be sent. `upload_with`: a client; blocks that are large, or there twice, are uploaded once and sent as
    ids. `platform`: whose limits hold; the spelling of `model` tells it unless given.
    """
    ask = None if upload_with is None else partial(_answer, _files_of(upload_with, is_async=False))
    account = None if upload_with is None else account_of(upload_with)
    plan = fitted(list(messages), limits_of(model, platform), account)
    return run(plan, ask=ask) if ask is not None else run(plan)


async def afit(
    messages: Iterable[MessageParam],
    *,
    model: str,
    upload_with: AsyncAnthropic | None = None,
    platform: Platform | None = None,
) -> list[MessageParam]:
    """Do what `fit` does with an async client; pictures are converted in threads."""
    ask = None if upload_with is None else partial(_aanswer, _files_of(upload_with, is_async=True))
    account = None if upload_with is None else account_of(upload_with)
    plan = fitted(list(messages), limits_of(model, platform), account)
    return await (arun(plan, ask=ask) if ask is not None else arun(plan))


def _files_of(client: Any, *, is_async: bool) -> Any:
    files = client.files
    if inspect.iscoroutinefunction(files.upload) != is_async:
        right = "await tercet.media.afit(…)" if inspect.iscoroutinefunction(files.upload) else "tercet.media.fit(…)"
        raise TypeError(f"upload_with is a {type(client).__name__}: call {right}")
    return files


def _answer(files: Any, effect: Ask) -> Any:
    if "file" in effect.arguments:
        return files.upload(file=effect.arguments["file"])
    try:
        return files.retrieve_metadata(effect.arguments["file_id"])
    except NotFoundError:
        return None


async def _aanswer(files: Any, effect: Ask) -> Any:
    if "file" in effect.arguments:
        return await files.upload(file=effect.arguments["file"])
    try:
        return await files.retrieve_metadata(effect.arguments["file_id"])
    except NotFoundError:
        return None


# --- the plan ------------------------------------------------------------------------------------------------------------


def fitted(messages: list[Any], limits: RequestLimits, account: str | None) -> Plan[list[Any]]:
    """Return the messages as they may be sent."""
    blocks = list(media_of(messages))
    images = [placed for placed in blocks if placed.is_image]
    _check_count(images, limits)
    longest = limits.longest_side(len(images))
    wrong = [placed for placed in images if placed.data is not None and _has_to_change(placed, limits, longest)]
    changes: dict[Path, Any] = yield from _changed(wrong, limits, longest)
    yield from _check_pages([placed for placed in blocks if not placed.is_image], limits)
    if account is not None:
        changes.update((yield from _uploaded([_now(placed, changes) for placed in blocks], account)))
    made = replaced(messages, changes)
    if text_size(made) > MOST_REQUEST - ENVELOPE:
        large = [placed for placed in media_of(made) if placed.is_image and _sees_less(placed, limits, longest)]
        made = replaced(made, (yield from _changed(large, limits, longest, reduce=True)))
        _check_size(made)
    return made


def _now(placed: RequestMedia, changes: dict[Path, Any]) -> RequestMedia:
    return RequestMedia(placed.path, changes.get(placed.path, placed.block))


def _check_count(images: Sequence[RequestMedia], limits: RequestLimits) -> None:
    if len(images) > limits.images:
        raise MediaError(
            f"{images[limits.images]} is image {limits.images + 1} of {len(images)}, and a request to {limits.model} may "
            f"have {limits.images}: leave out earlier ones, or ask in several requests"
        )


def _has_to_change(placed: RequestMedia, limits: RequestLimits, longest: int) -> bool:
    data = placed.data
    if not isinstance(data, str) or len(data) > limits.image_text:
        return True
    facts = placed.header()
    if facts is None or max(facts.width, facts.height) > longest:
        return True
    return bool(SENT[facts.format] != placed.block["source"].get("media_type"))


def _sees_less(placed: RequestMedia, limits: RequestLimits, longest: int) -> bool:
    """Return whether an image has more pixels than the model sees."""
    facts = placed.header() if isinstance(placed.data, str) else None
    return facts is not None and limits.seen((facts.width, facts.height), longest) != (facts.width, facts.height)


def _changed(
    wrong: Sequence[RequestMedia], limits: RequestLimits, longest: int, *, reduce: bool = False
) -> Plan[dict[Path, Any]]:
    """Return these images as they may be sent, by their places; several are worked on side by side."""
    plans = [_worked(partial(_fitted_image, placed, limits, longest, reduce)) for placed in wrong]
    if not plans:
        return {}
    made = yield Together(plans, os.cpu_count() or 1)
    return {placed.path: _or_raise(block) for placed, block in zip(wrong, made, strict=True)}


def _worked(act: Callable[[], Any]) -> Plan[Any]:
    return (yield Work(partial(_attempt, act)))


def _attempt(act: Callable[[], T]) -> T | Exception:
    try:
        return act()
    except Exception as problem:
        return problem


def _or_raise(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def _fitted_image(placed: RequestMedia, limits: RequestLimits, longest: int, reduce: bool) -> Any:
    data = placed.data
    content = bytes_of(data) if isinstance(data, str) else read_source(data, "image").data
    if not content:
        raise MediaError(f"{placed}.source.data is no base64")
    reduce = reduce or len(content) > limits.image_text // 4 * 3

    def fit(size: Size) -> Size:
        return limits.seen(size, longest) if reduce or max(size) > longest else size

    order = PictureOrder(str(placed), fit, limits.image_text // 4 * 3)
    made = content_of(fit_bytes(content, order), limits.model)
    made.update({key: value for key, value in placed.block.items() if key not in ("type", "source")})
    return made


def _check_pages(documents: Sequence[RequestMedia], limits: RequestLimits) -> Plan[None]:
    total = 0
    for placed in documents:
        data = placed.data
        if isinstance(data, UnsendableFile):
            raise MediaError(f"{placed}: {data.reason}")
        if isinstance(data, str):
            total += yield from _count(placed, data)
        if total > limits.pages:
            raise MediaError(
                f"{placed} brings the pages of this request to {total:,}, and a request to {limits.model} may have "
                f"{limits.pages}: tercet.document(…, pages='1-20') takes some, .split(pages=…) makes several documents"
            )


def _count(placed: RequestMedia, data: str) -> Plan[int]:
    pages = getattr(placed.block, "pages", None)
    if pages is not None:
        return len(pages)
    from tercet.toolkit.media.pdfs import count_pages

    counted = yield from _worked(lambda: count_pages(bytes_of(data), str(placed)))
    return 1 if isinstance(counted, MediaLibraryError) else int(_or_raise(counted))


def _uploaded(blocks: Sequence[RequestMedia], account: str) -> Plan[dict[Path, Any]]:
    """Return the blocks that are better uploaded with ids in the place of their bytes."""
    held = [placed for placed in blocks if isinstance(placed.data, str)]
    digests = [sha256(placed.data.encode()).hexdigest() for placed in held]
    times = Counter(digests)
    chosen = {
        digest: placed for digest, placed in zip(digests, held, strict=True)
        if len(placed.data) > LARGE or times[digest] > 1
    }  # fmt: skip
    plans = [_brought(account, digest, placed) for digest, placed in chosen.items()]
    ids = dict(zip(chosen, (yield Together(plans)), strict=True)) if plans else {}
    return {
        placed.path: _with_id(placed.block, ids[digest])
        for digest, placed in zip(digests, held, strict=True)
        if digest in ids
    }


def _brought(account: str, digest: str, placed: RequestMedia) -> Plan[str]:
    media_type = placed.block["source"]["media_type"]
    name = f"{placed.block['type']}-{digest[:12]}.{media_type.rpartition('/')[2]}"
    return upload_once(known_files, (account, digest), name, lambda: bytes_of(placed.data), media_type)


def _with_id(block: Any, file_id: str) -> Any:
    made = copy.copy(block)
    made["source"] = {"type": "file", "file_id": file_id}
    return made


def _check_size(messages: Sequence[Any]) -> None:
    total = text_size(messages)
    if total <= MOST_REQUEST - ENVELOPE:
        return
    largest = sorted(media_of(messages), key=lambda placed: -text_size(placed.block))[:3]
    said = ", ".join(f"{placed} {text_size(placed.block) / (1 << 20):,.1f} MB" for placed in largest)
    raise MediaError(
        f"the messages have {total / (1 << 20):,.0f} MB, and a request may have 32 (the largest: {said or 'text'}); "
        "upload_with=client sends large blocks as uploaded files"
    )
