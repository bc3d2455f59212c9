"""The sources of cited texts: the locations that a text block's `citations` may hold. Knows only their fields."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import Model


class CitationCharLocation(Model):
    """A range of characters in a plain-text document, counted from 0, end not included."""

    __slots__ = ()
    type: Literal["char_location"]
    cited_text: str
    document_index: int
    document_title: str | None
    start_char_index: int
    end_char_index: int
    file_id: str | None


class CitationPageLocation(Model):
    """A range of pages in a PDF, counted from 1, end not included."""

    __slots__ = ()
    type: Literal["page_location"]
    cited_text: str
    document_index: int
    document_title: str | None
    start_page_number: int
    end_page_number: int
    file_id: str | None


class CitationContentBlockLocation(Model):
    """A range of blocks in a document given as content blocks, counted from 0, end not included."""

    __slots__ = ()
    type: Literal["content_block_location"]
    cited_text: str
    document_index: int
    document_title: str | None
    start_block_index: int
    end_block_index: int
    file_id: str | None


class CitationsSearchResultLocation(Model):
    """A range of blocks in a `search_result` block of the request."""

    __slots__ = ()
    type: Literal["search_result_location"]
    cited_text: str
    source: str
    title: str | None
    search_result_index: int
    start_block_index: int
    end_block_index: int


class CitationsWebSearchResultLocation(Model):
    """A page that the web search tool found. `encrypted_index` must be sent back as it came."""

    __slots__ = ()
    type: Literal["web_search_result_location"]
    cited_text: str
    url: str
    title: str | None
    encrypted_index: str


TextCitation: TypeAlias = Annotated[
    CitationCharLocation
    | CitationPageLocation
    | CitationContentBlockLocation
    | CitationsWebSearchResultLocation
    | CitationsSearchResultLocation,
    OTHER_KINDS,
]


class CitationsConfig(Model):
    """The permission to cite a document."""

    __slots__ = ()
    enabled: bool
