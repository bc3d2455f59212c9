"""Streams of raw events, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.streams.raw import AsyncStream as AsyncStream
from tercet.client.streams.raw import Stream as Stream
