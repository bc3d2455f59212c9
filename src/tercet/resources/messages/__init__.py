"""`client.messages` and its batches, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.batches import AsyncBatches as AsyncBatches
from tercet.client.nouns.batches import Batches as Batches
from tercet.client.nouns.messages import AsyncMessages as AsyncMessages
from tercet.client.nouns.messages import Messages as Messages
