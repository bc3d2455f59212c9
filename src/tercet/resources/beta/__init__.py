"""`client.beta`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.beta import AsyncBeta as AsyncBeta
from tercet.client.beta import Beta as Beta
from tercet.client.beta_messages import AsyncBetaMessages as AsyncMessages
from tercet.client.beta_messages import BetaMessages as Messages
from tercet.client.files import AsyncFiles as AsyncFiles
from tercet.client.files import Files as Files
from tercet.client.models import AsyncModels as AsyncModels
from tercet.client.models import Models as Models

__all__ = ["AsyncBeta", "AsyncFiles", "AsyncMessages", "AsyncModels", "Beta", "Files", "Messages", "Models"]
