"""Documents, pictures and long texts: what they are, the sentences that answer a question, cited where asked.

Pictures are known by their bytes alone: format, size and shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tercet.server.accounting.images import decoded, facts_of_source
from tercet.server.accounting.pdf import read_pdf
from tercet.server.simulated.conversation import Block, RequestView, blocks_of, text_of
from tercet.server.simulated.entities import word_set
from tercet.wire.image_headers import ImageFacts

SENTENCE = re.compile(r"[^\s.!?\n][^.!?\n]{0,1000}[.!?]?")
LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
"""Of a line within a paragraph."""
MOST_ORDER = 200
"""Characters up to which a paragraph that asks for a summary is taken for the order, not for the text."""
SUMMARY = re.compile(r"\b(?:summari[sz]e|summary|key points|main points|tl;?dr|overview|gist)\b", re.IGNORECASE)
LONG_TEXT = 600
"""Characters from which a message is itself a text to sum up."""
MOST_TEXT = 400_000
ABOUT_PICTURES = re.compile(
    r"\b(?:image|picture|photo|screenshot|diagram|chart|see|show|describe|look|compare|what is (?:it|this)|what's (?:in|this))",
    re.IGNORECASE,
)
STOP = word_set(
    "a an and are as at be by do does for from how i in is it me my of on or please that the this to was what when where which who why with you your document say says about tell summarize"
)


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A sentence (or a block) of a source, and the location that cites it."""

    text: str
    location: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A document or search result, read: a description, its text, and passages that can be cited."""

    name: str
    text: str
    passages: list[CitedPassage]
    cited: bool


def sources_of(conversation: RequestView) -> list[Source]:
    """Return every document and search result, in the request's order."""
    documents = [_document(block, number) for number, block in enumerate(conversation.documents)]
    return [*documents, *(_search_result(block, number) for number, block in enumerate(conversation.search_results))]


def _document(block: Block, index: int) -> Source:
    source = block.get("source") or {}
    title = block.get("title") or None
    place = {"document_index": index, "document_title": title, "file_id": None}
    kind, cited = source.get("type"), bool((block.get("citations") or {}).get("enabled"))
    label = f"document {index + 1}{f' ({title})' if title else ''}"
    if kind == "text":
        text = str(source.get("data", ""))[:MOST_TEXT]
        return Source(f"{label}, plain text", text, list(_sentences(text, place)), cited)
    if kind == "content":
        parts = [str(part.get("text", "")) for part in blocks_of(source.get("content"))]
        return Source(f"{label}, {len(parts)} blocks", "\n".join(parts), list(_blocks(parts, place)), cited)
    if kind == "base64":
        pages = read_pdf(decoded(source.get("data")))
        about = f"a PDF of {len(pages)} page{'' if len(pages) == 1 else 's'}" if pages else "a PDF that I cannot read"
        return Source(f"{label}, {about}", "\n".join(pages), list(_pages(pages, place)), cited)
    where = source.get("url") or source.get("file_id") or "elsewhere"
    return Source(f"{label} at {where}, which the local API does not open", "", [], cited)


def _search_result(block: Block, index: int) -> Source:
    parts = [str(part.get("text", "")) for part in blocks_of(block.get("content"))]
    base = {"source": block.get("source"), "title": block.get("title"), "search_result_index": index}
    passages = [
        CitedPassage(
            part,
            {
                "type": "search_result_location",
                "cited_text": part,
                **base,
                "start_block_index": n,
                "end_block_index": n + 1,
            },
        )
        for n, part in enumerate(parts)
        if part.strip()
    ]
    cited = bool((block.get("citations") or {}).get("enabled"))
    return Source(f'search result "{block.get("title")}"', "\n".join(parts), passages, cited)


def _sentences(text: str, place: Mapping[str, Any]) -> Iterator[CitedPassage]:
    for match in SENTENCE.finditer(text):
        location = {
            "type": "char_location",
            "cited_text": match[0],
            **place,
            "start_char_index": match.start(),
            "end_char_index": match.end(),
        }
        yield CitedPassage(match[0], location)


def _blocks(parts: list[str], place: Mapping[str, Any]) -> Iterator[CitedPassage]:
    for number, part in enumerate(parts):
        if part.strip():
            location = {
                "type": "content_block_location",
                "cited_text": part,
                **place,
                "start_block_index": number,
                "end_block_index": number + 1,
            }
            yield CitedPassage(part, location)


def _pages(pages: tuple[str, ...], place: Mapping[str, Any]) -> Iterator[CitedPassage]:
    for number, page in enumerate(pages, 1):
        for match in SENTENCE.finditer(page):
            location = {
                "type": "page_location",
                "cited_text": match[0],
                **place,
                "start_page_number": number,
                "end_page_number": number + 1,
            }
            yield CitedPassage(match[0], location)


def best_passages(passages: list[CitedPassage], question: str, most: int = 2) -> list[CitedPassage]:
    """Return the passages that share most words with the question, in their own order; the first ones if none does."""
    wanted = _content_words(question)
    scores = [len(wanted & _content_words(passage.text)) for passage in passages]
    if not any(scores):
        return passages[:most]
    order = sorted(range(len(passages)), key=lambda place: (-scores[place], place))
    return [passages[place] for place in sorted(place for place in order[:most] if scores[place])]


def _content_words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"\w+", text.lower())} - STOP


def counted(number: int, noun: str) -> str:
    """Return the number and what it counts: 1 word, 2 words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def read_sources(conversation: RequestView) -> list[Block] | str | None:
    """Answer from documents and search results; with citations where they are enabled."""
    sources = sources_of(conversation)
    if not sources:
        return None
    question = conversation.question
    cited = [source for source in sources if source.cited]
    if cited:
        return _cited_answer(cited, question)
    if SUMMARY.search(question) or len(sources) > 1:
        return "\n".join(summary(source.name, source.text) for source in sources)
    passages = best_passages(sources[0].passages, question)
    said = " ".join(passage.text.strip() for passage in passages)
    return f"In {sources[0].name}, I read: {said}" if said else f"I was sent {sources[0].name}; I find no text in it."


def _cited_answer(sources: list[Source], question: str) -> list[Block] | str:
    several = [passage for source in sources for passage in source.passages]
    chosen = best_passages(several, question, 3)
    if not chosen:
        return f"I was sent {', '.join(source.name for source in sources)}; I find no text to cite."
    content: list[Block] = [{"type": "text", "text": "From what I was sent: "}]
    for number, passage in enumerate(chosen):
        if number:
            content.append({"type": "text", "text": " "})
        content.append({"type": "text", "text": passage.text.strip(), "citations": [passage.location]})
    return content


def summary(name: str, text: str) -> str:
    """Length, first and last sentence. A line that merely ends within a paragraph ends no sentence."""
    sentences = [match[0].strip() for match in SENTENCE.finditer(LINE_END.sub(" ", text[:MOST_TEXT]))]
    words = counted(len(text.split()), "word")
    if not sentences:
        return f"{name[:1].upper()}{name[1:]}: no text that I can read."
    ends = f"It begins: “{_short(sentences[0])}”"
    if len(sentences) > 1:
        ends += f" It ends: “{_short(sentences[-1])}”"
    return f"{name[:1].upper()}{name[1:]}: {words} in {counted(len(sentences), 'sentence')}. {ends}"


def _short(text: str) -> str:
    return text if len(text) <= 240 else text[:239] + "…"


def sum_up(conversation: RequestView) -> str | None:
    """Sum up what was sent, when that is asked for: the message if it is long, or what came before."""
    question = conversation.question
    if SUMMARY.search(question[:2000]) or SUMMARY.search(question[-500:]):
        body = _without_order(question) if len(question) > 200 else _longest_material(conversation)
        if body:
            return f"[simulated] {summary('the text', body)}"
    return None


def _without_order(question: str) -> str:
    """Return a message without the paragraphs that only say what is to be done with the others."""
    parts = question.split("\n\n")
    kept = [part for part in parts if len(part) > MOST_ORDER or not SUMMARY.search(part)]
    return "\n\n".join(kept or parts)


def sum_up_unasked(conversation: RequestView) -> str | None:
    """Sum up a long message that nothing else has answered."""
    question = conversation.question
    return f"[simulated] {summary('your message', question)}" if len(question) > LONG_TEXT else None


def _longest_material(conversation: RequestView) -> str:
    earlier = [text for text in conversation.asked[:-1] if len(text) > 200]
    system = text_of(conversation.request.get("system") or "")
    return max([*earlier, system if len(system) > 200 else ""], key=len)


# --- pictures ----------------------------------------------------------------------------------------------------------


def describe(block: Block) -> str:
    """Return one picture in words."""
    source = block.get("source") or {}
    if source.get("type") == "url":
        return f"the image at {source.get('url')} (named only: the local API opens no URLs)"
    if source.get("type") == "file":
        return f"the uploaded file {source.get('file_id')}"
    found = facts_of_source(source)
    if found is None:
        return f"an image declared as {source.get('media_type', 'unknown')} whose bytes are of no format I can read"
    shape = "square" if found.width == found.height else ("landscape" if found.width > found.height else "portrait")
    return f"a {shape} {found.format.upper()} image of {found.width} × {found.height} pixels"


def look_at_images(conversation: RequestView) -> str | None:
    """Return what the pictures are; None when the question brings none and does not speak of earlier ones."""
    images = conversation.images
    fresh = images and any(block.get("type") == "image" for block in conversation.last.blocks)
    if not images or not (fresh or ABOUT_PICTURES.search(conversation.question)):
        return None
    limits = "I am a simulated model: I read image files' bytes, not what they depict."
    if len(images) == 1:
        return f"I see {describe(images[0])}. {limits}"
    lines = [f"Image {number}: {describe(image)}." for number, image in enumerate(images, 1)]
    return "\n".join([f"I see {len(images)} images.", *lines, _comparison(images), limits])


def _comparison(images: list[Block]) -> str:
    facts: list[ImageFacts | None] = [facts_of_source(image.get("source") or {}) for image in images]
    areas = {number: each.width * each.height for number, each in enumerate(facts, 1) if each is not None}
    if len(areas) < 2:
        return "Their sizes cannot be compared from here."
    if len(set(areas.values())) == 1:
        return "They are of the same size."
    return f"Image {max(areas, key=lambda number: areas[number])} is the largest."
