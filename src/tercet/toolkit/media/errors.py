"""Errors of images and documents. Each names the file, or message and block, and the way out."""

from __future__ import annotations

from tercet.wire.errors.tree import AnthropicError


class MediaError(AnthropicError, ValueError):
    """An image or a document that cannot be sent: damaged, encrypted, of a kind that the API does not take, or past a limit."""


class MediaLibraryError(MediaError, ImportError):
    """A file that cannot be sent as it is, and the library that would change it is not installed. Says what to install."""
