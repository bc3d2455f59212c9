"""`client.files`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.files import AsyncFiles as AsyncFiles
from tercet.client.nouns.files import Files as Files
