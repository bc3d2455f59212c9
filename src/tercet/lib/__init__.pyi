# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib`."""

from tercet.lib import aws as aws
from tercet.lib import bedrock as bedrock
from tercet.lib import foundry as foundry
from tercet.lib import google_cloud as google_cloud
from tercet.lib import replace_anthropic as replace_anthropic
from tercet.lib import streaming as streaming
from tercet.lib import tools as tools
from tercet.lib import vertex as vertex

__all__ = [
]
