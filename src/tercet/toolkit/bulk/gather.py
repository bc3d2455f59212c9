"""`tercet.ask_all`: a list of prompts, many asked at once, the answers in their order. No folder, nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import aclosing
from typing import Any, cast

from tercet.client.defaults import with_defaults
from tercet.client.overrides import NO_OVERRIDES
from tercet.client.resources.messages import CREATE_NAMES
from tercet.toolkit.bulk.asking import asked_client, check_client, run_in_loop
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ItemResult, NumberedRequest
from tercet.toolkit.bulk.live import DEFAULT_CONCURRENCY, LiveWay
from tercet.toolkit.bulk.requests import DEFAULT_MAX_TOKENS
from tercet.toolkit.bulk.settings import check_concurrency
from tercet.toolkit.bulk.ways import StopRequest
from tercet.wire.responses.message import Message


def ask_all(
    client: Any,
    prompts: Iterable[Any],
    *,
    return_exceptions: bool = False,
    max_concurrency: int = DEFAULT_CONCURRENCY,
    **common: Any,
) -> list[Message]:
    """Ask each prompt, `max_concurrency` at once, and return the answers in the order of the prompts.

    A prompt is a text, a list of messages, or a mapping of arguments of its own; `common` are arguments of each request (`model`,
    `max_tokens` …). A 429 delays and drops nothing. The first failure is raised, and what is under way given up;
    with `return_exceptions=True` failures stand in the places of their answers. Either client; works in notebooks.
    """
    return run_in_loop(lambda: _gathered(client, prompts, return_exceptions, max_concurrency, common))


async def aask_all(
    client: Any,
    prompts: Iterable[Any],
    *,
    return_exceptions: bool = False,
    max_concurrency: int = DEFAULT_CONCURRENCY,
    **common: Any,
) -> list[Message]:
    """Do what `ask_all` does, in the running event loop."""
    return await _gathered(client, prompts, return_exceptions, max_concurrency, common)


async def _gathered(
    client: Any, prompts: Iterable[Any], return_exceptions: bool, max_concurrency: int, common: Mapping[str, Any]
) -> list[Message]:
    check_client(client)
    common = with_defaults(common, getattr(client, "_defaults", NO_OVERRIDES), CREATE_NAMES)
    answers: dict[int, Any] = {}
    count = 0

    def requests() -> Iterator[NumberedRequest]:
        nonlocal count
        for count, prompt in enumerate(prompts, 1):
            yield NumberedRequest(count - 1, _params_of(prompt, common, count))

    async with asked_client(client, check_concurrency(max_concurrency)) as asked:
        way = LiveWay(asked, concurrency=max_concurrency)
        try:
            async with aclosing(cast(Any, way.answer(requests(), StopRequest()))) as groups:
                async for group in groups:
                    for result in group:
                        answers[result.item] = _answer_of(result, return_exceptions)
        except Exception as problem:
            if not return_exceptions or not answers:
                raise
            return [answers.get(item, problem) for item in range(count)]
    return [answers[item] for item in range(count)]


def _answer_of(result: ItemResult, return_exceptions: bool) -> Any:
    if result.raised is None:
        return result.message
    if not return_exceptions:
        raise result.raised
    return result.raised


def _params_of(prompt: Any, common: Mapping[str, Any], number: int) -> dict[str, Any]:
    if isinstance(prompt, str):
        own: Mapping[str, Any] = {"messages": [*common.get("messages", ()), {"role": "user", "content": prompt}]}
    elif isinstance(prompt, Mapping):
        own = prompt
    elif isinstance(prompt, list | tuple):
        own = {"messages": list(prompt)}
    else:
        raise BulkError(
            f"Prompt {number} must be a text, a list of messages or a mapping of arguments, not {type(prompt).__name__} {prompt!r:.60}."
        )
    return {"max_tokens": DEFAULT_MAX_TOKENS, **common, **own}
