"""Which words of a text ask for something: greetings, thanks, praise and remarks call no tool, whatever tools there are."""

from __future__ import annotations

import re

CLAUSES = re.compile(r"(?<=[.!?,;:])\s+|\n+")
OPENINGS = re.compile(
    r"\W*(?:(?:hello|hi|hey|hiya|howdy|dear|ok(?:ay)?|yes|yeah|yep|no|nope|sure|right|well|alright|so|oh|ah|wow|hm+|lol|haha|sorry|please"
    r"|good (?:morning|afternoon|evening|night|day))\b(?:\s+(?:there|again|claude|all|everyone|everybody|team|folks))?\W*)+",
    re.IGNORECASE,
)
"""Taken from the head of a clause; what follows may ask for something."""
PLEASANT = re.compile(
    r"(?:thanks?|thx|cheers|bye|goodbye|farewell|see you|see ya|take care|have an?|congrat\w*|welcome|my pleasure|no problem|never mind"
    r"|nice|great|good|perfect|cool|lovely|wonderful|awesome|excellent|amazing|brilliant|fantastic|fine|super|sounds|looks|well done"
    r"|much appreciated|appreciated|time to|let'?s go|got it|understood|agreed|exactly|indeed|interesting|of course|same here|me too"
    r"|you'?re|hope)\b",
    re.IGNORECASE,
)
"""The head of what is said to be kind, unless it is a question."""
REMARK = re.compile(
    r"(?:i|i['’](?:m|ve|ll)|we|we['’](?:re|ve|ll)|my|our|your|you|he|she|they|that|that['’]s|this|these|those|it|it['’]s|there|"
    r"the [\w' -]{1,60}? (?:is|was|are|were|looks?|seems?|feels?|sounds?))\b",
    re.IGNORECASE,
)
"""The head of a statement about oneself or the world, unless it is a question."""
WISH = re.compile(
    r"\b(?:want|need|would|wish|must|have to|has to|looking for|should|please|can you|could you|let me)\b|\b(?:i|we)['’]d\b",
    re.IGNORECASE,
)
CHAT = re.compile(
    r"(?:(?:and |so |but )?(?:how|who|what) (?:are|were|about) (?:you|yourself|things)\b.*"
    r"|how(?:['’]s| is| was) (?:it going|life|everything|your \w+)\b.*"
    r"|what(?:['’]s| is) (?:up|new|going on|your name)\b.*|what (?:can|do) you (?:do|think|mean)\b.*|why|why not|really|what|who|huh|pardon"
    r"|(?:are|do|did|have|were) you\b(?:\s+[\w'’]+){0,3}|(?:is|was|are|were|does|did) (?:that|this|it|they|those|these)(?:\s+[\w'’]+){0,2}"
    r"|(?:can|could|will|would) you help(?: me)?|(?:go on|continue|carry on|keep going|go ahead|proceed)"
    r"|.*\b(?:isn|aren|wasn|don|doesn|didn|won|haven|hasn)['’]t (?:it|you|we|they|that))\W*",
    re.IGNORECASE,
)
"""Clauses that only a person could answer, or that point back at what was said."""
MOST_TEXT = 20_000


def asking_words(text: str) -> str:
    """Return the clauses of a text that ask for something; none for small talk."""
    return " ".join(clause for clause in _clauses(text) if not _is_remark(clause))


def telling_words(text: str) -> str:
    """Return a text without its greetings and thanks: names in them are nobody's city."""
    return " ".join(_clauses(text))


def _clauses(text: str) -> list[str]:
    opened = (
        OPENINGS.sub("", clause, count=1) if OPENINGS.match(clause) else clause
        for clause in CLAUSES.split(text[:MOST_TEXT])
    )
    return [clause for clause in opened if clause and not (PLEASANT.match(clause) and "?" not in clause)]


def _is_remark(clause: str) -> bool:
    if CHAT.fullmatch(clause):
        return True
    return REMARK.match(clause) is not None and "?" not in clause and not WISH.search(clause)
