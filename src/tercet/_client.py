"""The clients, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.anthropic import Anthropic as Anthropic
from tercet.client.anthropic import AsyncAnthropic as AsyncAnthropic
from tercet.client.anthropic import AsyncClient as AsyncClient
from tercet.client.anthropic import Client as Client
from tercet.client.streams.raw import AsyncStream as AsyncStream
from tercet.client.streams.raw import Stream as Stream
from tercet.wire.http import Timeout as Timeout
