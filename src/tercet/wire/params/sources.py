"""The parts of a request's content blocks: where bytes come from, cache marks, citations to send back."""

from __future__ import annotations

from os import PathLike
from typing import IO, Annotated, Literal, TypeAlias

from tercet.wire.marks import LOCAL_FILE
from tercet.wire.typing_compat import Iterable, Required, TypedDict

Base64Data: TypeAlias = str | bytes | Annotated[IO[bytes] | PathLike[str], LOCAL_FILE]
"""Base64 text, or bytes, an open binary file or a path, which are then encoded here."""


class CacheControlEphemeralParam(TypedDict, total=False):
    """A cache breakpoint: the prompt up to and including the marked block is kept for the next request.

    At most four in a request, 1-hour marks before 5-minute marks. Prompts below the model's minimum are not cached.
    """

    type: Required[Literal["ephemeral"]]
    ttl: Literal["5m", "1h"]
    """How long it is kept since its last use. `5m` unless given; `1h` costs more to write."""


class CitationsConfigParam(TypedDict, total=False):
    """The permission to cite a document. All documents of a request or none."""

    enabled: bool


class CitationCharLocationParam(TypedDict, total=False):
    """A citation of characters of a plain-text document, sent back."""

    type: Required[Literal["char_location"]]
    cited_text: Required[str]
    document_index: Required[int]
    document_title: Required[str | None]
    start_char_index: Required[int]
    end_char_index: Required[int]


class CitationPageLocationParam(TypedDict, total=False):
    """A citation of pages of a PDF, sent back."""

    type: Required[Literal["page_location"]]
    cited_text: Required[str]
    document_index: Required[int]
    document_title: Required[str | None]
    start_page_number: Required[int]
    end_page_number: Required[int]


class CitationContentBlockLocationParam(TypedDict, total=False):
    """A citation of blocks of a document given as content, sent back."""

    type: Required[Literal["content_block_location"]]
    cited_text: Required[str]
    document_index: Required[int]
    document_title: Required[str | None]
    start_block_index: Required[int]
    end_block_index: Required[int]


class CitationSearchResultLocationParam(TypedDict, total=False):
    """A citation of a search result, sent back."""

    type: Required[Literal["search_result_location"]]
    cited_text: Required[str]
    source: Required[str]
    title: Required[str | None]
    search_result_index: Required[int]
    start_block_index: Required[int]
    end_block_index: Required[int]


class CitationWebSearchResultLocationParam(TypedDict, total=False):
    """A citation of a page that the web search found, sent back."""

    type: Required[Literal["web_search_result_location"]]
    cited_text: Required[str]
    url: Required[str]
    title: Required[str | None]
    encrypted_index: Required[str]


TextCitationParam: TypeAlias = (
    CitationCharLocationParam
    | CitationPageLocationParam
    | CitationContentBlockLocationParam
    | CitationWebSearchResultLocationParam
    | CitationSearchResultLocationParam
)


class Base64ImageSourceParam(TypedDict, total=False):
    """An image's bytes."""

    type: Required[Literal["base64"]]
    media_type: Required[Literal["image/jpeg", "image/png", "image/gif", "image/webp"]]
    data: Required[Base64Data]


class URLImageSourceParam(TypedDict, total=False):
    """An image that the API fetches."""

    type: Required[Literal["url"]]
    url: Required[str]


class FileImageSourceParam(TypedDict, total=False):
    """An image that was uploaded."""

    type: Required[Literal["file"]]
    file_id: Required[str]


ImageSourceParam: TypeAlias = Base64ImageSourceParam | URLImageSourceParam | FileImageSourceParam


class ImageTransformationsParam(TypedDict, total=False):
    """The treatment of an image that is larger than the model sees."""

    oversized_image: Literal["downsize", "error"]


class ImageBlockParam(TypedDict, total=False):
    """An image: JPEG, PNG, GIF or WebP."""

    type: Required[Literal["image"]]
    source: Required[ImageSourceParam]
    cache_control: CacheControlEphemeralParam | None
    transformations: ImageTransformationsParam | None


class TextBlockParam(TypedDict, total=False):
    """Text. May be neither empty nor blank."""

    type: Required[Literal["text"]]
    text: Required[str]
    cache_control: CacheControlEphemeralParam | None
    citations: Iterable[TextCitationParam] | None
    """Only to send an answer's citations back in an assistant message."""


class Base64PDFSourceParam(TypedDict, total=False):
    """A PDF's bytes."""

    type: Required[Literal["base64"]]
    media_type: Required[Literal["application/pdf"]]
    data: Required[Base64Data]


class PlainTextSourceParam(TypedDict, total=False):
    """A document's text."""

    type: Required[Literal["text"]]
    media_type: Required[Literal["text/plain"]]
    data: Required[str]


class ContentBlockSourceParam(TypedDict, total=False):
    """A document in blocks of your own choice, which citations then name."""

    type: Required[Literal["content"]]
    content: Required[str | Iterable[TextBlockParam | ImageBlockParam]]


class URLPDFSourceParam(TypedDict, total=False):
    """A PDF that the API fetches."""

    type: Required[Literal["url"]]
    url: Required[str]


class FileDocumentSourceParam(TypedDict, total=False):
    """A document that was uploaded."""

    type: Required[Literal["file"]]
    file_id: Required[str]


ContentBlockSourceContentParam: TypeAlias = TextBlockParam | ImageBlockParam
DocumentSourceParam: TypeAlias = (
    Base64PDFSourceParam | PlainTextSourceParam | ContentBlockSourceParam | URLPDFSourceParam | FileDocumentSourceParam
)


class DocumentBlockParam(TypedDict, total=False):
    """A document: PDF or text."""

    type: Required[Literal["document"]]
    source: Required[DocumentSourceParam]
    title: str | None
    context: str | None
    """What the model should know of the document; it is not cited."""
    citations: CitationsConfigParam | None
    cache_control: CacheControlEphemeralParam | None


class SearchResultBlockParam(TypedDict, total=False):
    """The result of a search of your own."""

    type: Required[Literal["search_result"]]
    source: Required[str]
    title: Required[str]
    content: Required[Iterable[TextBlockParam]]
    citations: CitationsConfigParam
    cache_control: CacheControlEphemeralParam | None
