"""`client.beta`: the nouns under which code written for beta features finds them. Each takes `betas=[...]`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from tercet.client.nouns.noun import Noun

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.client.nouns.beta_messages import AsyncBetaMessages, BetaMessages
    from tercet.client.nouns.files import AsyncFiles, Files
    from tercet.client.nouns.models import AsyncModels, Models
    from tercet.client.raw.types import (
        AsyncBetaWithRawResponse,
        AsyncBetaWithStreamingResponse,
        BetaWithRawResponse,
        BetaWithStreamingResponse,
    )


class BetaNoun(Noun):
    """What `client.beta` is in both worlds, beside its nouns."""

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
            from tercet.client.old_names import BETA_ATTRIBUTES, no_attribute

            raise no_attribute(self, name, BETA_ATTRIBUTES)


class Beta(BetaNoun):
    """`client.beta`."""

    _client: Anthropic

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> BetaWithRawResponse: ...
        @property
        def with_streaming_response(self) -> BetaWithStreamingResponse: ...

    @cached_property
    def messages(self) -> BetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.nouns.beta_messages import BetaMessages

        return BetaMessages(self._client)

    @cached_property
    def models(self) -> Models:
        """List models."""
        from tercet.client.nouns.models import Models

        return Models(self._client)

    @cached_property
    def files(self) -> Files:
        """Upload, list, download and delete files."""
        from tercet.client.nouns.files import Files

        return Files(self._client)


class AsyncBeta(BetaNoun):
    """`client.beta` of the async client."""

    _client: AsyncAnthropic

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncBetaWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncBetaWithStreamingResponse: ...

    @cached_property
    def messages(self) -> AsyncBetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.nouns.beta_messages import AsyncBetaMessages

        return AsyncBetaMessages(self._client)

    @cached_property
    def models(self) -> AsyncModels:
        """List models."""
        from tercet.client.nouns.models import AsyncModels

        return AsyncModels(self._client)

    @cached_property
    def files(self) -> AsyncFiles:
        """Upload, list, download and delete files."""
        from tercet.client.nouns.files import AsyncFiles

        return AsyncFiles(self._client)
