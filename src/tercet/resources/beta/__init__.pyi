# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.resources.beta`."""

from tercet.resources.beta import beta as beta
from tercet.resources.beta import files as files
from tercet.resources.beta import messages as messages
from tercet.resources.beta import models as models
from tercet.resources.beta import beta as _resources_beta_beta
from tercet.resources.beta.beta import *
from tercet.resources import files as _resources_files
from tercet.resources.files import *
from tercet.resources.beta.messages import messages as _resources_beta_messages_messages
from tercet.resources.beta.messages.messages import *
from tercet.resources import models as _resources_models
from tercet.resources.models import *

__all__ = [
]
__all__ += _resources_beta_beta.__all__
__all__ += _resources_files.__all__
__all__ += _resources_beta_messages_messages.__all__
__all__ += _resources_models.__all__
