"""`client.beta`, under the module path of the official SDK."""

from __future__ import annotations

from tercet.client.nouns.beta import AsyncBeta as AsyncBeta
from tercet.client.nouns.beta import Beta as Beta
