"""What the conversation itself tells: names, stated facts, earlier results, what was asked before."""

from __future__ import annotations

import re

from tercet.server.simulated.arithmetic import computed, find_expressions
from tercet.server.simulated.conversation import Conversation
from tercet.server.simulated.slots import word_set

MOST_TURNS = 400
"""Turns looked back over."""
MOST_TEXT = 4_000
"""Characters of each turn that are looked at."""
NAME = re.compile(
    r"\b(?:my name is|my name's|call me|i am called|(?-i:I'm|I am|This is))\s+((?-i:[A-Z])[\w'’-]{0,30}(?:\s+(?-i:[A-Z])[\w'’-]{1,30})?)",
    re.IGNORECASE,
)
ASKS_NAME = re.compile(
    r"\b(?:what(?:'s| is| was)|do you (?:know|remember)|tell me|say|recall)\b.{0,20}\bmy name\b|\bwho am i\b",
    re.IGNORECASE,
)
FACT = re.compile(
    r"\bmy ((?:[\w'’]+[ -]){0,3}?[\w'’]+) (?:is|are|was|were)(?: called| named)? ([^.!?\n]{1,120})", re.IGNORECASE
)
ASKS_FACT = re.compile(
    r"\b(?:what|who|which|when|where|how old|do you (?:know|remember))\b.{0,30}?\bmy ((?:[\w'’]+[ -]){0,3}?[\w'’]+?)(?:['’]s name)?\s*(?:is|are|was)?(?: called| named)?\s*[?.!]*$",
    re.IGNORECASE,
)
DOING = re.compile(
    r"\b(?:i|(?=i'm from)i'm|(?=i’m from)i’m) (from|live in|work at|work as|work for|work in|like|love|prefer|come from|am from|study|speak|have|own) ([^.!?\n]{1,120})",
    re.IGNORECASE,
)
ASKS_DOING = re.compile(
    r"\b(?:where|what|who|which|how many)\b[^?]{0,40}?\b(?:do|am) i (live|work|like|love|prefer|come from|from|study|speak|have|own)\b",
    re.IGNORECASE,
)
FIRST = re.compile(
    r"\bwhat (?:did i|was my) .{0,20}?\b(?:first|begin|start)\w*|\b(?:my|the) first (?:question|message)|\bwhat did i (?:ask|say) first",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"\bwhat did i (?:just )?(?:ask|say|tell)|\b(?:my|the) (?:last|previous) (?:question|message)|\bwhat was i (?:asking|saying)",
    re.IGNORECASE,
)
YOU_SAID = re.compile(
    r"\bwhat did you (?:just )?(?:say|answer|tell)|\b(?:your|the) (?:last|previous) (?:answer|reply|response|message)|\brepeat (?:that|yourself)",
    re.IGNORECASE,
)
HOW_MANY = re.compile(r"\bhow many (?:questions|messages|things) (?:have i|did i)", re.IGNORECASE)
NUMBER_BEFORE = re.compile(r"\b(?:the )?(?:result|answer|that|it)\b", re.IGNORECASE)
CONTINUED = re.compile(
    r"\b(add|plus|subtract|minus|multiply|times|divide|double|half|halve|square)\b(?:[^\d]{0,30}(\d{1,15}(?:\.\d{1,10})?))?",
    re.IGNORECASE,
)
NOT_NAMES = word_set("A An The Not Sorry Here Looking Trying Going Writing Using Happy Fine Interested Working")
OPERATORS = {"add": "+", "plus": "+", "subtract": "-", "minus": "-", "multiply": "*", "times": "*", "divide": "/"}


def _earlier(conversation: Conversation) -> list[str]:
    return [text[:MOST_TEXT] for text in conversation.remembered[-MOST_TURNS:]]


def _told(conversation: Conversation) -> list[str]:
    """What the user stated: earlier turns, and the sentences before the question in the last one."""
    *before, last = _earlier(conversation) or [""]
    stated = re.split(r"(?<=[.!\n])\s", last)[:-1]
    return [*before, " ".join(part for part in stated if not part.rstrip().endswith("?"))]


def name_of_user(conversation: Conversation) -> str | None:
    """The name that the user gave last."""
    for text in reversed(_earlier(conversation)):
        for match in reversed(list(NAME.finditer(text))):
            if match[1].split()[0] not in NOT_NAMES:
                return match[1]
    return None


def recall_name(conversation: Conversation) -> str | None:
    """Answer "What's my name?"."""
    if not ASKS_NAME.search(conversation.question[-MOST_TEXT:]):
        return None
    name = name_of_user(conversation)
    return f"Your name is {name}." if name else "You haven't told me your name in this conversation."


def recall_fact(conversation: Conversation) -> str | None:
    """Answer questions about what the user said of themselves: "my favourite colour is green", "I live in Oslo"."""
    question = conversation.question[-MOST_TEXT:]
    asked = ASKS_FACT.search(question)
    if asked:
        return _stated(conversation, asked[1])
    doing = ASKS_DOING.search(question)
    if doing:
        for text in reversed(_told(conversation)):
            for match in DOING.finditer(text):
                if doing[1].lower() in match[1].lower():
                    return f"You {_verb(match[1])} {_second_person(match[2]).strip()}."
        return "You haven't told me that in this conversation."
    return None


def _stated(conversation: Conversation, subject: str) -> str | None:
    wanted = _spelt(subject)
    for text in reversed(_told(conversation)):
        for match in FACT.finditer(text):
            if wanted.endswith(_spelt(match[1])) or _spelt(match[1]).endswith(wanted):
                return f"Your {match[1]} is {_second_person(match[2]).strip()}."
    return f"You haven't told me your {subject} in this conversation."


def _spelt(words: str) -> str:
    plain = words.lower().replace("favorite", "favourite").replace("color", "colour").replace("’", "'")
    return plain.removesuffix("'s name").strip()


def _verb(said: str) -> str:
    return {"am from": "are from", "from": "are from"}.get(said.lower(), said)


def _second_person(text: str) -> str:
    return re.sub(r"\bmy\b", "your", re.sub(r"\bI am\b", "you are", text), flags=re.IGNORECASE)


def recall_turns(conversation: Conversation) -> str | None:
    """Answer what was asked or said before."""
    question, asked = conversation.question[-MOST_TEXT:], conversation.asked
    if HOW_MANY.search(question):
        return f"You have sent {len(asked)} messages in this conversation, this one included."
    if FIRST.search(question):
        return f'You first said: "{_short(asked[0])}"' if len(asked) > 1 else "This is your first message."
    if BEFORE.search(question):
        return f'Before this you said: "{_short(asked[-2])}"' if len(asked) > 1 else "This is your first message."
    if YOU_SAID.search(question):
        return f'I said: "{_short(conversation.said[-1])}"' if conversation.said else "I have not said anything yet."
    return None


def continue_calculation(conversation: Conversation) -> str | None:
    """Carry on from an earlier result: "now add 5", "double that"."""
    question = conversation.question[-MOST_TEXT:]
    match = CONTINUED.search(question)
    if match is None or len(question) > 120 or find_expressions(question):
        return None
    before = _last_result(conversation)
    word, number = match[1].lower(), match[2]
    if before is None or (word in OPERATORS and number is None):
        return None
    expression = {
        "double": f"{before} * 2",
        "half": f"{before} / 2",
        "halve": f"{before} / 2",
        "square": f"({before}) ** 2",
    }.get(word, f"{before} {OPERATORS.get(word, '+')} {number}")
    value = computed(expression)
    return f"{expression} = {value}" if value is not None else None


def _last_result(conversation: Conversation) -> str | None:
    for text in reversed(conversation.said[-20:]):
        match = re.search(r"= (-?\d[\d.]*)(?!.*= )", text[-MOST_TEXT:], re.DOTALL)
        if match:
            return match[1].rstrip(".")
    return None


def _short(text: str, most: int = 300) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def take_in(conversation: Conversation) -> str | None:
    """Acknowledge a name or a fact that the user states, when that is all they say."""
    text = conversation.question[:MOST_TEXT]
    if "?" in text or len(text) > 300:
        return None
    name = NAME.search(text)
    if name and name[1].split()[0] not in NOT_NAMES:
        return f"Nice to meet you, {name[1]}. I'm Tercet's simulated model; I'll remember your name within this conversation."
    fact = FACT.search(text)
    if fact:
        return f"Noted: your {fact[1]} is {_second_person(fact[2]).strip()}."
    doing = DOING.match(text)
    return f"Noted: you {_verb(doing[1])} {_second_person(doing[2]).strip()}." if doing else None
