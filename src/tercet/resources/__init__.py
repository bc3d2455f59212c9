"""The API's nouns, where code written for the official SDK looks for their classes: to annotate, to patch, to trace."""

from __future__ import annotations

from tercet.client.beta import AsyncBeta as AsyncBeta
from tercet.client.beta import Beta as Beta
from tercet.client.files import AsyncFiles as AsyncFiles
from tercet.client.files import Files as Files
from tercet.client.messages import AsyncMessages as AsyncMessages
from tercet.client.messages import Messages as Messages
from tercet.client.models import AsyncModels as AsyncModels
from tercet.client.models import Models as Models
