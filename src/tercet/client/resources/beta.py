"""`client.beta`: the resources under which code written for beta features finds them. Each takes `betas=[...]`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from tercet.client.resources.resource import Resource

if TYPE_CHECKING:
    from tercet.client.core import AsyncCore, Core
    from tercet.client.raw.types import (
        AsyncBetaWithRawResponse,
        AsyncBetaWithStreamingResponse,
        BetaWithRawResponse,
        BetaWithStreamingResponse,
    )
    from tercet.client.resources.beta_messages import AsyncBetaMessages, BetaMessages
    from tercet.client.resources.files import AsyncFiles, Files
    from tercet.client.resources.models import AsyncModels, Models


class BetaResource(Resource):
    """The part of `client.beta` that both worlds have, beside its resources."""

    @property
    def tools(self) -> Self:
        """`client.beta.tools.messages` of 2024: tools are a part of every message by now."""
        return self

    @property
    def prompt_caching(self) -> Self:
        """`client.beta.prompt_caching.messages` of 2024: caching is a part of every message by now."""
        return self

    if not TYPE_CHECKING:  # type checkers shall find misspelt names

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # shows what went wrong inside of it
            from tercet.client.migration_hints import BETA_ATTRIBUTES, missing_attribute

            raise missing_attribute(self, name, BETA_ATTRIBUTES)


class Beta(BetaResource):
    """`client.beta`."""

    _client: Core

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> BetaWithRawResponse: ...
        @property
        def with_streaming_response(self) -> BetaWithStreamingResponse: ...

    @cached_property
    def messages(self) -> BetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.resources.beta_messages import BetaMessages

        return BetaMessages(self._client)

    @cached_property
    def models(self) -> Models:
        """List models."""
        from tercet.client.resources.models import Models

        return Models(self._client)

    @cached_property
    def files(self) -> Files:
        """Upload, list, download and delete files."""
        from tercet.client.resources.files import Files

        return Files(self._client)


class AsyncBeta(BetaResource):
    """`client.beta` of the async client."""

    _client: AsyncCore

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncBetaWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncBetaWithStreamingResponse: ...

    @cached_property
    def messages(self) -> AsyncBetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.resources.beta_messages import AsyncBetaMessages

        return AsyncBetaMessages(self._client)

    @cached_property
    def models(self) -> AsyncModels:
        """List models."""
        from tercet.client.resources.models import AsyncModels

        return AsyncModels(self._client)

    @cached_property
    def files(self) -> AsyncFiles:
        """Upload, list, download and delete files."""
        from tercet.client.resources.files import AsyncFiles

        return AsyncFiles(self._client)
