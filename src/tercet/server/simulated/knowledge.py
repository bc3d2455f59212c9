"""The little that the simulated model knows of the world: capitals, and one honest sentence on some subjects."""

from __future__ import annotations

import re

from tercet.server.simulated.conversation import Conversation

CAPITALS = {
    "argentina": "Buenos Aires", "australia": "Canberra", "austria": "Vienna", "bangladesh": "Dhaka",
    "belgium": "Brussels", "brazil": "Brasília", "canada": "Ottawa", "chile": "Santiago", "china": "Beijing",
    "colombia": "Bogotá", "croatia": "Zagreb", "cuba": "Havana", "czechia": "Prague", "denmark": "Copenhagen",
    "egypt": "Cairo", "england": "London", "estonia": "Tallinn", "ethiopia": "Addis Ababa", "finland": "Helsinki",
    "france": "Paris", "germany": "Berlin", "ghana": "Accra", "greece": "Athens", "hungary": "Budapest",
    "iceland": "Reykjavík", "india": "New Delhi", "indonesia": "Jakarta", "iran": "Tehran", "iraq": "Baghdad",
    "ireland": "Dublin", "israel": "Jerusalem", "italy": "Rome", "jamaica": "Kingston", "japan": "Tokyo",
    "kenya": "Nairobi", "latvia": "Riga", "lithuania": "Vilnius", "malaysia": "Kuala Lumpur", "mexico": "Mexico City",
    "morocco": "Rabat", "nepal": "Kathmandu", "netherlands": "Amsterdam", "new zealand": "Wellington",
    "nigeria": "Abuja", "norway": "Oslo", "pakistan": "Islamabad", "peru": "Lima", "philippines": "Manila",
    "poland": "Warsaw", "portugal": "Lisbon", "romania": "Bucharest", "russia": "Moscow", "saudi arabia": "Riyadh",
    "scotland": "Edinburgh", "serbia": "Belgrade", "singapore": "Singapore", "slovakia": "Bratislava",
    "slovenia": "Ljubljana", "south africa": "Pretoria", "south korea": "Seoul", "spain": "Madrid", "sweden": "Stockholm",
    "switzerland": "Bern", "thailand": "Bangkok", "turkey": "Ankara", "uganda": "Kampala", "ukraine": "Kyiv",
    "united kingdom": "London", "uk": "London", "united states": "Washington, D.C.", "usa": "Washington, D.C.",
    "uruguay": "Montevideo", "venezuela": "Caracas", "vietnam": "Hanoi", "wales": "Cardiff",
}  # fmt: skip
SUBJECTS = {
    "api": "An API is a contract by which one program asks another for data or work, without knowing how it is done inside.",
    "streaming": "Streaming sends an answer in small events as it is made, so that a reader sees the first words at once.",
    "machine learning": "Machine learning fits a model's parameters to examples, so that it can judge cases that it has not seen.",
    "quantum computing": "Quantum computing works on qubits, whose superposed amplitudes interfere until a measurement picks a result.",
    "quantum physics": "Quantum physics describes nature at small scales by amplitudes, whose squares are the odds of what is measured.",
    "decorator": "A Python decorator is a callable that takes a function and returns the one to use in its place.",
    "recursion": "Recursion solves a problem by solving smaller ones of the same kind, down to a case that is answered at once.",
    "json": "JSON is a text format for data: objects, arrays, strings, numbers, true, false and null.",
    "token": "A token is the piece of text, often part of a word, that a language model reads and writes, and is billed by.",
    "prompt caching": "Prompt caching keeps the processed beginning of a prompt, so that sending it again is cheaper and faster.",
    "rate limiter": "A rate limiter hands out permits at a steady rate, often from a bucket that refills, and holds back what exceeds it.",
    "machine": "A machine turns energy into useful motion or work.",
}
CAPITAL_OF = re.compile(r"\bcapital(?: city)? of (?:the )?([A-Za-z ]{2,40}?)(?=\s*(?:and|,|\?|\.|!|$))", re.IGNORECASE)
MORE = re.compile(r"\band (?:of )?(?:the )?([A-Z][A-Za-z ]{2,30}?)(?=\s*(?:,|\?|\.|!|$))")
FOLLOW_UP = re.compile(r"^\W*(?:and|what about|how about)\s+(?:of |in )?(?:the )?([A-Za-z ]{2,40}?)\W*$", re.IGNORECASE)
EXPLAINS = re.compile(r"\b(?:explain|what(?:'s| is| are)|describe|define|tell me about|how does)\b", re.IGNORECASE)


def capital(conversation: Conversation) -> str | None:
    """Name capitals."""
    question = conversation.question[:2000]
    asked = CAPITAL_OF.findall(question)
    return _capitals([*asked, *MORE.findall(question)]) if asked else None


def next_capital(conversation: Conversation) -> str | None:
    """Carry on with "And Spain?"."""
    if (
        len(conversation.request["messages"]) > 1
        and len(conversation.asked) > 1
        and CAPITAL_OF.search(conversation.asked[-2][:2000])
    ):
        return _capitals(FOLLOW_UP.findall(conversation.question[:2000]))
    return None


def _capitals(asked: list[str]) -> str | None:
    return " ".join(_capital(country) for country in dict.fromkeys(each.strip() for each in asked)) or None


def _capital(country: str) -> str:
    found = CAPITALS.get(country.lower())
    if found is None:
        return f"I don't have the capital of {country} in my small table."
    return f"The capital of {country} is {found}."


def explain(conversation: Conversation) -> str | None:
    """One sentence on a subject of the table."""
    question = conversation.question[:500]
    if not EXPLAINS.search(question):
        return None
    low = question.lower()
    known = [subject for subject in SUBJECTS if re.search(rf"\b{subject}s?\b", low)]
    return f"[simulated] {SUBJECTS[max(known, key=len)]}" if known else None
