"""Prompt caching: what is written, found again, isolated, and forgotten, on a clock that tests turn."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.server.accounting.caching import CacheUse, PromptCache
from tercet.server.accounting.tokens import count_request

MODEL = "claude-sonnet-4-5"  # at least 1,024 tokens
LONG = "All work and no play makes a dull document. " * 200
MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> PromptCache:
    return PromptCache(clock)


def block(text: str, control: dict[str, str] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"cache_control": control} if control else {})}


def request(*system: dict[str, Any], question: str = "Hi", model: str = MODEL, **fields: Any) -> dict[str, Any]:
    return {"model": model, "system": list(system), "messages": [{"role": "user", "content": question}], **fields}


def test_nothing_is_cached_unless_asked(cache: PromptCache) -> None:
    assert cache.use(request(block(LONG))) == CacheUse()
    assert len(cache) == 0


def test_the_first_request_writes_and_the_second_reads(cache: PromptCache) -> None:
    first = cache.use(request(block(LONG, MARK)))
    second = cache.use(request(block(LONG, MARK), question="Something else"))
    assert (first.read, first.written_1h) == (0, 0)
    assert first.written_5m > 1024
    assert second == CacheUse(read=first.written_5m)


def test_what_is_cached_is_part_of_the_whole_input(cache: PromptCache) -> None:
    asked = request(block(LONG, MARK))
    assert 0 < cache.use(asked).total < count_request(asked)


def test_prefixes_below_the_models_minimum_are_silently_not_cached(cache: PromptCache) -> None:
    short = block("word " * 500, MARK)  # some 700 tokens: enough for Opus 5's 512, not for Sonnet 4.5's 1,024
    assert cache.use(request(short)) == CacheUse()
    assert cache.use(request(short, model="claude-opus-5")).written_5m > 512


def test_another_character_is_another_prefix(cache: PromptCache) -> None:
    cache.use(request(block(LONG, MARK)))
    assert cache.use(request(block(LONG + ".", MARK))).read == 0


def test_another_model_shares_nothing(cache: PromptCache) -> None:
    cache.use(request(block(LONG, MARK)))
    assert cache.use(request(block(LONG, MARK), model="claude-opus-5")).read == 0


def test_keys_are_isolated(cache: PromptCache) -> None:
    cache.use(request(block(LONG, MARK)), "one")
    assert cache.use(request(block(LONG, MARK)), "two").read == 0
    assert cache.use(request(block(LONG, MARK)), "one").read > 0


@pytest.mark.parametrize(("control", "lifetime"), [(MARK, 300), (HOUR, 3600)])
def test_an_entry_lives_as_long_as_asked(
    cache: PromptCache, clock: Clock, control: dict[str, str], lifetime: int
) -> None:
    cache.use(request(block(LONG, control)))
    clock.now += lifetime + 1
    assert cache.use(request(block(LONG, control))).read == 0


def test_reading_refreshes(cache: PromptCache, clock: Clock) -> None:
    cache.use(request(block(LONG, MARK)))
    for _ in range(5):
        clock.now += 250
        assert cache.use(request(block(LONG, MARK))).read > 0


def test_an_hours_mark_before_a_five_minutes_mark_is_billed_apart(cache: PromptCache) -> None:
    use = cache.use(request(block(LONG, HOUR), block(LONG, MARK)))
    assert use.written_1h > 0
    assert use.written_5m > 0
    assert use.written_1h == pytest.approx(use.written_5m, abs=10)


def conversation(turns: int, *, marked: bool = True) -> list[dict[str, Any]]:
    messages = [
        {"role": "user" if n % 2 == 0 else "assistant", "content": [block(f"{n} " + "word " * 300)]}
        for n in range(turns)
    ]
    if marked:
        messages[-1]["content"] = [{**messages[-1]["content"][0], "cache_control": MARK}]
    return messages


def test_a_growing_conversation_reads_what_the_turn_before_wrote(cache: PromptCache) -> None:
    first = cache.use({"model": MODEL, "messages": conversation(5)})
    second = cache.use({"model": MODEL, "messages": conversation(7)})
    assert second.read == first.total
    assert second.written_5m > 0


@pytest.mark.parametrize(("added", "found"), [(19, True), (20, False)])
def test_the_look_back_ends_after_twenty_positions(cache: PromptCache, added: int, found: bool) -> None:
    cache.use({"model": MODEL, "messages": conversation(5)})
    assert (cache.use({"model": MODEL, "messages": conversation(5 + added)}).read > 0) is found


def test_automatic_caching_marks_the_last_block(cache: PromptCache) -> None:
    messages = conversation(5, marked=False)
    assert cache.use({"model": MODEL, "messages": messages, "cache_control": MARK}).written_5m > 0
    assert cache.use({"model": MODEL, "messages": messages, "cache_control": MARK}).written_5m == 0


def test_marks_themselves_do_not_change_the_prefix(cache: PromptCache) -> None:
    cache.use(request(block(LONG, MARK)))
    use = cache.use(request(block(LONG), block(LONG, MARK)))
    assert use.read > 0
    assert use.written_5m > 0


@pytest.mark.parametrize(
    ("change", "survives"),
    [
        ({"tool_choice": {"type": "none"}}, True),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, True),
        ({"tools": [{"name": "other", "input_schema": {"type": "object"}}]}, False),
        ({"speed": "fast"}, False),
    ],
)
def test_changes_invalidate_from_their_own_section_on(
    cache: PromptCache, change: dict[str, Any], survives: bool
) -> None:
    tools = {"tools": [{"name": "f", "input_schema": {"type": "object"}}]}
    cache.use(request(block(LONG, MARK), **tools))
    assert (cache.use(request(block(LONG, MARK), **{**tools, **change})).read > 0) is survives


def test_a_mark_inside_a_tool_result_counts(cache: PromptCache) -> None:
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [block(LONG, MARK)]}
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    messages = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    assert cache.use({"model": MODEL, "messages": messages}).written_5m > 1024


def test_clearing_forgets(cache: PromptCache) -> None:
    cache.use(request(block(LONG, MARK)))
    cache.clear()
    assert cache.use(request(block(LONG, MARK))).read == 0
