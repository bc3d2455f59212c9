"""The parts of a function's docstring: its description, and each parameter's, in Google's, NumPy's or Sphinx's style.

Reads text alone; knows nothing of tools. Whatever is not understood stays part of the description.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PARAMETERS = frozenset({"args", "arguments", "parameters", "params", "other parameters"})
RESULTS = frozenset({"return", "returns", "yield", "yields", "raise", "raises", "except", "exceptions"})
OTHER_SECTIONS = RESULTS | {"attributes", "example", "examples"}
"""Sections that Google's style has: the description does not go on after them."""
UNDERLINED_SECTIONS = OTHER_SECTIONS | {"notes", "references", "see also", "warnings", "warns"}
"""Sections that NumPy's style has."""
SPHINX_FIELD = re.compile(r":(?P<kind>\w+)(?P<words>[^:\n]*):[ \t]*(?P<text>.*)")
SPHINX_PARAMETERS = frozenset({"param", "parameter", "arg", "argument", "key", "keyword"})
SPHINX_FIELDS = SPHINX_PARAMETERS | frozenset(
    {"type", "return", "returns", "rtype", "raise", "raises", "except", "exception", "yield", "yields"}
)
GOOGLE_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)[ \t]*(?:\([^)]*\))?[ \t]*:[ \t]*(?P<text>.*)")
NUMPY_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)[ \t]*(?::.*)?")


@dataclass(slots=True)
class Docstring:
    """`description` is what stands before the first section."""

    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str | None) -> Docstring:
    """Take a docstring apart."""
    lines = inspect.cleandoc(text or "").split("\n")
    start = next((number for number in range(len(lines)) if _begins_section(lines, number)), len(lines))
    made = Docstring(_paragraphs(lines[:start]))
    while start < len(lines):
        end = next((number for number in range(start + 1, len(lines)) if _begins_section(lines, number)), len(lines))
        made.parameters.update(_section(lines[start:end]))
        start = end
    return made


def _begins_section(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if not line or line[0].isspace():
        return False
    if (found := SPHINX_FIELD.match(line)) and found["kind"] in SPHINX_FIELDS:
        return True
    title = line.strip().lower()
    if title.endswith(":"):
        return title[:-1] in PARAMETERS or title[:-1] in OTHER_SECTIONS
    return (title in PARAMETERS or title in UNDERLINED_SECTIONS) and _is_underlined(lines, number)


def _is_underlined(lines: Sequence[str], number: int) -> bool:
    below = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return len(below) >= 3 and set(below) == {"-"}


def _paragraphs(lines: Sequence[str]) -> str:
    """Return the text with its first line, the summary, parted from the rest by an empty line."""
    summary, _, rest = "\n".join(lines).strip().partition("\n")
    return (
        f"{summary}\n\n{rest.strip()}" if rest.strip() and not rest.startswith("\n") else f"{summary}\n{rest}".strip()
    )


def _section(lines: Sequence[str]) -> dict[str, str]:
    if lines[0].startswith(":"):
        return _sphinx(lines)
    if lines[0].strip().lower().rstrip(":") not in PARAMETERS:
        return {}
    underlined = _is_underlined(lines, 0)
    return dict(_entries(lines[2 if underlined else 1 :], NUMPY_ENTRY if underlined else GOOGLE_ENTRY))


def _entries(lines: Sequence[str], entry: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Name and description of each entry: a line as little indented as the first, and those below it that are more."""
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    name, said = "", list[str]()
    for line in [*lines, " " * margin + "end:"]:
        if line.strip() and _indent(line) == margin:
            if name and (text := _joined(said)):
                yield name, text
            found = entry.fullmatch(line.strip())
            name = found["name"] if found else ""
            said = [(found.groupdict().get("text") or "") if found else ""]
        else:
            said.append(line)


def _sphinx(lines: Sequence[str]) -> dict[str, str]:
    found = SPHINX_FIELD.match(lines[0])
    if not found or found["kind"] not in SPHINX_PARAMETERS or not found["words"].split():
        return {}
    text = _joined([found["text"], *lines[1:]])
    return {found["words"].split()[-1].lstrip("*"): text} if text else {}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joined(lines: Sequence[str]) -> str:
    """Return the first line, and those that continue it without their common indentation."""
    return "\n".join([lines[0], *inspect.cleandoc("\n".join(["", *lines[1:]])).split("\n")]).strip()
