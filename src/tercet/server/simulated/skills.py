"""What the simulated model can do, in the order in which it tries: the first skill that answers, answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from tercet.server.simulated import knowledge, memory, talk, writing
from tercet.server.simulated.conversation import Block, Conversation
from tercet.server.simulated.images_seen import look_at_images
from tercet.server.simulated.reading import read_sources, sum_up, sum_up_unasked
from tercet.server.simulated.results import answer_from_results

LONG = 4_000
"""Characters of a question from which on its words are not looked through: the skills read less than that."""


BLOCKS = "(blocks)"
"""Stands among the words for messages that are more than plain strings: pictures, documents, results of tools."""


class Skill(NamedTuple):
    """Answers some questions. With `words`, only those that hold at least one of them; without, it looks at each."""

    answer: Callable[[Conversation], str | list[Block] | None]
    words: frozenset[bytes] = frozenset()


def _skill(answer: Callable[[Conversation], str | list[Block] | None], words: str = "") -> Skill:
    return Skill(answer, frozenset(words.encode().split()))


SKILLS = (
    _skill(answer_from_results, BLOCKS),
    _skill(look_at_images, BLOCKS),
    _skill(memory.recall_name, "name who"),
    _skill(memory.recall_fact, "my i"),
    _skill(memory.recall_turns, "did was first last previous repeat many"),
    _skill(read_sources, BLOCKS),
    _skill(talk.say, "say repeat echo reply respond answer"),
    _skill(writing.review, "review refactor improve debug fix bugs explain"),
    _skill(writing.classify, "classify sentiment positive"),
    _skill(talk.compute),
    _skill(memory.continue_calculation, "add plus subtract minus multiply times divide double half halve square"),
    _skill(knowledge.capital, "capital"),
    _skill(knowledge.next_capital, "and about"),
    _skill(memory.take_in, "name call called i this my"),
    _skill(talk.greet, "hello hi hey good greetings howdy hiya how"),
    _skill(talk.introduce, "who what are which how"),
    _skill(talk.thank, "thanks thank cheers great perfect bye goodbye"),
    _skill(writing.count_up, "count"),
    _skill(
        writing.write_code,
        "function code script program class python scraper read file regex snippet query decorator example",
    ),
    _skill(writing.write_piece, "haiku limerick poem story joke song email letter essay"),
    _skill(writing.write_list, "list give name write suggest"),
    _skill(knowledge.explain, "explain what describe define tell how"),
    _skill(sum_up, "summarise summarize summary points tl tldr overview gist"),
    _skill(sum_up_unasked),
    _skill(talk.fall_back),
)
ALL_WORDS = frozenset[bytes]().union(*(skill.words for skill in SKILLS))
_PLAIN = bytes(byte if chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(128)).lower().ljust(256)
"""ASCII in lower case, with spaces for all that is in no word: what `\\w` and `re.IGNORECASE` see of it."""


def reply(conversation: Conversation) -> list[Block]:
    """Content blocks that answer the question."""
    for skill in _skills_for(conversation):
        found = skill.answer(conversation)
        if found:
            return [{"type": "text", "text": found}] if isinstance(found, str) else found
    return []


def _skills_for(conversation: Conversation) -> tuple[Skill, ...]:
    """The skills that may have an answer. To look for their words costs 1 µs; to let each of them look for itself, 40."""
    question = conversation.question
    if len(question) > LONG or not question.isascii():
        return SKILLS
    words = ALL_WORDS.intersection(question.encode().translate(_PLAIN).split())
    return _skills_of(words if conversation.is_text else words | {BLOCKS.encode()})


@lru_cache(maxsize=1024)
def _skills_of(words: frozenset[bytes]) -> tuple[Skill, ...]:
    """Those with one of these words, and those that look at every question. Few combinations come up again and again."""
    return tuple(skill for skill in SKILLS if not skill.words or skill.words & words)
