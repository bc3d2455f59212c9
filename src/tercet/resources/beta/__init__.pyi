# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta`."""

from tercet.client.resources.beta import (
    AsyncBeta as AsyncBeta,
    Beta as Beta,
)
from tercet.client.resources.beta_messages import (
    AsyncBetaMessages as AsyncMessages,
    BetaMessages as Messages,
)
from tercet.client.resources.files import (
    AsyncFiles as AsyncFiles,
    Files as Files,
)
from tercet.client.resources.models import (
    AsyncModels as AsyncModels,
    Models as Models,
)
from tercet.resources.beta import beta as beta
from tercet.resources.beta import files as files
from tercet.resources.beta import messages as messages
from tercet.resources.beta import models as models

__all__ = [
    "AsyncBeta",
    "AsyncFiles",
    "AsyncMessages",
    "AsyncModels",
    "Beta",
    "Files",
    "Messages",
    "Models",
]
