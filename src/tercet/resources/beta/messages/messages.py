"""`client.beta.messages`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.beta_messages import AsyncBetaMessages as AsyncMessages
from tercet.client.nouns.beta_messages import BetaMessages as Messages

__all__ = ["AsyncMessages", "Messages"]
