"""The API's nouns, where code written for the official SDK looks for their classes: to annotate, to patch, to trace."""

from __future__ import annotations

from tercet.client.nouns.beta import AsyncBeta as AsyncBeta
from tercet.client.nouns.beta import Beta as Beta
from tercet.client.nouns.files import AsyncFiles as AsyncFiles
from tercet.client.nouns.files import Files as Files
from tercet.client.nouns.messages import AsyncMessages as AsyncMessages
from tercet.client.nouns.messages import Messages as Messages
from tercet.client.nouns.models import AsyncModels as AsyncModels
from tercet.client.nouns.models import Models as Models
