"""What the simulated model can do, in the order in which it tries: the first skill that answers, answers."""

from __future__ import annotations

from collections.abc import Callable

from tercet.server.simulated import knowledge, memory, talk, writing
from tercet.server.simulated.conversation import Block, Conversation
from tercet.server.simulated.images_seen import look_at_images
from tercet.server.simulated.reading import read_sources, sum_up
from tercet.server.simulated.results import answer_from_results

Skill = Callable[[Conversation], "str | list[Block] | None"]

SKILLS: tuple[Skill, ...] = (
    answer_from_results,
    look_at_images,
    memory.recall_name,
    memory.recall_fact,
    memory.recall_turns,
    read_sources,
    talk.say,
    writing.review,
    writing.classify,
    talk.compute,
    memory.continue_calculation,
    knowledge.capital,
    memory.take_in,
    talk.greet,
    talk.introduce,
    talk.thank,
    writing.count_up,
    writing.write_code,
    writing.write_piece,
    writing.write_list,
    knowledge.explain,
    sum_up,
    talk.fall_back,
)


def reply(conversation: Conversation) -> list[Block]:
    """Content blocks that answer the question."""
    for skill in SKILLS:
        found = skill(conversation)
        if found:
            return [{"type": "text", "text": found}] if isinstance(found, str) else found
    return []
