"""`client.messages` under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.messages import AsyncMessages as AsyncMessages
from tercet.client.nouns.messages import Messages as Messages
