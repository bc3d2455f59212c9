"""Small talk and sums: greetings, thanks, who am I talking to, arithmetic. Says openly that it is simulated."""

from __future__ import annotations

import re

from tercet.server.simulated.arithmetic import computed, find_expressions
from tercet.server.simulated.conversation import Conversation
from tercet.server.simulated.memory import name_of_user

GREETING = re.compile(
    r"^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|howdy|hiya)\b[^?\n]{0,40}[!.?,]*\s*(?:how are you[^\n]{0,20})?\W*$",
    re.IGNORECASE,
)
HOW_ARE_YOU = re.compile(r"\bhow are you\b", re.IGNORECASE)
THANKS = re.compile(r"^\W*(?:thanks|thank you|cheers|great|perfect|bye|goodbye)\b.{0,60}$", re.IGNORECASE)
WHO = re.compile(
    r"\b(?:who|what) are you\b|\bwhat(?:'s| is) your name\b|\bare you (?:claude|real|an? ai|simulated)\b|\bwhich model\b|\bwhat model\b",
    re.IGNORECASE,
)
ABLE = re.compile(r"\bwhat can you do\b|\bhow can you help\b|\bwhat are you able to do\b", re.IGNORECASE)
SAYS = re.compile(
    r"^\W*(?:please )?(?:just )?(?:say|repeat(?: after me)?|echo|reply with|respond with|answer with)(?: only| just| exactly| the words?)*:?\s+[\"“'`]?([^\"”'`\n]{1,200}?)[\"”'`]?(?: and nothing else)?[.!]?$",
    re.IGNORECASE,
)
PERSONA = re.compile(r"\byou are (?:called |named )?(?:(?:a|an|the) )?([^.,;\n]{2,60})", re.IGNORECASE)
NAMED = re.compile(r"\byou(?:r name is| are (?:called |named )?)\s*((?-i:[A-Z])[\w-]{1,30})", re.IGNORECASE)


def persona(conversation: Conversation) -> str | None:
    """Who the system prompt says the assistant is: a name, or "a pirate"."""
    head = conversation.system[:2000]
    named = NAMED.search(head)
    if named and named[1] not in ("A", "An", "The"):
        return named[1]
    match = PERSONA.search(head)
    role = match[1].strip() if match else ""
    if not role or "helpful assistant" in role:
        return None
    return f"{'an' if role[0].lower() in 'aeiou' else 'a'} {role}"


def compute(conversation: Conversation) -> str | None:
    """Work out the arithmetic in the question."""
    question = conversation.question
    expressions = find_expressions(question) if len(question) <= 2_000 and "```" not in question else []
    if not expressions:
        if "/" in question and re.search(r"\d\s*/\s*0\b(?![.\d])", question[:2000]):
            return "That is a division by zero, which has no value."
        return None
    return "\n".join(f"{expression} = {computed(expression)}" for expression in expressions[:20])


def greet(conversation: Conversation) -> str | None:
    """Return a greeting."""
    question = conversation.question[:200]
    if not (GREETING.match(question) or HOW_ARE_YOU.search(question)) or len(conversation.question) > 120:
        return None
    name, role = name_of_user(conversation), persona(conversation)
    to = f", {name}" if name else ""
    am = f"Tercet's simulated model, playing {role}" if role else "Tercet's simulated model"
    well = " All is well here." if HOW_ARE_YOU.search(question) else ""
    return f"Hello{to}! I'm {am}, not Claude.{well} How can I help you test?"


def thank(conversation: Conversation) -> str | None:
    """Return thanks or a farewell."""
    question = conversation.question[:100]
    if not THANKS.match(question):
        return None
    return "Goodbye!" if "bye" in question.lower() else "You're welcome!"


def introduce(conversation: Conversation) -> str | None:
    """Say who answers, and what it can do."""
    question = conversation.question[:500]
    if WHO.search(question):
        role = persona(conversation)
        playing = f" The system prompt asks me to be {role}." if role else ""
        return f"I'm Tercet's simulated model, answering in place of {conversation.model or 'a Claude model'}; I'm not Claude.{playing}"
    if ABLE.search(question):
        return (
            "I'm Tercet's simulated model. I remember this conversation, do arithmetic, call your tools with input that fits "
            "their schemas, answer from their results, read documents and image files, fill JSON schemas, and stop where you ask."
        )
    return None


def say(conversation: Conversation) -> str | None:
    """Say exactly what was asked to be said."""
    match = SAYS.match(conversation.question[:300])
    return match[1] if match else None


def counted(number: int, noun: str) -> str:
    """The number and what it counts: 1 word, 2 words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def fall_back(conversation: Conversation) -> str:
    """Admit that nothing fits, and say what was read."""
    question = " ".join(conversation.question.split())
    shown = question if len(question) <= 160 else question[:159] + "…"
    role = persona(conversation)
    playing = f", playing {role}" if role else ""
    if not shown:
        return f"[simulated] I'm Tercet's simulated model{playing}. Your message holds no text for me to answer."
    words = counted(len(conversation.question.split()), "word")
    return (
        f"[simulated] I'm Tercet's simulated model{playing}, so I cannot really answer this. "
        f'You wrote: "{shown}" ({words}, message {len(conversation.asked)} of this conversation).'
    )
