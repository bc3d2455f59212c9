"""A document as a content block: PDF or text, whole or by pages, with its original page numbers in title and context."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import IO, Any, TypeAlias

from tercet.catalog.facts import ImageTier
from tercet.catalog.models import find
from tercet.flow.estimate import text_tokens
from tercet.flow.image_size import fitting_size, seen_by
from tercet.toolkit.media.base64_text import base64_text, bytes_of
from tercet.toolkit.media.errors import MediaError, MediaLibraryError
from tercet.toolkit.media.images import MOST_BYTES, ImageContent, content_of
from tercet.toolkit.media.kinds import kind_of, told
from tercet.toolkit.media.pages import Pages, page_numbers, spelled_out
from tercet.toolkit.media.pictures import PictureOrder, encode_picture, need_pillow
from tercet.toolkit.media.sources import MediaSource, read_source
from tercet.toolkit.media.texts import split_text
from tercet.wire.media_block import MediaBlock

DocumentInput: TypeAlias = str | PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | IO[str]
"""A path, an address, bytes, or an open file."""
MOST_PAGES = 600
MOST_REQUEST = 32 << 20
"""Bytes of one request, everything in it counted."""
PART_PAGES = 100
PART_TOKENS = 20_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class UnsendableFile:
    """A PDF that no request can hold, in the place of its base64: it can be split, and says why when it is sent."""

    def __init__(self, content: bytes, reason: str) -> None:
        self.content, self.reason = content, reason

    def read(self, size: int = -1) -> bytes:
        """Raise MediaError: whoever encodes a request reads the files in it."""
        raise MediaError(self.reason)

    def __repr__(self) -> str:
        return f"<{self.reason}>"


@dataclass(frozen=True, slots=True)
class DocumentOrigin:
    """What a document was made of, for the parts that are made of it."""

    name: str
    model: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the caller said of it: `context`, `citations`."""
    count: int = 0
    """Pages of the whole file."""


class DocumentContent(MediaBlock):
    """A document as a content block: the dict that is sent, with `.tokens`, `.pages`, `.split()` and `.render()`."""

    def __init__(self, fields: dict[str, Any], origin: DocumentOrigin, pages: Sequence[int] | None = None) -> None:
        names = ("source", "title", "context", "citations")  # the order in which the API shows them
        super().__init__(type="document", **{name: fields[name] for name in names if name in fields})
        self.name = origin.name
        """The name of the file, or the title."""
        self.pages = tuple(pages) if pages is not None else None
        """The original numbers of the pages that are in the block: `pages[n - 1]` is what a citation of page n means. None
        where nobody counted them."""
        self._origin = origin

    @property
    def tokens(self) -> int | None:
        """Estimate what the document costs: its text, and for a PDF a picture of each page. None for an address."""
        if self._tokens is None:
            source = self["source"]
            if source["type"] == "text":
                self._tokens = round(text_tokens(source["data"], self._origin.model))
            elif source["type"] == "base64" and self.pages is not None:
                from tercet.toolkit.media.pdfs import likely_tokens

                self._tokens = likely_tokens(self._pdf("its tokens"), self.name, self._origin.model)
        return self._tokens

    def split(self, *, pages: int = PART_PAGES, tokens: int = PART_TOKENS) -> list[DocumentContent]:
        """Return the document in parts: a PDF by `pages` pages, a text by paragraphs of `tokens` tokens together."""
        if self["source"]["type"] == "text":
            return self._split_text(tokens)
        if type(pages) is not int or pages < 1:
            raise MediaError(f"split(pages={pages!r}): a part has at least one page")
        data, numbers = self._pdf("parts of it"), self._numbers()
        groups = [range(start, min(start + pages, len(numbers))) for start in range(0, len(numbers), pages)]
        from tercet.toolkit.media.pdfs import cut_out

        files = cut_out(data, [[place + 1 for place in group] for group in groups], self.name)
        origin = replace(self._origin, count=self._origin.count or len(numbers))
        chosen = [[numbers[place] for place in group] for group in groups]
        return [_pdf_block(file, of_part, origin) for file, of_part in zip(files, chosen, strict=True)]

    def render(
        self, pages: Pages | None = None, *, model: str | None = None, tokens: int | None = None
    ) -> list[ImageContent]:
        """Return pages of a PDF as images, each as large as the model sees, or of at most `tokens` tokens."""
        model = model or self._origin.model
        data, numbers, tier = self._pdf("pictures of it"), self._numbers(), seen_by(model)
        if tokens is not None:
            if type(tokens) is not int or tokens < 1:
                raise MediaError(f"tokens={tokens!r}: an image costs at least 1 token")
            tier = ImageTier(edge=tier.edge, tokens=min(tokens, tier.tokens))
        need_pillow(self.name, "is to be made into images")
        from tercet.toolkit.media.pdfs import render

        chosen = numbers if pages is None else page_numbers(pages, max(numbers), self.name)
        missing = sorted(set(chosen) - set(numbers))
        if missing:
            raise MediaError(f"this part of {self.name} holds {spelled_out(numbers)}, not {spelled_out(missing)}")
        order = PictureOrder(self.name, lambda size: fitting_size(size, tier), MOST_BYTES)
        places = [numbers.index(number) + 1 for number in chosen]
        pictures = render(data, places, self.name, order.fit)
        return [content_of(encode_picture(picture, order), model) for picture in pictures]

    def _split_text(self, tokens: int) -> list[DocumentContent]:
        if type(tokens) is not int or tokens < 1:
            raise MediaError(f"split(tokens={tokens!r}): a part has at least one token")
        parts = split_text(self["source"]["data"], tokens, lambda text: text_tokens(text, self._origin.model))
        texts = [part for part in parts if part.strip()]
        if len(texts) == 1:
            return [self]
        made = []
        for number, text in enumerate(texts, 1):
            title = f"{self.get('title') or self.name}, part {number} of {len(texts)}"
            fields = {**self._origin.options, "source": _text_source(text), "title": title}
            made.append(DocumentContent(fields, self._origin))
        return made

    def _numbers(self) -> tuple[int, ...]:
        if self.pages is None:
            from tercet.toolkit.media.pdfs import count_pages

            self.pages = tuple(range(1, count_pages(self._pdf("its pages"), self.name) + 1))
        return self.pages

    def _pdf(self, wanted: str) -> bytes:
        source = self["source"]
        data = source.get("data")
        if isinstance(data, UnsendableFile):
            return data.content
        if source["type"] != "base64":
            raise MediaError(f"{self.name} is no PDF that is here, so {wanted} cannot be had")
        return bytes_of(data)


def document(
    source: DocumentInput | None = None,
    *,
    text: str | None = None,
    pages: Pages | None = None,
    title: str | None = None,
    context: str | None = None,
    citations: bool | None = None,
    password: str | None = None,
    encoding: str | None = None,
    model: str | None = None,
    fetch: bool = False,
) -> DocumentContent:
    """Make a content block of a document: a PDF, or text.

    `source`: a path, bytes, an open file, or an address (sent as an address unless `fetch=True`); or `text=` itself.
    `pages`: of a PDF, `"1-20"` or `"1-3, 7"`; the title then says the original numbers. `password`: of an encrypted PDF, of
    which a copy without encryption is sent. `encoding`: of a text that is not UTF-8. `model`: whose limits and tokens hold.
    """
    options: dict[str, Any] = {"context": context} if context else {}
    if citations is not None:
        options["citations"] = {"enabled": bool(citations)}
    if (text is None) == (source is None):
        raise TypeError("document() takes a source or text=, one of the two")
    if text is not None:
        return _text_block(text, title, DocumentOrigin(title or "the text", model, options))
    given = read_source(source, "document", fetch)
    origin = DocumentOrigin(title or given.name, model, options)
    if given.url is not None:
        return _address_block(given.url, pages, title, origin)
    return _block_of(given, pages, title, origin, password, encoding)


def _address_block(url: str, pages: Pages | None, title: str | None, origin: DocumentOrigin) -> DocumentContent:
    if pages is not None:
        raise MediaError(f"pages of {origin.name} can be cut out only when it is here: add fetch=True")
    fields = {**origin.options, "source": {"type": "url", "url": url}} | ({"title": title} if title else {})
    return DocumentContent(fields, origin)


def _block_of(
    given: MediaSource,
    pages: Pages | None,
    title: str | None,
    origin: DocumentOrigin,
    password: str | None,
    encoding: str | None,
) -> DocumentContent:
    """Return the block of a file that is here, by what its bytes are."""
    name, data = origin.name, given.data
    if data is None:
        raise TypeError("a picture is no document: tercet.image() makes a block of it")
    kind = kind_of(data)
    if kind == "pdf":
        return _whole_pdf(data, pages, password, origin)
    if kind is not None and kind != "svg":
        raise MediaError(f"{name} is {told(data)}; {_instead(kind)}")
    if pages is not None:
        raise MediaError(f"{name} is a text and has no pages: .split(tokens=…) cuts it at paragraphs")
    return _text_block(_decoded(data, name, encoding), title or _file_title(given.name), origin)


def _file_title(name: str) -> str | None:
    return None if name == "the document" else name


def _instead(kind: str) -> str:
    if kind in ("jpeg", "png", "gif", "webp", "bmp", "tiff", "heic", "avif"):
        return "tercet.image() makes a block of it"
    return "documents are PDFs and text: save it as a PDF" if kind != "empty" else "there is nothing to send"


def _decoded(data: bytes, name: str, encoding: str | None) -> str:
    encoding = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except LookupError:
        raise MediaError(f"{name}: there is no encoding {encoding!r}") from None
    except UnicodeError as problem:
        where = getattr(problem, "start", 0)
        raise MediaError(
            f"{name} is no PDF, and no text of {encoding} (byte {where:,}): give encoding='…' if it is a text of another"
        ) from None
    if "\0" in text[:100_000]:
        raise MediaError(f"{name} is neither a PDF nor a text: it holds zero bytes")
    return text


def _text_source(text: str) -> dict[str, Any]:
    return {"type": "text", "media_type": "text/plain", "data": text}


def _text_block(text: str, title: str | None, origin: DocumentOrigin) -> DocumentContent:
    if not text.strip():
        raise MediaError(f"{origin.name} holds no text")
    fields = {**origin.options, "source": _text_source(text)} | ({"title": title} if title else {})
    return DocumentContent(fields, origin)


# --- PDFs ----------------------------------------------------------------------------------------------------------------


def _whole_pdf(data: bytes, pages: Pages | None, password: str | None, origin: DocumentOrigin) -> DocumentContent:
    from tercet.toolkit.media.pdfs import count_pages, cut_out

    try:
        count = count_pages(data, origin.name, password)
    except MediaLibraryError:
        if pages is not None or password is not None or b"/Encrypt" in data:
            raise
        return _pdf_block(data, None, origin)
    numbers = page_numbers(pages, count, origin.name)
    if pages is not None or password is not None:
        (data,) = cut_out(data, [numbers], origin.name, password)
    return _pdf_block(data, numbers, replace(origin, count=count))


def _pdf_block(data: bytes, numbers: Sequence[int] | None, origin: DocumentOrigin) -> DocumentContent:
    """Return the block of a PDF that holds these pages of its origin."""
    fields, title = dict(origin.options), origin.name
    if numbers is not None and list(numbers) != list(range(1, origin.count + 1)):
        said = spelled_out(numbers)
        title = f"{origin.name}, {said} of {origin.count}"
        note = f"This document holds {said} of the {origin.count} pages of {origin.name}, in this order. Name pages by these numbers."
        fields["context"] = f"{fields['context']}\n{note}" if "context" in fields else note
    reason = _over_limits(title, len(numbers or ()), -(-len(data) // 3) * 4, origin.model)
    content = base64_text(data) if reason is None else UnsendableFile(data, reason)
    fields["source"] = {"type": "base64", "media_type": "application/pdf", "data": content}
    return DocumentContent({**fields, "title": title}, origin, numbers)


def _over_limits(title: str, count: int, size: int, model: str | None) -> str | None:
    """Return why no request can hold this PDF, or None."""
    limit = page_limit(model)
    ways = "pages='1-100' takes some of them, .split(pages=100) makes several documents"
    if count > limit:
        return f"{title} has {count:,} pages, and a request may have {limit}: {ways}"
    if size > MOST_REQUEST:
        return f"{title} has {size / (1 << 20):,.0f} MB as base64, and a request may have 32: {ways}"
    return None


def page_limit(model: str | None) -> int:
    """Return how many pages of PDFs one request may have."""
    facts = find(model) if model else None
    return (facts.limits.pdf_pages if facts else None) or MOST_PAGES
