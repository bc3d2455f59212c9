"""The table of refusals as a page of documentation: `python -m tercet.server.validation.document > docs/validation.md`."""

from __future__ import annotations

from collections import Counter

from tercet.server.errors import TYPES
from tercet.server.limits.rates import BEYOND_REACH
from tercet.server.limits.spending import REFUSALS
from tercet.server.validation.error_texts import TEXTS, RefusalText

MARKS = {
    "✔": "seen in live responses or in the API's documentation",
    "○": "quoted by several independent projects",
    "~": "quoted by one source",
    "=": "the rule is documented and its words are not known: these are ours",
}
WHEN = {
    "always": "always",
    "strict": "strict; lenient serves it, with a `tercet-warning` header",
    "roles": "only with the setting `strict_roles`",
}
OTHERS = (
    ("401, 403, 400", "keys, versions, beta headers", "the section *transport* below"),
    ("404", "`model: <id>`, unknown paths and ids", "`service/message_service.py`, `routing.py`, the stores"),
    ("405, 415, 431", "wrong verb, content type, too many headers", "`routing.py`, `exchange.py`, `access.py`"),
    ("408, 413", "bodies that do not end in time, or are too large", "`exchange.py`, `http/bodies.py`"),
    (
        "429",
        "rate limits by key and model, by endpoint, and of growth",
        "`limits/rates.py`, `limits/quotas.py`, `limits/acceleration.py`",
    ),
    ("429, 400", "spend limits and an empty credit", "`limits/spending.py`"),
    ("529", "the setting `overloaded`", "`service/message_service.py`"),
)


def document() -> str:
    """Return the page."""
    counted: Counter[str] = Counter(row.mark for row in TEXTS.values())
    lines = [
        "# What the local API refuses, and in which words",
        "",
        "Made from the table in `server/validation/error_texts.py`; a test holds the two equal, and another provokes every row "
        "over HTTP and compares the words.",
        "",
        "| mark | what it says of the words | rows |",
        "|---|---|---|",
        *(f"| {mark} | {meaning} | {counted[mark]} |" for mark, meaning in MARKS.items()),
        f"| | all | {len(TEXTS)} |",
        "",
        f"Statuses and their `error.type`: {', '.join(f'{status} `{kind}`' for status, kind in TYPES.items())}.",
        "",
        "| status | what | where |",
        "|---|---|---|",
        *(f"| {status} | {what} | {where} |" for status, what, where in OTHERS),
        "",
        f"Rate limits unless others are given: {BEYOND_REACH.requests:,} requests, {BEYOND_REACH.input_tokens:,} input and "
        f"{BEYOND_REACH.output_tokens:,} output tokens a minute for each key and model, which one server cannot reach. "
        f"Kinds of spend limit: {', '.join(f'`{kind}` ({row.status})' for kind, row in REFUSALS.items())}.",
        "",
    ]
    for section in dict.fromkeys(row.section for row in TEXTS.values()):
        lines += [f"## {section.capitalize()}", "", "| words | mark | refused |", "|---|---|---|"]
        lines += [_line(row) for row in TEXTS.values() if row.section == section]
        lines.append("")
    return "\n".join(lines)


def _line(row: RefusalText) -> str:
    words = row.text.replace("|", "\\|")
    fence = "``" if "`" in words else "`"
    pad = " " if "`" in words else ""
    return f"| {fence}{pad}{words}{pad}{fence} | {row.mark} | {WHEN[row.when]} |"


if __name__ == "__main__":
    print(document(), end="")
