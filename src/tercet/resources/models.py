"""`client.models`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.models import AsyncModels as AsyncModels
from tercet.client.nouns.models import Models as Models
