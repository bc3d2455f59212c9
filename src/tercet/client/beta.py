"""`client.beta`: the nouns under which code written for beta features finds them. Each takes `betas=[...]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tercet.client.noun import Noun

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.client.beta_messages import AsyncBetaMessages, BetaMessages
    from tercet.client.files import AsyncFiles, Files
    from tercet.client.models import AsyncModels, Models


class Beta(Noun):
    """`client.beta`."""

    _client: Anthropic

    @property
    def messages(self) -> BetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.beta_messages import BetaMessages

        return BetaMessages(self._client)

    @property
    def models(self) -> Models:
        """List models."""
        from tercet.client.models import Models

        return Models(self._client)

    @property
    def files(self) -> Files:
        """Upload, list, download and delete files."""
        from tercet.client.files import Files

        return Files(self._client)


class AsyncBeta(Noun):
    """`client.beta` of the async client."""

    _client: AsyncAnthropic

    @property
    def messages(self) -> AsyncBetaMessages:
        """Create messages, count tokens, run tools."""
        from tercet.client.beta_messages import AsyncBetaMessages

        return AsyncBetaMessages(self._client)

    @property
    def models(self) -> AsyncModels:
        """List models."""
        from tercet.client.models import AsyncModels

        return AsyncModels(self._client)

    @property
    def files(self) -> AsyncFiles:
        """Upload, list, download and delete files."""
        from tercet.client.files import AsyncFiles

        return AsyncFiles(self._client)
