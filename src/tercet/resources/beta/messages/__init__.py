"""`client.beta.messages` and its batches, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.batches import AsyncBatches as AsyncBatches
from tercet.client.nouns.batches import Batches as Batches
from tercet.client.nouns.beta_messages import AsyncBetaMessages as AsyncMessages
from tercet.client.nouns.beta_messages import BetaMessages as Messages

__all__ = ["AsyncBatches", "AsyncMessages", "Batches", "Messages"]
