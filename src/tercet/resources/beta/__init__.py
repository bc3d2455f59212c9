"""`client.beta`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.beta import AsyncBeta as AsyncBeta
from tercet.client.nouns.beta import Beta as Beta
from tercet.client.nouns.beta_messages import AsyncBetaMessages as AsyncMessages
from tercet.client.nouns.beta_messages import BetaMessages as Messages
from tercet.client.nouns.files import AsyncFiles as AsyncFiles
from tercet.client.nouns.files import Files as Files
from tercet.client.nouns.models import AsyncModels as AsyncModels
from tercet.client.nouns.models import Models as Models

__all__ = ["AsyncBeta", "AsyncFiles", "AsyncMessages", "AsyncModels", "Beta", "Files", "Messages", "Models"]
