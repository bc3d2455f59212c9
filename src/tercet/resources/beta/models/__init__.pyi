# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta.models`."""

from tercet.resources import models as _resources_models
from tercet.resources.models import *

__all__ = [
]
__all__ += _resources_models.__all__
