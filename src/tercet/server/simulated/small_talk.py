"""Answers of the simulated model where no tool is called: a few abilities, tried in order, and openly simulated.

They are there to test programs with: a name that is remembered shows that a conversation was sent whole, a sum that a
question was read, counting that a stream is as long as asked for. What none of them answers is admitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tercet.server.simulated.arithmetic import computed, find_expressions
from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.reading import counted, look_at_images, read_sources, sum_up, sum_up_unasked
from tercet.server.simulated.results import answer_from_results

MOST_TURNS = 400
"""Turns looked back over for a name."""
MOST_TEXT = 2_000
"""Characters of a turn that are looked at."""
MOST_COUNTED = 1000
NAME = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y name's|[Cc]all me|I am called|I'm|I am|This is)\s+([A-Z][\w'’-]{0,30}(?:\s+[A-Z][\w'’-]{1,30})?)"
)
NOT_NAMES = frozenset(
    [
        "A",
        "An",
        "The",
        "Not",
        "Sorry",
        "Here",
        "Looking",
        "Trying",
        "Going",
        "Writing",
        "Using",
        "Happy",
        "Fine",
        "Interested",
        "Working",
    ]
)
ASKS_NAME = re.compile(r"\b(?:what|know|remember|tell me|say|recall)\b.{0,20}\bmy name\b|\bwho am i\b", re.IGNORECASE)
GREETING = re.compile(r"\W*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b|.*\bhow are you\b", re.IGNORECASE)
THANKS = re.compile(r"\W*(?:thanks|thank you|cheers|bye|goodbye)\b[^?]*$", re.IGNORECASE)
WHO = re.compile(
    r"\b(?:who|what) are you\b|\byour name\b|\b(?:which|what) model\b|\bare you (?:claude|real|an? ai|simulated)\b|"
    r"\bwhat can you do\b",
    re.IGNORECASE,
)
SAYS = re.compile(
    r"\W*(?:please )?(?:just )?(?:say|repeat(?: after me)?|echo|(?:reply|respond|answer) with)(?: only| just| exactly| the words?)*"
    r":?\s+[\"“'`]?([^\"”'`\n]{1,200}?)[\"”'`]?(?: and nothing else)?[.!]?$",
    re.IGNORECASE,
)
COUNT = re.compile(r"\bcount (?:(?:from )?(\d{1,4}) )?(?:up |down )?to (\d{1,4})\b", re.IGNORECASE)
PERSONA = re.compile(r"\b[Yy]ou(?:r name is| are(?: called| named)?) ((?:an? |the )?[^.,;\n]{2,60})")
CAPITAL_OF = re.compile(r"\bcapital(?: city)? of (?:the )?([A-Za-z ]{2,40}?)(?=\s*(?:[,?.!]|$))", re.IGNORECASE)
CAPITALS = {
    "australia": "Canberra", "austria": "Vienna", "brazil": "Brasília", "canada": "Ottawa", "china": "Beijing",
    "egypt": "Cairo", "france": "Paris", "germany": "Berlin", "india": "New Delhi", "italy": "Rome", "japan": "Tokyo",
    "kenya": "Nairobi", "mexico": "Mexico City", "netherlands": "Amsterdam", "norway": "Oslo", "poland": "Warsaw",
    "portugal": "Lisbon", "spain": "Madrid", "sweden": "Stockholm", "uk": "London", "united kingdom": "London",
    "united states": "Washington, D.C.", "usa": "Washington, D.C.",
}  # fmt: skip


def reply(conversation: RequestView) -> list[Block]:
    """Return content blocks that answer the question."""
    for ability in OF_WORDS if conversation.is_text else OF_BLOCKS:
        if found := ability(conversation):
            return [{"type": "text", "text": found}] if isinstance(found, str) else found
    return []


def name_of_user(conversation: RequestView) -> str | None:
    """Return the name that the user gave last; None without one."""
    for text in reversed(conversation.remembered[-MOST_TURNS:]):
        found = [match[1] for match in NAME.finditer(text[: 2 * MOST_TEXT]) if match[1].split()[0] not in NOT_NAMES]
        if found:
            return found[-1]
    return None


def recall_name(conversation: RequestView) -> str | None:
    """Answer "What's my name?"."""
    question = conversation.question[-MOST_TEXT:]
    if ("name" not in question and "ho am " not in question) or not ASKS_NAME.search(question):
        return None
    name = name_of_user(conversation)
    return f"Your name is {name}." if name else "You haven't told me your name in this conversation."


def say(conversation: RequestView) -> str | None:
    """Return exactly what was asked to be said."""
    match = SAYS.match(conversation.question) if len(conversation.question) <= 300 else None
    return match[1] if match else None


def compute(conversation: RequestView) -> str | None:
    """Return the sums in the question, worked out."""
    question = conversation.question
    expressions = find_expressions(question) if len(question) <= MOST_TEXT and "```" not in question else []
    return "\n".join(f"{expression} = {computed(expression)}" for expression in expressions[:20]) or None


def capital(conversation: RequestView) -> str | None:
    """Return the capital of a country."""
    match = CAPITAL_OF.search(conversation.question[:MOST_TEXT]) if "apital" in conversation.question else None
    if match is None:
        return None
    found = CAPITALS.get(match[1].lower())
    return f"The capital of {match[1]} is {found}." if found else f"I don't know the capital of {match[1]}."


def count_up(conversation: RequestView) -> str | None:
    """Return numbers, up or down."""
    match = COUNT.search(conversation.question[:MOST_TEXT]) if "ount" in conversation.question else None
    if match is None:
        return None
    first, last = int(match[1] or 1), int(match[2])
    numbers = range(first, last + 1) if first <= last else range(first, last - 1, -1)
    return ", ".join(map(str, numbers[:MOST_COUNTED]))


def take_in(conversation: RequestView) -> str | None:
    """Return a greeting by name, when a name is told and nothing asked."""
    text = conversation.question
    name = NAME.search(text) if len(text) <= 300 and "?" not in text else None
    if name is None or name[1].split()[0] in NOT_NAMES:
        return None
    return (
        f"Nice to meet you, {name[1]}. I'm Tercet's simulated model; I'll remember your name within this conversation."
    )


def greet(conversation: RequestView) -> str | None:
    """Return a greeting, thanks, or who is speaking."""
    question = conversation.question
    if len(question) > 120:
        return None
    if GREETING.match(question):
        name = name_of_user(conversation)
        to = f", {name}" if name else ""
        return f"Hello{to}! I'm Tercet's simulated model{_persona(conversation)}, not Claude. How can I help you test?"
    if THANKS.match(question):
        return "Goodbye!" if "bye" in question.lower() else "You're welcome!"
    if WHO.search(question):
        model = conversation.model or "a Claude model"
        return (
            f"I'm Tercet's simulated model{_persona(conversation)}, answering in place of {model}; I'm not Claude. I remember your "
            "name, do sums, call your tools, read documents and images, fill JSON schemas, and stop where you ask."
        )
    return None


def fall_back(conversation: RequestView) -> str:
    """Return what was read, and that it cannot be answered."""
    role, question = _persona(conversation), " ".join(conversation.question.split())
    if not question:
        return f"[simulated] I'm Tercet's simulated model{role}. Your message holds no text for me to answer."
    shown = question if len(question) <= 160 else question[:159] + "…"
    return (
        f"[simulated] I'm Tercet's simulated model{role}, so I cannot really answer this. "
        f'You wrote: "{shown}" ({counted(len(question.split()), "word")}, message {len(conversation.asked)} of this conversation).'
    )


def _persona(conversation: RequestView) -> str:
    """Return who the system prompt says the assistant is, as ", playing a pirate"; empty for an assistant."""
    match = PERSONA.search(conversation.system[:MOST_TEXT])
    return f", playing {match[1].strip()}" if match and "assistant" not in match[1] else ""


Ability = Callable[[RequestView], str | list[Block] | None]
OF_WORDS: tuple[Ability, ...] = (
    recall_name, say, count_up, compute, capital, take_in, greet, sum_up, sum_up_unasked, fall_back,
)  # fmt: skip
"""In the order in which they try, where all messages are plain strings."""
OF_BLOCKS: tuple[Ability, ...] = (answer_from_results, look_at_images, recall_name, read_sources, *OF_WORDS)
"""The same where there are pictures, documents or results of tools."""
