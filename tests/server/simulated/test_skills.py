"""Which skills are asked: those whose words are there. What they would have answered without that look is the same."""

from __future__ import annotations

import re
from itertools import permutations
from random import Random
from typing import Any

import pytest

from tercet.server.simulated import knowledge, memory, patterns, talk, writing
from tercet.server.simulated.conversation import Conversation
from tercet.server.simulated.patterns import codes
from tercet.server.simulated.reading import SUMMARY
from tercet.server.simulated.skills import LONG, SKILLS, reply

EARLIER = [
    {
        "role": "user",
        "content": "My name is Ada. My cat is called Tom. What is the capital of France?" + " And more." * 30,
    },
    {"role": "assistant", "content": "3 + 4 = 7"},
]
SAID = """\
what's my name?|WHO AM I|what is my cat called?|Where do I live?|my colour is blue|I live in Oslo|I'm Ada|This is Bob|call me Al
what did I ask first?|what was my first question|the previous message|your last answer|repeat that|how many messages have I sent
say hi|Please just reply with "OK"|echo: x|respond with yes|answer with no|is it positive or negative? good|sentiment: bad
classify this|what is 3+4|3 squared|15percent of 80|10 x 3|square root of 9|1/0|now add 5|double that|halve it|square|times 3
capital of Spain|and Italy?|what about Peru|Hello!|hey, how are you?|good morning|thanks a lot|Bye|great|who are you|are you claude
which model|what can you do|how can you help|count to 7|Count from 3 to 1|write a function|how do I read a file|show an example
help me with a regex|tell me a joke|a haiku about rain|write a letter|list 5 birds|give me three names|suggest two|name ten
what is JSON?|explain recursion|describe an API|how does streaming work|summarise this|tl;dr|key points|the gist|overview|nothing
""".replace("\n", "|").split("|")
PATTERNS = [
    pattern
    for module in (knowledge, memory, talk, writing)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern) and name.isupper()
]


def asked_of_all(conversation: Conversation) -> Any:
    """The answer when every skill looks at every question."""
    found = next(found for skill in SKILLS if (found := skill.answer(conversation)))
    return [{"type": "text", "text": found}] if isinstance(found, str) else found


def conversations(question: str) -> list[Conversation]:
    last = {"role": "user", "content": question}
    requests = [{"model": "m", "messages": messages} for messages in ([last], [*EARLIER, last])]
    return [Conversation(request, {}) for request in requests]


def check(question: str) -> None:
    for conversation in conversations(question):
        assert reply(conversation) == asked_of_all(conversation), question


@pytest.mark.parametrize(
    "spelt", [str, str.upper, str.title, "“{}”".format, "_{}_".format, "x{}9".format, "({}),".format]
)
def test_a_skill_is_asked_whenever_it_would_answer(spelt: Any) -> None:
    for question in SAID:
        check(spelt(question))


def test_two_sentences_are_answered_as_if_every_skill_had_read_both() -> None:
    for first, second in permutations(SAID, 2):
        check(f"{first}. {second}")


def test_whatever_a_pattern_of_the_skills_looks_for_has_a_word_that_leads_to_it() -> None:
    chance = Random(7)
    for pattern in [*PATTERNS, SUMMARY]:
        for _ in range(150):
            text = spoken(patterns._parsed(pattern.pattern), chance)
            check(text)
            check(f"Write {text} Ada 5 json?")


def spoken(tree: Any, chance: Random) -> str:
    """Some text in which the parsed pattern is found: any of its alternatives, its repeats as seldom as can be or once."""
    parts = []
    for code, argument in tree:
        if code is codes.BRANCH:
            parts.append(spoken(chance.choice(argument[1]), chance))
        elif code is codes.SUBPATTERN:
            parts.append(spoken(argument[3], chance))
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = argument
            parts += [spoken(inner, chance) for _ in range(chance.choice((least, max(least, min(most, 1)))))]
        elif code is codes.ANY:
            parts.append(" ")
        elif code not in (codes.ASSERT, codes.ASSERT_NOT):
            parts.append(patterns._one(code, argument, {}))
    return "".join(parts)


def test_a_question_too_long_to_look_through_is_read_by_every_skill() -> None:
    check("count to 5 " + "and so on " * (LONG // 10))


def test_letters_that_equal_ascii_ones_without_case_count_as_these() -> None:
    for question in ("ſay hi", "what iſ JSON", "than\u212as", "WHO AM İ", "claſſify: good"):
        check(question)
