"""`client.messages` under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.messages import AsyncMessages as AsyncMessages
from tercet.client.messages import Messages as Messages
