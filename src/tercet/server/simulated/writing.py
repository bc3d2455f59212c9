"""Prose, lists and code on request. Deterministic and openly simulated: it shows the shape of an answer."""

from __future__ import annotations

import re
from functools import cache

from tercet.server.simulated.conversation import Conversation
from tercet.server.simulated.slots import word_set

COUNT = re.compile(r"\bcount (?:(?:from )?(\d{1,4}) )?(?:up |down )?to (\d{1,4})\b", re.IGNORECASE)
MOST_COUNTED = 1000
LIST = re.compile(
    r"\b(?:list|give me|name|write|suggest)\s+(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+([\w\s'-]{2,60})",
    re.IGNORECASE,
)
ABOUT = re.compile(r"\b(?:about|on|of)\s+(?:an?\s+|the\s+)?([\w' -]{2,60})", re.IGNORECASE)
CODE = re.compile(
    r"\b(?:write|create|show|give|build|implement|make|example of|how do i|help me)\b.{0,60}\b(?:function|code|script|program|class|python|scraper|read a|file|regex|snippet|query|decorator)\b",
    re.IGNORECASE,
)
REVIEW = re.compile(r"\b(?:review|refactor|improve|debug|fix|find bugs|explain this)\b", re.IGNORECASE)
EXAMPLE = re.compile(r"\b(?:show|give)\b.{0,20}\ban? example\b", re.IGNORECASE)
KIND = re.compile(r"\b(haiku|limerick|poem|short story|story|joke|song|email|letter|essay)\b", re.IGNORECASE)
ASKS_FOR = re.compile(r"\b(?:write|tell|compose|create|give|draft|make|another|a)\b", re.IGNORECASE)
CLASSIFY = re.compile(r"\b(?:classify|sentiment|positive or negative)\b", re.IGNORECASE)
GOOD = word_set("good great love excellent amazing happy wonderful best fantastic enjoy like perfect nice")
BAD = word_set("bad terrible hate awful poor sad worst horrible angry broken disappointing slow")
NUMBER_WORDS = "two three four five six seven eight nine ten"
NUMBERS = {word: number for number, word in enumerate(NUMBER_WORDS.split(), 2)}
DANGERS = {
    "pickle.loads": "`pickle.loads` runs whatever code the data names; take JSON for data from outside.",
    "eval(": "`eval` runs any expression; parse the input instead.",
    "exec(": "`exec` runs any code; avoid it on input.",
    "shell=True": "`shell=True` lets input become commands; pass a list of arguments.",
    "yaml.load(": "`yaml.load` can build any object; use `yaml.safe_load`.",
    "SELECT": "Build SQL with parameters, never by joining strings.",
    "verify=False": "`verify=False` switches off the certificate check.",
    "except:": "A bare `except:` also swallows Ctrl-C; name the exceptions.",
}
PIECES = {
    "haiku": "Requests cross the wire,\n{subject} waits in the code —\nan answer returns.",
    "limerick": "A model that merely pretends\nwrote lines about {subject} for friends;\n    it rhymed in a row\n    what it did not know,\nand here the performance now ends.",
    "poem": "Of {subject} I was asked to write,\nby day's plain work or screen's late light.\nI read the words, I keep them near,\nand set these four lines down right here.",
    "song": "(Verse)\nOh {subject}, you came over the wire,\n(Chorus)\nfour plain lines to warm the test by the fire.",
    "joke": "Why did the request bring {subject} along? It had heard that the server never answers alone.",
    "email": "Subject: {subject}\n\nHello,\n\nI am writing about {subject}. Please let me know what suits you.\n\nKind regards,\nThe simulated model",
    "letter": "Dear reader,\n\nthis letter is about {subject}. It is short, since it only stands in for a real one.\n\nYours,\nthe simulated model",
    "essay": "{Subject} deserves a closer look. First, it is what was asked about. Second, a simulated model can only show an essay's shape. "
    "Third, that is enough to test a program with. In conclusion, {subject} has now been written about.",
    "story": "Once upon a time there was a small server that knew of {subject} only by name. Every morning a request arrived and asked for more. "
    "The server read each word with care, since reading was what it did best. One day it understood that the question itself was the story. "
    "It told the tale back, byte by byte, and both of them were content. The end.",
}
SNIPPETS = [
    (re.compile(r"e-?mail", re.IGNORECASE), 'import re\n\n\ndef is_email(text: str) -> bool:\n    """Whether the text looks like an e-mail address."""\n    return re.fullmatch(r"[^@\\s]+@[^@\\s]+\\.[^@\\s]+", text) is not None'),
    (re.compile(r"json", re.IGNORECASE), 'import json\n\nwith open("data.json", encoding="utf-8") as file:\n    data = json.load(file)'),
    (re.compile(r"decorator", re.IGNORECASE), 'import functools\n\n\ndef announced(function):\n    @functools.wraps(function)\n    def call(*args, **kwargs):\n        print("calling", function.__name__)\n        return function(*args, **kwargs)\n\n    return call'),
    (re.compile(r"fibonacci", re.IGNORECASE), "def fibonacci(count: int) -> list[int]:\n    numbers = [0, 1]\n    while len(numbers) < count:\n        numbers.append(numbers[-1] + numbers[-2])\n    return numbers[:count]"),
    (re.compile(r"factorial", re.IGNORECASE), "def factorial(number: int) -> int:\n    return 1 if number < 2 else number * factorial(number - 1)"),
    (re.compile(r"revers", re.IGNORECASE), "def reverse(text: str) -> str:\n    return text[::-1]"),
    (re.compile(r"prime", re.IGNORECASE), "def is_prime(number: int) -> bool:\n    return number > 1 and all(number % each for each in range(2, int(number**0.5) + 1))"),
    (re.compile(r"scrap", re.IGNORECASE), 'from html.parser import HTMLParser\nfrom urllib.request import urlopen\n\n\nclass Links(HTMLParser):\n    def handle_starttag(self, tag, attributes):\n        if tag == "a":\n            print(dict(attributes).get("href"))\n\n\nwith urlopen("https://example.com") as page:\n    Links().feed(page.read().decode())'),
    (re.compile(r"hello", re.IGNORECASE), 'print("Hello, world!")'),
]  # fmt: skip
PLAIN_SNIPPET = 'def {name}(value):\n    """{purpose}"""\n    return value'


def count_up(conversation: Conversation) -> str | None:
    """Count, up or down."""
    match = COUNT.search(conversation.question[:500])
    if match is None:
        return None
    first, last = int(match[1] or 1), int(match[2])
    between = _numerals()[min(first, last) : max(first, last) + 1]
    return ", ".join((between if first <= last else between[::-1])[:MOST_COUNTED])


@cache
def _numerals() -> list[str]:
    """Every number that `COUNT` can name. To write sixty of them anew takes as long as all else about their answer."""
    return [str(number) for number in range(10_000)]


def write_list(conversation: Conversation) -> str | None:
    """A numbered list of as many things as asked for."""
    match = LIST.search(conversation.question[:500])
    if match is None or KIND.search(match[2]):
        return None
    count = NUMBERS.get(match[1].lower()) or int(match[1])
    what = " ".join(match[2].split()).rstrip("s")
    return "\n".join(["[simulated]", *(f"{number}. {what.capitalize()} {number}" for number in range(1, count + 1))])


def write_piece(conversation: Conversation) -> str | None:
    """A haiku, story, joke, letter, …"""
    question = conversation.question[:500]
    match = KIND.search(question)
    if match is None or not ASKS_FOR.search(question):
        return None
    about = ABOUT.search(question, match.end())
    subject = about[1].strip() if about else "nothing in particular"
    kind = match[1].lower().removeprefix("short ")
    return "[simulated]\n" + PIECES[kind].replace("{subject}", subject).replace("{Subject}", subject.capitalize())


def write_code(conversation: Conversation) -> str | None:
    """A small code block."""
    question = conversation.question[:2000]
    subject = question
    if EXAMPLE.search(question) and len(conversation.asked) > 1:
        subject = f"{conversation.asked[-2][:500]} {question}"
    elif not CODE.search(question) or _is_prose(question):
        return None
    snippet = next((code for pattern, code in SNIPPETS if pattern.search(subject)), None)
    if snippet is None:
        purpose = " ".join(question.replace('"', "'").replace("\\", "").split())[:80]
        snippet = PLAIN_SNIPPET.replace("{name}", "solve").replace("{purpose}", f"Stands in for: {purpose}")
    return f"[simulated] Here is a small example:\n\n```python\n{snippet}\n```"


def _is_prose(question: str) -> bool:
    """Whether a story, poem or the like is asked for before any code is named."""
    piece = KIND.search(question)
    code = CODE.search(question)
    return (
        piece is not None
        and code is not None
        and piece.end() < code.end()
        and piece[1].lower() not in ("email", "letter")
    )


def review(conversation: Conversation) -> str | None:
    """Name the known dangers in code that the user shows."""
    question = conversation.question[:100_000]
    if "```" not in question or not REVIEW.search(question[:2000]):
        return None
    found = [f"- {advice}" for sign, advice in DANGERS.items() if sign in question]
    lines = question.partition("```")[2].count("\n")
    if not found:
        return (
            f"[simulated] I looked for {len(DANGERS)} well-known dangers in these {lines} lines and found none of them."
        )
    return "\n".join([f"[simulated] In these {lines} lines I notice:", *found])


def classify(conversation: Conversation) -> str | None:
    """Positive or negative, by counting words."""
    question = conversation.question[:20_000]
    if not CLASSIFY.search(question):
        return None
    words = re.findall(r"[a-z]+", question.lower().replace("positive or negative", ""))
    balance = sum(word in GOOD for word in words) - sum(word in BAD for word in words)
    verdict = "Positive" if balance > 0 else ("Negative" if balance < 0 else "Neutral: I see no words that decide it")
    return f"{verdict}."
